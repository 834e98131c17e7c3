package verify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness/report/sign"
)

// A sign-off is two files beside the bundle: BUNDLE.NAME.signoff.json and BUNDLE.NAME.sig.
const (
	StatementSuffix = ".signoff.json"
	SignatureSuffix = ".sig"
)

// clockSkew is by how much the clocks of two honest machines may differ.
const clockSkew = 5 * time.Minute

// signOffs checks each sign-off, and reports whether there is any.
func (c *checking) signOffs() (bool, error) {
	names, err := beside(c.path)
	if err != nil {
		return false, err
	}
	people, keys := map[string]bool{}, map[string]bool{}
	for _, name := range names {
		what := "sign-off of " + name
		s, err := c.signOff(name)
		if s.Name != "" {
			what = "sign-off of " + s.Name
		}
		var uncounted notCounted
		switch {
		case errors.As(err, &uncounted):
			c.notCounted(what, name, uncounted)
		case err != nil:
			c.tell(what, Wrong, "%v", err)
		case c.o.Approvers == nil:
			c.tell(what, Unchecked, "the signature fits, by %s; whether it is an approver's is not known without their list", s.Key)
		case people[s.Name] || keys[s.Key]:
			c.notCounted(what, name, fmt.Errorf("this person or key, %s, has signed already and counts once", s.Key))
		default:
			s.Counts, people[s.Name], keys[s.Key] = true, true, true
			c.r.Counted++
			c.tell(what, OK, "%s, %s, with %s, on the list of approvers at that date", s.Role, s.Date.Format(time.RFC3339), s.Key)
		}
		if s.Name != "" {
			c.r.SignOffs = append(c.r.SignOffs, s)
		}
	}
	switch {
	case len(names) == 0 && c.o.Require > 0:
		c.tell("sign-offs", Missing, "nobody has signed it off, and %d must have", c.o.Require)
	case c.r.Counted < c.o.Require:
		c.tell("sign-offs", Missing, "%d of %d that are required", c.r.Counted, c.o.Require)
	case c.o.Require > 0:
		c.tell("sign-offs", OK, "%d, of %d that are required", c.r.Counted, c.o.Require)
	default:
		c.tell("sign-offs", Unchecked, "none is required")
	}
	return len(names) > 0, nil
}

// notCounted is why a sign-off does not count whose signature fits, and with which nothing was done since it was made.
type notCounted struct{ error }

func (c *checking) notCounted(what, name string, why error) {
	c.r.NotCounted = append(c.r.NotCounted, name)
	c.tell(what, NotCounted, "%v", why)
}

// beside returns the names in the names of a bundle's sign-offs, sorted.
func beside(path string) ([]string, error) {
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, f := range files {
		rest, ours := strings.CutPrefix(f.Name(), filepath.Base(path)+".")
		for _, suffix := range []string{StatementSuffix, SignatureSuffix} {
			if name, found := strings.CutSuffix(rest, suffix); ours && found {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// signOff returns a sign-off with what is signed of it, and why it is none.
func (c *checking) signOff(name string) (s SignOff, err error) {
	base := filepath.Base(c.path) + "." + name
	text, err := readBeside(c.path + "." + name + StatementSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("%s%s is missing: what was signed was removed", base, StatementSuffix)
	}
	if err != nil {
		return s, fmt.Errorf("%s%s: %w", base, StatementSuffix, err)
	}
	signature, err := readBeside(c.path + "." + name + SignatureSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("%s%s is missing: the signature was removed, or never made", base, SignatureSuffix)
	}
	if err != nil {
		return s, fmt.Errorf("%s%s: %w", base, SignatureSuffix, err)
	}
	key, err := sign.Verify(text, signature)
	if err != nil {
		return s, fmt.Errorf("%s%s: %w", base, SignatureSuffix, err)
	}
	signed, err := sign.ParseSignOff(text)
	if err != nil {
		return s, fmt.Errorf("%s%s: %w", base, StatementSuffix, err)
	}
	s = SignOff{Name: signed.Name, Role: signed.Role, Date: signed.Date, Key: sign.Fingerprint(key)}
	if err := c.fits(signed, name); err != nil {
		return s, err
	}
	if c.o.Approvers == nil {
		return s, nil
	}
	// A list changes later, when keys are replaced; so it is asked about the date that was signed, as git does.
	if err := c.o.Approvers.Check(signed.Name, key, signed.Date); err != nil {
		return s, notCounted{err}
	}
	return s, nil
}

// fits holds what was signed to what is there.
func (c *checking) fits(s sign.SignOff, name string) error {
	switch {
	case sign.FilePart(s.Name) != name:
		return fmt.Errorf("it is that of %s: the files were renamed", s.Name)
	case s.Bundle.Digest.SHA256 != c.contents.SHA256:
		return fmt.Errorf("another bundle was signed: its SHA-256 is %s, this one's %s", s.Bundle.Digest.SHA256, c.contents.SHA256)
	case s.Attestation.Digest != c.attested:
		return fmt.Errorf("another attestation was signed: its SHA-256 is %s", s.Attestation.Digest.SHA256)
	case s.Report != c.r.Report.ID || s.Result != c.r.Report.Verdict.Result:
		return fmt.Errorf("it is of the report %s, %s, and in the bundle is %s, %s", s.Report, s.Result, c.r.Report.ID, c.r.Report.Verdict.Result)
	case s.Date.Before(c.r.Report.MadeAt.Add(-clockSkew)):
		return notCounted{fmt.Errorf("it is dated %s, before the report was made", s.Date.Format(time.RFC3339))}
	case s.Date.After(c.o.At.Add(clockSkew)):
		return notCounted{fmt.Errorf("it is dated %s, which has not come yet", s.Date.Format(time.RFC3339))}
	}
	return nil
}
