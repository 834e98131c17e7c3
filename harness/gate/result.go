package gate

import (
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// What a case may come to beside a replay's verdicts.
const (
	Missing replay.Verdict = harness.GateMissing // there is no golden
	Orphan  replay.Verdict = harness.GateOrphan  // there is a golden, and no such case
	Skipped replay.Verdict = "skipped"           // the gate was stopped before
)

// Verdicts are all of them, the gravest first.
var Verdicts = []replay.Verdict{replay.VerdictViolation, replay.VerdictDrift, Missing, replay.VerdictUnknown, Orphan, replay.VerdictLeak, Skipped, replay.VerdictMatch}

// Result is what one case came to.
type Result struct {
	Case
	Verdict     replay.Verdict
	Why         string              // for people
	Differences []replay.Difference // from the golden, or where there is none from its own first run; classified
	Steps       []string            // the pointers of the first trace's events, by which differences are folded
	New         []string            // the first lines of what this build does, where there is no golden to compare with
	NewMore     int                 // how many lines come after these
	NewDigest   golden.Digest       // of all of them
	Runs        int                 // that were compared
	Differing   int
	Agrees      bool   // all runs of this build are alike, though the golden is not: it may be accepted
	Failed      string // how the run failed, which the golden's did not; empty: it did not
	Damaged     bool   // the golden is there, but not as it was stored
	Golden      string
	Line        int // of the golden's file, where the first difference is; 0: not known
	Duration    time.Duration
	Explanation *explain.Explanation // nil: none was made
}

// Acceptable reports whether this build's own doing may become the golden, or the golden be removed.
func (r Result) Acceptable() bool {
	switch r.Verdict {
	case Missing, Orphan, replay.VerdictDrift:
		return true
	}
	return r.Agrees || r.Damaged
}

// Unexplained reports whether an experiment would say more: the build disagrees with itself, and none was made.
func (r Report) Unexplained(result Result) bool {
	return !r.Sought && result.Verdict == replay.VerdictViolation && !result.Agrees
}

// compared reports whether the result says something of the workflow.
func (r Result) compared() bool {
	switch r.Verdict {
	case replay.VerdictMatch, replay.VerdictLeak, replay.VerdictViolation, replay.VerdictDrift:
		return true
	}
	return false
}

// Report is what a gate came to.
type Report struct {
	Results  []Result // in the order of the cases, then orphans
	Problems []golden.Problem
	FailOn   []string
	Flags    string // of commands to paste, each with a space before it
	Sought   bool   // causes were looked for by experiment
}

// Fails reports whether a result is one that the gate fails on.
func (r Report) Fails(result Result) bool {
	for _, verdict := range r.FailOn {
		if verdict == string(result.Verdict) {
			return true
		}
	}
	return false
}

// Spared returns what a gate fails on by default, and this one by fail_on does not.
func (r Report) Spared() string {
	var spared []string
	for _, verdict := range []replay.Verdict{replay.VerdictDrift, Missing} {
		if !r.Fails(Result{Verdict: verdict}) {
			spared = append(spared, string(verdict))
		}
	}
	if len(spared) == 0 {
		return ""
	}
	return strings.Join(spared, " and ") + " not failed on, by fail_on"
}

// Count returns how many cases came to a verdict.
func (r Report) Count(verdict replay.Verdict) (n int) {
	for _, result := range r.Results {
		if result.Verdict == verdict {
			n++
		}
	}
	return n
}

// Compared returns how many cases were compared with a golden.
func (r Report) Compared() (n int) {
	for _, result := range r.Results {
		if result.compared() {
			n++
		}
	}
	return n
}
