package verify

import (
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/report/sign"
)

// AttestationSuffix follows the bundle's name in that of the machine's attestation.
const AttestationSuffix = ".intoto.jsonl"

// Options say what to check a bundle against.
type Options struct {
	Keys      *golden.Ring    // the machine's; nil: none is known
	Approvers *sign.Approvers // nil: there is no list, and no sign-off counts
	Require   int             // sign-offs that must count
	At        time.Time       // now
	Limits    bundle.Limits
}

// State is what a check came to.
type State string

// The states of a check. Of all but the first and the last, one is enough for a refusal.
const (
	OK         State = "ok"
	Wrong      State = "WRONG"        // it was changed, or removed
	Missing    State = "missing"      // it was never there, as far as can be told
	NotCounted State = "not counted"  // a sign-off whose signature fits
	Unverified State = "not verified" // no key is known here to check it with
	Unchecked  State = "not checked"  // nobody asked for it
)

// Check is one thing that was looked at.
type Check struct {
	What   string
	State  State
	Detail string
}

// Result is what was found.
type Result struct {
	SHA256   string // of the bundle
	Bytes    int64
	Files    []bundle.Entry
	Report   Report
	Machine  string // the id of the key that signed the attestation; empty: it does not fit
	SignOffs []SignOff
	Counted  int // sign-offs
	Checks   []Check
	// NotCounted are those whose signature fits, as the names of their files have them.
	NotCounted []string
	Unsigned   bool // there is no signature, and nothing else is wrong
}

// SignOff is a person's, of which all that is said here was signed.
type SignOff struct {
	Name, Role string
	Date       time.Time
	Key        string // fingerprint
	Counts     bool
}

// Bundle checks the bundle at path. An error means that it can't be read as a file; all else is a check.
func Bundle(path string, o Options) (Result, error) {
	contents, err := bundle.Read(path, o.Limits, reportName)
	if err != nil {
		return Result{}, err
	}
	c := &checking{path: path, o: o, contents: contents}
	c.r.SHA256, c.r.Bytes, c.r.Files = contents.SHA256, contents.Bytes, contents.Files
	c.bundle()
	if contents.NoBundle() { // all else would say the same once more
		return c.r, nil
	}
	c.report()
	whole := !c.r.has(Wrong)
	attested := c.attestation()
	signed, err := c.signOffs()
	if err != nil {
		return Result{}, err
	}
	c.r.Unsigned = whole && !attested && !signed
	return c.r, nil
}

type checking struct {
	path     string
	o        Options
	contents bundle.Contents
	attested sign.Digest // of the attestation's file, if it is there
	r        Result
}

func (c *checking) tell(what string, s State, format string, args ...any) {
	c.r.Checks = append(c.r.Checks, Check{what, s, fmt.Sprintf(format, args...)})
}

func (c *checking) bundle() {
	c.problems(c.contents.Problems, "")
	if len(c.contents.Problems) == 0 {
		c.tell("bundle", OK, "%s, and all %d files as it has them", bundle.ManifestName, len(c.contents.Files)-1)
	}
}
