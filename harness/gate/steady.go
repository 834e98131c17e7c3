package gate

import (
	"context"
	"fmt"
	"slices"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay"
)

// A number that fits into the time that a run took, and has a name that says so, passes for a duration: a timeout, or one that
// was simulated, too. A soak compares runs of one build, in which these are the same. A gate compares builds, and
// would let a change of behaviour pass for a leak. So what looks like a duration is looked at again: if it is the same in every
// run of this build, it is none.

// unsteady looks for suspected durations in a leak, of which got is the first run that differs, and makes a change of
// behaviour of those that are the same every time. It stops at the first run in which none of them is.
func (g *Gate) unsteady(ctx context.Context, runner *harness.Runner, of harness.OlderRun, r Result, got *golden.Trace) Result {
	suspects := map[string]bool{} // in got's coordinates
	for _, d := range r.Differences {
		if d.Cause == replay.CauseDuration {
			suspects[d.GotPath] = true
		}
	}
	runs := 1
	for ; len(suspects) > 0 && runs <= g.Config.Gate.Replays; runs++ {
		again, err := runner.Check(ctx, r.run(), harness.OlderRun{Trace: got}, -1)
		if err != nil {
			return r.skipped()
		}
		r.Runs += again.Checked.Replays
		r.Duration += again.Duration
		if again.Got != nil {
			again.Got.Close()
		}
		if again.Checked.Verdict == replay.VerdictUnknown {
			return r.unknown(fmt.Errorf("whether it differs by durations only can't be told: %s", again.Checked.Why))
		}
		for _, d := range again.Checked.Differences {
			delete(suspects, d.Path)
		}
	}
	if len(suspects) == 0 {
		return r
	}
	return r.changed(suspects, runs, g.another(runner, of, r))
}

// another names what is not the golden's: build, environment, or nothing.
func (g *Gate) another(runner *harness.Runner, of harness.OlderRun, r Result) replay.Cause {
	switch around := of.Circumstances; {
	case around == nil:
		return ""
	case around.Build != runner.Builds()[r.Workflow]:
		return replay.CauseCode
	case around.Environment != string(harness.Environment()):
		return replay.CauseEnvironment
	}
	return ""
}

// changed makes a change of behaviour of differences that are the same in a number of runs.
func (r Result) changed(paths map[string]bool, runs int, cause replay.Cause) Result {
	r.Agrees = true
	r.Verdict, r.Why = replay.VerdictDrift, fmt.Sprintf("differs in %d of %d runs, all alike; what looks like a duration is none", runs, runs)
	if cause == "" {
		r.Verdict, cause = replay.VerdictViolation, replay.CauseUnattributed
	}
	r.Differences = slices.Clone(r.Differences)
	for i := range r.Differences {
		if d := &r.Differences[i]; paths[d.GotPath] && d.Cause == replay.CauseDuration {
			d.Class, d.Cause, d.Why = replay.ClassViolation, cause, fmt.Sprintf("it is the same in %d runs: no reading of how long they took", runs)
		}
	}
	return r
}
