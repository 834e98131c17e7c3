package soak

import (
	"fmt"
	"math"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
)

// Outcome is what an invocation comes to.
type Outcome string

const (
	Pass         Outcome = "PASS"
	Fail         Outcome = "FAIL"
	Inconclusive Outcome = "INCONCLUSIVE"
	Interrupted  Outcome = "INTERRUPTED"
)

// ExitStatus returns the outcome's exit status.
func (o Outcome) ExitStatus() int {
	switch o {
	case Pass:
		return 0
	case Fail:
		return 1
	case Inconclusive:
		return 3
	default:
		return 4
	}
}

// Policy says what a soak's figures come to.
type Policy struct {
	FailOnLeak  bool
	UnknownRate float64 // tolerated share of what could not be checked
}

// PolicyOf returns a configuration's policy.
func PolicyOf(c harness.Config) Policy {
	return Policy{FailOnLeak: c.FailOn == string(replay.VerdictLeak), UnknownRate: *c.UnknownRate}
}

// Judge returns the outcome of a soak's figures, and why: the first that applies of FAIL,
// INCONCLUSIVE and INTERRUPTED. A finding that is accepted at a time fails nothing.
func (p Policy) Judge(c ledger.Counters, findings []ledger.Finding, finished bool, at time.Time) (Outcome, string) {
	unaccepted := map[replay.Class]int{}
	for _, f := range findings {
		if !f.AcceptedAt(at) {
			unaccepted[f.Class]++
		}
	}
	unchecked := c.Unknown + c.Unfinished
	rate := float64(unchecked) / math.Max(1, float64(c.Replays+c.Unfinished))
	switch {
	case c.Violation+c.Drift > 0 && (unaccepted[replay.ClassViolation] > 0 || len(findings) == 0):
		return Fail, fmt.Sprintf("%d violations and %d drifts in %d replays", c.Violation, c.Drift, c.Replays)
	case p.FailOnLeak && c.Leak > 0 && unaccepted[replay.ClassVolatile]+unaccepted[replay.ClassLatent] > 0:
		return Fail, fmt.Sprintf("%d leaks in %d replays, and fail_on is leak", c.Leak, c.Replays)
	case c.Replays-c.Unknown == 0 && (finished || unchecked > 0):
		return Inconclusive, "nothing was checked"
	case rate > p.UnknownRate:
		return Inconclusive, fmt.Sprintf("%d of %d could not be checked, which is more than %.3g %%",
			unchecked, c.Replays+c.Unfinished, 100*p.UnknownRate)
	case !finished:
		return Interrupted, "stopped before its end; 'shadowrun --resume' goes on"
	}
	if c.Violation+c.Drift > 0 {
		return Pass, fmt.Sprintf("%d replays; %d violations and %d drifts, of findings that are accepted", c.Replays, c.Violation, c.Drift)
	}
	return Pass, fmt.Sprintf("%d replays, no violation", c.Replays)
}

// Bound returns the rate of violation that n clean replays of distinct seeds bound from above
// with 95 % confidence: 1 − 0.05^(1/n), the exact form of the rule of three (Hanley and
// Lippman-Hand, 1983). It is 1 for n = 0.
func Bound(n int64) float64 {
	if n <= 0 {
		return 1
	}
	return -math.Expm1(math.Log(0.05) / float64(n))
}
