package verify

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/report/sign"
)

// maxBeside bounds the files beside a bundle, in bytes.
const maxBeside = 64 << 20

// readBeside reads a file beside the bundle.
func readBeside(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(errors.New("want a file"), err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxBeside+1))
	if len(text) > maxBeside {
		err = fmt.Errorf("it is larger than %d bytes", maxBeside)
	}
	return text, err
}

// attestation holds the bundle to what the machine attested, and reports whether there is such a file.
func (c *checking) attestation() bool {
	path := c.path + AttestationSuffix
	what := filepath.Base(path)
	text, err := readBeside(path)
	if errors.Is(err, fs.ErrNotExist) {
		c.tell(what, Missing, "the machine's signature was removed, or never made")
		return false
	}
	if err != nil {
		c.tell(what, Wrong, "%v", err)
		return true
	}
	c.attested = sign.DigestOf(text)
	keys := c.o.Keys
	if keys == nil {
		keys = new(golden.Ring)
	}
	s, key, err := sign.OpenAttestation(keys, text)
	switch {
	case errors.Is(err, golden.ErrUnknownKey):
		c.tell(what, Unverified, "signed with the key %q, which is not known here", key)
	case err != nil:
		c.tell(what, Wrong, "the attestation or its signature was changed: %v", err)
	default:
		c.r.Machine = key
		c.tell(what, OK, "signed with the machine's key %s", key)
		c.compare(s)
	}
	return true
}

// compare holds the bundle to a statement that was signed.
func (c *checking) compare(s sign.Statement) {
	if want := s.Subject[0].Digest.SHA256; want != c.contents.SHA256 {
		c.tell("bundle", Wrong, "changed since it was attested: its SHA-256 is %s, the attestation names %s", c.contents.SHA256, want)
	} else {
		c.tell("bundle", OK, "SHA-256 %s, as attested", want)
	}
	c.files(s.Subject[1:])
	c.configuration(s.Predicate.Configuration)
	if c.contents.Unread(reportName) {
		return
	}
	passed := c.r.Report.Verdict.Result == certified
	if passed != (s.Predicate.Result == sign.Passed) {
		c.tell("result", Wrong, "%s says %q, the attestation %q", reportName, c.r.Report.Verdict.Result, s.Predicate.Result)
	} else {
		c.tell("result", OK, "%s, attested as %s", c.r.Report.Verdict.Result, s.Predicate.Result)
	}
}

// certified is the verdict of a report that passed.
const certified = "CERTIFIED"

// files names each that was changed together with the manifest, which alone would not show it.
func (c *checking) files(attested []sign.Resource) {
	var want, got []bundle.Entry
	for _, r := range attested {
		want = append(want, bundle.Entry{Name: r.Name, SHA256: r.Digest.SHA256})
	}
	for _, f := range c.contents.Files {
		got = append(got, bundle.Entry{Name: f.Name, SHA256: f.SHA256})
	}
	problems := c.contents.Compare(want, got)
	unknown := slices.DeleteFunc(slices.Clone(problems), func(p bundle.Problem) bool {
		return slices.ContainsFunc(c.contents.Problems, func(known bundle.Problem) bool { return known.File == p.File && known.Kind == p.Kind })
	})
	c.problems(unknown, " since it was attested")
	if len(problems) == 0 && c.contents.Torn == "" {
		c.tell("files", OK, "each as attested")
	}
}

// configuration checks that what the result holds for is what is in the bundle.
func (c *checking) configuration(named []sign.Resource) {
	there := map[string]string{}
	for _, f := range c.contents.Files {
		there[f.Name] = f.SHA256
	}
	wrong := false
	for _, r := range named {
		if there[r.Name] != r.Digest.SHA256 && !c.contents.Unread(r.Name) {
			c.tell(r.Name, Wrong, "the result holds for another one, with SHA-256 %s", r.Digest.SHA256)
			wrong = true
		}
	}
	if !wrong && c.contents.Torn == "" {
		c.tell("configuration", OK, "the result holds for configuration, runbooks and scenarios in the bundle, %d in all", len(named))
	}
}
