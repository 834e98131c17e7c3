package monitor

import (
	"fmt"
	"math"
	"slices"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// The conditions that verdicts lead to. They hold of what [soak.Policy.Judge] makes an outcome other than
// PASS of, so that a finding that is accepted is none.

func violation(o Observation, _ Thresholds) (Condition, bool) {
	open := unaccepted(o, replay.ClassViolation)
	return against(o, SeverityCritical, o.Last.Violation, "violation", open), o.Last.Violation > 0 && (len(open) > 0 || len(o.Findings) == 0)
}

func drift(o Observation, _ Thresholds) (Condition, bool) {
	open := unaccepted(o, replay.ClassViolation)
	return against(o, SeverityCritical, o.Last.Drift, "drift", open), o.Last.Drift > 0 && (len(open) > 0 || len(o.Findings) == 0)
}

// leak warns of leaks while something can be done about them; a soak that is over was failed by its leaks,
// or was not.
func leak(o Observation, _ Thresholds) (Condition, bool) {
	open := unaccepted(o, replay.ClassVolatile, replay.ClassLatent)
	severity := SeverityWarning
	switch phase := o.Phase(); {
	case soak.PolicyOf(o.Config.Defaults()).FailOnLeak:
		severity = SeverityCritical
	case phase == PhaseFinished || phase == PhaseInterrupted:
		severity = SeverityNote
	}
	return against(o, severity, o.Last.Leak, "leak", open), o.Last.Leak > 0 && len(open) > 0
}

// unaccepted returns the findings of some classes that nobody has accepted, the first seen first.
func unaccepted(o Observation, classes ...replay.Class) (open []ledger.Finding) {
	for _, f := range o.Findings {
		if f.Accepted == nil && slices.Contains(classes, f.Class) {
			open = append(open, f)
		}
	}
	return open
}

// against is the condition of n verdicts with these findings.
func against(o Observation, s Severity, n int64, verdict string, open []ledger.Finding) Condition {
	c := Condition{Severity: s, Text: fmt.Sprintf("%s in %s", count(n, verdict), count(o.Last.Replays, "replay")), Next: "shadowrun findings" + soak.StateFlag(o.Dir)}
	if len(open) > 0 {
		f := open[0]
		c.Since, c.Next = f.First.At, f.Reproduction
		c.Text += fmt.Sprintf(": %s, the first %.8s (%s, %s)", count(int64(len(open)), "finding"), f.Key, f.Workflow, f.Cause)
		if f.Again != nil {
			c.Text += fmt.Sprintf(", %s, seen again", f.Again)
		}
	}
	return c
}

func nothingChecked(o Observation, _ Thresholds) (Condition, bool) {
	c := o.Last.Counters
	tried := c.Unknown+c.Unfinished > 0 || o.Phase() == PhaseFinished
	return Condition{
		Severity: SeverityWarning,
		Text:     fmt.Sprintf("nothing was checked in %s: %d left no golden, %d of their replays came to nothing", count(c.Runs, "run"), c.Unfinished, c.Unknown),
		Next:     "shadowrun summary" + soak.StateFlag(o.Dir),
	}, o.Soak.ID != 0 && o.Unread == nil && c.Replays-c.Unknown == 0 && tried
}

func unknownRate(o Observation, _ Thresholds) (Condition, bool) {
	c := o.Last.Counters
	unchecked, of := c.Unknown+c.Unfinished, c.Replays+c.Unfinished
	tolerated := soak.PolicyOf(o.Config.Defaults()).UnknownRate
	return Condition{
		Severity: SeverityWarning,
		Text:     fmt.Sprintf("%d of %d could not be checked, which is more than %.3g %%", unchecked, of, 100*tolerated),
		Next:     "shadowrun summary" + soak.StateFlag(o.Dir),
	}, c.Replays-c.Unknown > 0 && float64(unchecked)/math.Max(1, float64(of)) > tolerated
}

// count is a number with its noun.
func count(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
