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

// Accepted is what came of accepting one result.
type Accepted struct {
	Case
	Golden  string
	Removed bool   // an orphan's golden
	Was     Result // what was accepted
	Next    Result // what the next gate says of it, where it was accepted
	Failed  string // how the run failed that is the golden now; empty: it did not
	Err     error  // why it was not accepted; nil: it was
}

// Accept makes the goldens of these results what this build does, and removes orphans. All are written together, and only those that
// differ. Each case is run anew, with its outside calls made and not answered from the golden, and as often again as it
// takes to blame somebody: what then disagrees with itself is not accepted.
//
// An error means that nothing was written, or not all of it.
func (g *Gate) Accept(ctx context.Context, results []Result) ([]Accepted, error) {
	accepted := make([]Accepted, len(results))
	made := make([]harness.Execution, len(results))
	defer func() {
		for i := range made {
			made[i].Close()
		}
	}()
	g.each(len(results), func(i int) {
		r := results[i]
		accepted[i] = Accepted{Case: r.Case, Golden: r.Golden, Removed: r.Verdict == Orphan, Was: r}
		switch {
		case !r.Acceptable():
			accepted[i].Err = errors.New("this build disagrees with itself: nothing that it does could be accepted")
		case r.Verdict != Orphan:
			made[i], accepted[i].Next, accepted[i].Err = g.candidate(ctx, r.Case)
			if e := made[i]; e.Trace != nil {
				accepted[i].Failed = failed(e.Trace.End(), e.Stderr)
			}
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("stopped before anything was written: %w", context.Cause(ctx))
	}
	return accepted, g.write(accepted, made)
}

// candidate runs a case anew, and says why what it does can't be a golden.
func (g *Gate) candidate(ctx context.Context, c Case) (harness.Execution, Result, error) {
	next := Result{Case: c, Golden: g.pathOf(c), Verdict: replay.VerdictMatch, Why: "accepted"}
	runner, err := g.runner(c)
	if err != nil {
		return harness.Execution{}, next, err
	}
	e := runner.Execute(ctx, c.run())
	if e.Trace == nil {
		return e, next, fmt.Errorf("%s: %s", e.Status, e.Message)
	}
	of := harness.OlderRun{Trace: e.Trace, Circumstances: &e.Circumstances}
	err = errors.Join(runner.Replay(ctx, c.run(), of, g.Config.Gate.Replays, func(result *harness.ReplayResult) {
		next.Runs++
		next.Duration += result.Duration
		if next.Verdict == replay.VerdictMatch && result.Checked.Verdict == replay.VerdictLeak {
			next.Verdict, next.Differences = replay.VerdictLeak, result.Checked.Differences
			next.Why = "accepted; its runs differ from each other by readings of the world"
		}
		if v := result.Checked.Verdict; v != replay.VerdictMatch && v != replay.VerdictLeak && err == nil {
			err = fmt.Errorf("this build disagrees with itself: %s: %s", v, result.Checked.Why)
		}
	}), err)
	if err != nil {
		e.Close()
		return e, next, err
	}
	return e, next.fold(e.Trace), nil
}

// write writes what was accepted.
func (g *Gate) write(accepted []Accepted, made []harness.Execution) error {
	var traces []*golden.Trace
	changed := false
	for i, a := range accepted {
		switch {
		case a.Err != nil:
		case a.Removed:
			if err := g.folder.Remove(a.Workflow, a.Seed); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			g.made.forget(a.Case)
			changed = true
		default:
			if err := g.made.set(a.Case, made[i].Trace, made[i].Circumstances); err != nil {
				return err
			}
			traces = append(traces, made[i].Trace)
		}
	}
	if len(traces) > 0 {
		if err := g.folder.Put(traces...); err != nil {
			return err
		}
		changed = true
	}
	if !changed {
		return nil
	}
	return g.made.write(g.dir)
}
