package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/report/sign"
	"github.com/shadowrun/shadowrun/harness/report/verify"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type signFlags struct {
	keys            machineKeys
	key, name, role string
}

func (a *app) reportSignCommand() *cobra.Command {
	var f signFlags
	c := &cobra.Command{
		Use:   "sign BUNDLE",
		Short: "Sign a report off, with your OpenSSH key",
		Long: `Checks a bundle and the machine's attestation, and signs a statement that names both: who signs, in which role, when, and what the
report says. It is written beside the bundle, BUNDLE.NAME.signoff.json, with its signature, BUNDLE.NAME.sig. Any number of
people may sign.

The key is an OpenSSH one, Ed25519, ECDSA or RSA. Its passphrase is asked for on the terminal, or by the program in
SSH_ASKPASS. A key that an agent holds (SSH_AUTH_SOCK) is named by its public part.

What a sign-off shows is that the holder of the key made this statement. Look at the report first: it is in the bundle.

Exit status: 0 it is signed, 1 the bundle is not intact, or the key can't sign.`,
		Example: `  shadowrun report sign out.tar.zst --key ~/.ssh/id_ed25519 --name ada@example.org --role "release manager"
  shadowrun report sign out.tar.zst --key ~/.ssh/id_ed25519.pub --name "Ada Lovelace" --role operations`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.signOff(c, args[0], &f) },
	}
	f.keys.add(c)
	flags := c.Flags()
	flags.StringVar(&f.key, "key", "", "your private key, or the public part of one in an agent: a `file`")
	flags.StringVar(&f.name, "name", "", "your `name`, as the list of approvers has it")
	flags.StringVar(&f.role, "role", "", "the `role` in which you sign")
	return c
}

func (a *app) signOff(c *cobra.Command, path string, f *signFlags) error {
	for _, flag := range [][2]string{{"key", f.key}, {"name", f.name}, {"role", f.role}} {
		if flag[1] == "" {
			return hinted(fmt.Errorf("--%s is missing: a sign-off says who signs, as what, and with which key", flag[0]), helpHint(c))
		}
	}
	statementFile := path + "." + sign.FilePart(f.name) + verify.StatementSuffix
	signatureFile := path + "." + sign.FilePart(f.name) + verify.SignatureSuffix
	for _, file := range []string{statementFile, signatureFile} {
		if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
			return hinted(fmt.Errorf("%s is there already: a sign-off is not written over", file), "to sign once more, move it away first")
		}
	}
	s, err := a.toSign(path, f)
	if err != nil {
		return err
	}
	text, err := s.Encode()
	if err != nil {
		return err
	}
	ctx, end := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer end()
	key, err := sign.OpenKey(f.key, os.Getenv(sign.AgentVariable), func(file string) ([]byte, error) { return a.askPassphrase(ctx, file) })
	if err != nil {
		return failure{err, exitFail, nil}
	}
	defer key.Close()
	signature, err := key.Sign(text)
	if err != nil {
		return failure{err, exitFail, nil}
	}
	err = writeFile(statementFile, bytes.NewReader(text))
	if err == nil {
		if err = writeFile(signatureFile, bytes.NewReader(signature)); err != nil {
			err = errors.Join(err, os.Remove(statementFile)) // alone it would be called a sign-off that was tampered with
		}
	}
	if err != nil {
		return failure{err, exitFail, nil}
	}
	return a.printSigned(path, signedJSON{jsonVersion, filepath.Base(path), s.Bundle.Digest.SHA256, s.Report, s.Result, s.Name, s.Role, s.Date,
		sign.Fingerprint(key.Public()), statementFile, signatureFile})
}

// toSign returns what is signed, of a bundle that is intact.
func (a *app) toSign(path string, f *signFlags) (s sign.SignOff, err error) {
	ring, err := f.keys.ring(a)
	if err != nil {
		return s, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	r, err := verify.Bundle(path, verify.Options{Keys: ring, At: now})
	if err != nil {
		return s, err
	}
	if !r.Intact() {
		for _, c := range r.Checks {
			if slices.Contains([]verify.State{verify.Wrong, verify.Missing, verify.Unverified}, c.State) {
				a.say("%s: %s", printable(c.What), printable(c.Detail))
			}
		}
		why := "the evidence is not intact: there is nothing to sign"
		if r.Verdict() == verify.NotVerified {
			why = "whether the evidence is intact can't be told here: nothing is signed"
		}
		hints := []string{"'shadowrun verify " + soak.ShellQuote(path) + " --require 0' shows all that is checked"}
		return s, failure{errors.New(why), exitFail, append((&verifyFlags{keys: f.keys}).hints(path, r), hints...)}
	}
	attestation := path + verify.AttestationSuffix
	text, err := os.ReadFile(attestation)
	if err != nil {
		return s, err
	}
	return sign.SignOff{Version: 1, Name: f.name, Role: f.role, Date: now, Statement: r.Report.Statement, Report: r.Report.ID, Result: r.Report.Verdict.Result,
		Bundle:      sign.Resource{Name: filepath.Base(path), Digest: sign.Digest{SHA256: r.SHA256}},
		Attestation: sign.Resource{Name: filepath.Base(attestation), Digest: sign.DigestOf(text)}}, nil
}

// signedJSON is a sign-off that was written.
type signedJSON struct {
	Version   int       `json:"version"`
	Bundle    string    `json:"bundle"`
	SHA256    string    `json:"sha256"`
	Report    string    `json:"report"`
	Result    string    `json:"result"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Date      time.Time `json:"date"`
	Key       string    `json:"key"`
	Statement string    `json:"statement"`
	Signature string    `json:"signature"`
}

func (a *app) printSigned(path string, j signedJSON) error {
	if a.json {
		return a.printJSON(j)
	}
	fmt.Fprintf(a.out, "signed: %s, report %s\n", printable(j.Result), printable(j.Report))
	for _, line := range [][2]string{
		{"bundle", path}, {"sha256", j.SHA256}, {"as", j.Name + ", " + j.Role + ", " + j.Date.Format(time.RFC3339)},
		{"with", j.Key}, {"statement", j.Statement}, {"signature", j.Signature},
	} {
		fmt.Fprintf(a.out, "  %-10s %s\n", line[0], printable(line[1]))
	}
	a.hint("'shadowrun verify %s --allowed-signers FILE' checks it", soak.ShellQuote(path))
	return nil
}
