package gate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay"
)

// check checks one case.
func (g *Gate) check(ctx context.Context, c Case) Result {
	r := Result{Case: c, Golden: g.pathOf(c)}
	runner, err := g.runner(c)
	if err != nil {
		return r.unknown(err)
	}
	want, err := g.folder.Get(c.Workflow, c.Seed)
	var problem golden.Problem
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return g.first(ctx, runner, r)
	case err != nil:
		r = r.unknown(err)
		if r.Damaged = errors.As(err, &problem) && problem.Kind != golden.ProblemUnreadable; r.Damaged {
			r = g.damaged(ctx, runner, r)
		}
		return r
	}
	defer want.Close()
	r = g.twice(ctx, runner, g.older(c, want), r)
	if len(r.Differences) > 0 {
		r.Line = g.line(r)
	}
	return r
}

// twice compares two runs with the golden. The second is for a build that disagrees with itself now and then: one run
// would catch a field that has two values in half of all cases, two in three quarters.
func (g *Gate) twice(ctx context.Context, runner *harness.Runner, of harness.OlderRun, r Result) Result {
	for n := range 2 {
		before, how := r.Runs, ""
		checked, err := runner.Check(ctx, r.run(), of, g.Config.Gate.Replays)
		if err != nil {
			return r.skipped()
		}
		r.take(checked)
		if r.Verdict == replay.VerdictMatch {
			continue
		}
		if checked.Got != nil {
			if n == 0 && r.Verdict == replay.VerdictLeak {
				r = g.unsteady(ctx, runner, of, r, checked.Got)
			}
			how = newlyFailed(of.Trace.End(), checked)
			checked.Got.Close()
		}
		if n > 0 && before > 0 && r.Agrees { // the first run was equal to the golden
			r.disagrees(fmt.Sprintf("equal once, then differs in %d of %d replays", r.Differing, r.Runs-before))
		}
		r.fails(how)
		return r.fold(of.Trace)
	}
	return r
}

// disagrees makes a violation of a drift: no other build is to blame for what this one did once without it.
func (r *Result) disagrees(why string) {
	r.Verdict, r.Agrees, r.Why = replay.VerdictViolation, false, why
	for i := range r.Differences {
		if d := &r.Differences[i]; d.Cause == replay.CauseCode || d.Cause == replay.CauseEnvironment {
			d.Cause, d.Why = replay.CauseUnattributed, "this build had the golden's value once"
		}
	}
}

// first runs a case that has no golden, and says whether this build agrees with itself.
func (g *Gate) first(ctx context.Context, runner *harness.Runner, r Result) Result {
	e := runner.Execute(ctx, r.run())
	defer e.Close()
	if ctx.Err() != nil {
		return r.skipped()
	}
	if e.Trace == nil {
		return r.unknown(fmt.Errorf("%s: %s", e.Status, e.Message))
	}
	around := e.Circumstances
	checked, err := runner.Check(ctx, r.run(), harness.OlderRun{Trace: e.Trace, Circumstances: &around}, g.Config.Gate.Replays)
	if err != nil {
		return r.skipped()
	}
	if checked.Got != nil {
		defer checked.Got.Close()
	}
	r.take(checked)
	r.Runs++ // the first one
	switch r.Verdict {
	case replay.VerdictMatch:
		r.Verdict, r.Why = Missing, "there is no golden yet; two runs agree with each other"
	case replay.VerdictLeak:
		r.Verdict, r.Why = Missing, "there is no golden yet; runs differ from each other by readings of the world only"
	default:
		r.Why, r.Agrees = "there is no golden, and "+r.Why, false
	}
	r.fails(failed(e.Trace.End(), e.Stderr))
	return r.fold(e.Trace).opening(e.Trace)
}

// take notes what a check came to.
func (r *Result) take(result *harness.ReplayResult) {
	checked := result.Checked
	r.Verdict, r.Why, r.Differences = checked.Verdict, checked.Why, checked.Differences
	r.Runs += checked.Replays
	r.Differing, r.Agrees = checked.Differing, checked.Agree
	r.Duration += result.Duration
	if r.Verdict == replay.VerdictViolation && r.Agrees && !checked.Among {
		r.Why += ", all alike, and nothing of its files and of this machine is known to be another than the golden's; if a file that it is made of has changed, name it in fingerprint:"
	}
}

func (r Result) unknown(err error) Result {
	r.Verdict, r.Why = replay.VerdictUnknown, err.Error()
	return r
}

func (r Result) skipped() Result {
	r.Verdict, r.Why = Skipped, "stopped before it was checked"
	return r
}

// fold notes the steps of the trace that the differences are of.
func (r Result) fold(t *golden.Trace) Result {
	if len(r.Differences) == 0 {
		return r
	}
	text, err := t.Bytes()
	if err != nil {
		return r // differences that are not folded are as true
	}
	r.Steps, _ = replay.Steps(text)
	return r
}

// CheckOne checks one case of the gate's anew.
func (g *Gate) CheckOne(ctx context.Context, c Case) Result { return g.check(ctx, c) }
