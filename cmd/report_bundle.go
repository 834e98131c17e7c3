package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor/capture"
	"github.com/shadowrun/shadowrun/harness/report"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/report/sign"
	"github.com/shadowrun/shadowrun/harness/report/verify"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (f *reportFlags) addBundle(c *cobra.Command) {
	c.Flags().StringVar(&f.bundle, "bundle", "", "write the report with its evidence to this `file`.tar.zst, and the machine's attestation beside it")
}

// bundledJSON is a bundle that was written.
type bundledJSON struct {
	Version     int               `json:"version"`
	Bundle      string            `json:"bundle"`
	Bytes       int64             `json:"bytes"`
	SHA256      string            `json:"sha256"`
	Files       int               `json:"files"`
	Missing     []capture.Missing `json:"missing"`
	Attestation string            `json:"attestation"`
	PublicKey   string            `json:"public_key"`
	Soak        int64             `json:"soak"`
	Report      string            `json:"report"`
	Result      report.Result     `json:"result"`
	Accepted    []string          `json:"accepted"`
	Reasons     []string          `json:"reasons"`
}

// writeBundle writes a report with its evidence, attests it, and says so.
func (a *app) writeBundle(ctx context.Context, f *reportFlags, s *soak.State, of ledger.Soak, r *report.Report) error {
	attestation := f.bundle + verify.AttestationSuffix
	if _, err := os.Lstat(attestation); !errors.Is(err, fs.ErrNotExist) {
		return hinted(fmt.Errorf("%s is there already: an attestation is not written over", attestation), "--bundle names another file")
	}
	// Not with a shared secret, which seals goldens: who checks a report elsewhere has only what is public.
	ring, err := golden.OpenRing(soak.KeyDir(s.Dir), golden.RingOptions{})
	if err != nil {
		return failure{err, exitFail, []string{"the machine's key is that of the user who runs the soak: make the bundle as that user"}}
	}
	scratch, err := os.MkdirTemp("", "shadowrun-report-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	e := &evidence{ctx: ctx, app: a, f: f, state: s, of: of, scratch: scratch}
	if err := e.gather(r); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	written, err := bundle.Write(f.bundle, e.files)
	switch {
	case errors.Is(err, bundle.ErrExists):
		return hinted(err, "--bundle names another file: what is signed is not written over")
	case err != nil:
		return failure{err, exitFail, nil}
	}
	text, err := sign.Attest(ring, statementOf(f.bundle, written, r))
	if err == nil {
		err = writeFile(attestation, bytes.NewReader(text))
	}
	if err != nil {
		return failure{errors.Join(err, os.Remove(f.bundle)), exitFail, nil}
	}
	err = a.printBundled(bundledJSON{jsonVersion, f.bundle, written.Bytes, written.SHA256, len(written.Files), e.missing, attestation,
		filepath.Join(soak.KeyDir(s.Dir), ring.Current()+".pub"), r.Soak, r.ID, r.Verdict.Result, append([]string{}, report.Acceptance(r)...), r.Verdict.Reasons})
	if err != nil {
		return err
	}
	return exitError(r.Verdict.Result.ExitStatus())
}

// statementOf is what the machine attests: the bundle, each file in it, and how the gates came out.
func statementOf(path string, w bundle.Written, r *report.Report) sign.Statement {
	subject := []sign.Resource{{Name: filepath.Base(path), Digest: sign.Digest{SHA256: w.SHA256}}}
	result := sign.TestResult{Result: sign.Failed}
	if r.Verdict.Result == report.Certified {
		result.Result = sign.Passed
	}
	for _, f := range w.Files {
		resource := sign.Resource{Name: f.Name, Digest: sign.Digest{SHA256: f.SHA256}}
		subject = append(subject, resource)
		for _, folder := range []string{bundledConfiguration, bundledRunbooks, bundledScenarios} {
			if strings.HasPrefix(f.Name, folder) {
				result.Configuration = append(result.Configuration, resource)
			}
		}
	}
	for _, g := range r.Gates {
		if g.Met {
			result.PassedTests = append(result.PassedTests, g.Name)
		} else {
			result.FailedTests = append(result.FailedTests, g.Name)
		}
	}
	return sign.NewStatement(subject, result)
}

func (a *app) printBundled(j bundledJSON) error {
	if a.json {
		return a.printJSON(j)
	}
	fmt.Fprintf(a.out, "%s: soak %d, report %s\n", j.Result, j.Soak, printable(j.Report))
	for _, accepted := range j.Accepted {
		fmt.Fprintf(a.out, "  %s\n", printable(accepted))
	}
	for _, why := range j.Reasons {
		fmt.Fprintf(a.out, "  %s\n", printable(why))
	}
	for _, m := range j.Missing {
		fmt.Fprintf(a.out, "  not in the bundle: %s: %s\n", printable(m.Name), shortened(m.Why))
	}
	for _, line := range [][2]string{
		{"bundle", fmt.Sprintf("%s: %s, %s", j.Bundle, quantity(j.Files, "file"), humanize.IBytes(uint64(j.Bytes)))},
		{"sha256", j.SHA256}, {"attested", j.Attestation}, {"public key", j.PublicKey},
	} {
		fmt.Fprintf(a.out, "  %-10s %s\n", line[0], printable(line[1]))
	}
	a.hint("'shadowrun report sign %s --key ~/.ssh/id_ed25519 --name NAME --role ROLE' signs it off", soak.ShellQuote(j.Bundle))
	return nil
}
