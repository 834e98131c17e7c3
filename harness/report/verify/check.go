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

// The states of a check.
const (
	OK        State = "ok"
	Wrong     State = "WRONG"
	Unchecked State = "not checked"
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
	Unsigned bool // there is no signature, and nothing else is wrong
	// UnknownKey says that another public key may be all that is missing.
	UnknownKey bool
	lacking    int // of the checks that are wrong, those where only something is not there
}

// Untouched reports whether all that is wrong is that something is not there, or not known here: nothing was changed.
func (r Result) Untouched() bool {
	wrong := 0
	for _, c := range r.Checks {
		if c.State == Wrong {
			wrong++
		}
	}
	return wrong == r.lacking
}

// Intact reports whether nothing is wrong, and it is signed as required.
func (r Result) Intact() bool {
	for _, c := range r.Checks {
		if c.State == Wrong {
			return false
		}
	}
	return len(r.Checks) > 0
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
	c.report()
	whole := c.r.Intact()
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

// lack tells of what is not there, or not known here.
func (c *checking) lack(what, format string, args ...any) {
	c.r.lacking++
	c.tell(what, Wrong, format, args...)
}

func (c *checking) bundle() {
	c.problems(c.contents.Problems, "")
	if len(c.contents.Problems) == 0 {
		c.tell("bundle", OK, "%s, and all %d files as it has them", bundle.ManifestName, len(c.contents.Files)-1)
	}
}
