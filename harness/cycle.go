package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// cycle carries out one cycle: its runs together, then their replays and the older runs'
// beside each other, then those that are to run under load. What ctx stops is abandoned.
func (r *Runner) cycle(ctx context.Context, n int, started time.Time) CycleResult {
	planned := r.planned(n)
	result := CycleResult{N: n, Started: started, Runs: make([]RunResult, len(planned.Runs))}
	if err := r.fingerprint(); err != nil {
		result.Notices = append(result.Notices, err.Error())
	}
	result.Builds = r.Builds()
	r.each(len(planned.Runs), func(i int) {
		result.Runs[i] = RunResult{planned.Runs[i], r.execute(ctx, job{PlannedRun: planned.Runs[i]})}
	})
	replays := make([]*ReplayResult, len(planned.Runs)+len(planned.Rechecks))
	quiet, loaded := r.phases(planned)
	r.each(len(quiet), func(i int) { replays[quiet[i]] = r.replayOf(ctx, &result, planned, quiet[i]) })
	if len(loaded) > 0 && ctx.Err() == nil {
		if err := r.burners.start(); err != nil {
			for _, i := range loaded {
				if result.Runs[i].Trace != nil {
					replays[i] = r.unknown(planned.Runs[i], err)
				}
			}
		} else {
			r.each(len(loaded), func(i int) { replays[loaded[i]] = r.replayOf(ctx, &result, planned, loaded[i]) })
			r.burners.stop()
		}
	}
	r.collect(ctx, &result, planned, replays)
	result.Ended = r.clock()
	return result
}

// planned returns the n-th cycle, or what is to be made up for of it.
func (r *Runner) planned(n int) Cycle {
	c := r.plan.Cycle(n)
	if n == r.FirstCycle && r.Rest != nil {
		c.Runs = slices.DeleteFunc(c.Runs, func(p PlannedRun) bool { return !slices.Contains(r.Rest.Runs, p.Position.Run) })
		c.Rechecks = slices.DeleteFunc(c.Rechecks, func(p PlannedRun) bool { return !slices.Contains(r.Rest.Rechecks, p.Position) })
	}
	return c
}

// each calls f for 0 to n-1, as many at once as there are workers, and returns when all have.
func (r *Runner) each(n int, f func(int)) {
	var group errgroup.Group
	group.SetLimit(r.Config.Workers)
	for i := range n {
		group.Go(func() error {
			f(i)
			return nil
		})
	}
	group.Wait()
}

// phases tells the replays that want an idle machine from those that want a loaded one. The
// older runs' come after the cycle's own.
func (r *Runner) phases(c Cycle) (quiet, loaded []int) {
	for i := range len(c.Runs) + len(c.Rechecks) {
		if i < len(c.Runs) && c.Runs[i].Variant == VariantLoaded {
			loaded = append(loaded, i)
		} else {
			quiet = append(quiet, i)
		}
	}
	return quiet, loaded
}

func (r *Runner) execute(ctx context.Context, j job) Execution {
	if ctx.Err() != nil {
		return Execution{Status: golden.StatusAbandoned, Message: "stopped before it was launched"}
	}
	w := r.workflows[j.Workflow]
	e := w.executor.execute(ctx, j)
	e.Circumstances.Build, e.Circumstances.Environment = *w.build.Load(), r.around
	return e
}

// replayOf replays the i-th of the cycle's runs and then rechecks. It returns nil where there
// is no golden to replay, or the soak was stopped meanwhile.
func (r *Runner) replayOf(ctx context.Context, result *CycleResult, planned Cycle, i int) *ReplayResult {
	if ctx.Err() != nil {
		return nil
	}
	if i < len(planned.Runs) {
		run := &result.Runs[i]
		if run.Trace == nil {
			return nil
		}
		return r.replay(ctx, run.PlannedRun, OlderRun{run.Trace, &run.Circumstances, run.Checkpoints}, r.Config.Again)
	}
	return r.recheck(ctx, planned.Rechecks[i-len(planned.Runs)])
}

// recheck replays a run of an older cycle. It returns nil where that left no golden, or it was
// pruned; a golden that is there and can't be read is no reason to pass over it.
func (r *Runner) recheck(ctx context.Context, p PlannedRun) *ReplayResult {
	if err := r.committed.await(p.Cycle); err != nil {
		return nil
	}
	older, err := r.Record.Golden(p.Position)
	if errors.Is(err, ErrNoGolden) {
		return nil
	}
	var replayed *ReplayResult
	if err != nil {
		replayed = r.unknown(p, err)
	} else {
		defer older.Trace.Close()
		replayed = r.replay(ctx, p, older, r.Config.Again)
	}
	if replayed != nil {
		replayed.Recheck = true
	}
	return replayed
}

// unknown is the result of a replay that could not be made.
func (r *Runner) unknown(p PlannedRun, err error) *ReplayResult {
	return &ReplayResult{PlannedRun: p, Started: r.clock(), Checked: replay.Checked{Verdict: replay.VerdictUnknown, Why: err.Error()}}
}

// collect puts what came of the replays into the result. A run that was not replayed because
// the soak was stopped counts as abandoned: it is made up for on resumption, replay and all,
// and so are then the rechecks. Where these alone are left, a run is given up for their sake.
func (r *Runner) collect(ctx context.Context, result *CycleResult, planned Cycle, replays []*ReplayResult) {
	for i, replayed := range replays {
		switch {
		case replayed != nil:
			result.Replays = append(result.Replays, *replayed)
		case i >= len(planned.Runs):
			result.RechecksSkipped++
		case result.Runs[i].Trace != nil && ctx.Err() != nil:
			result.Runs[i].Close()
			result.Runs[i].Execution = Execution{Status: golden.StatusAbandoned, Message: "stopped before it was replayed"}
		}
	}
	if ctx.Err() != nil && result.RechecksSkipped > 0 && !result.abandoned() {
		result.giveUp()
	}
	if result.abandoned() {
		result.RechecksSkipped = 0
	}
}

// abandoned reports whether the cycle comes again, to make up for some of its runs.
func (c *CycleResult) abandoned() bool {
	return slices.ContainsFunc(c.Runs, func(run RunResult) bool { return run.Status == golden.StatusAbandoned })
}

// giveUp makes one run of the cycle an abandoned one, so that the cycle comes again with its rechecks. It takes one that
// showed nothing grave: what speaks against a workflow is never thrown away.
func (c *CycleResult) giveUp() {
	for i, p := range c.Replays {
		if p.Recheck || p.Checked.Verdict != replay.VerdictMatch && p.Checked.Verdict != replay.VerdictLeak {
			continue
		}
		at := slices.IndexFunc(c.Runs, func(run RunResult) bool { return run.Position == p.Position })
		if p.Got != nil {
			p.Got.Close()
		}
		c.Replays = slices.Delete(c.Replays, i, i+1)
		c.Runs[at].Close()
		c.Runs[at].Execution = Execution{Status: golden.StatusAbandoned, Message: "stopped before the older runs of its cycle were replayed"}
		return
	}
}

// replay replays one run under its planned variant until there is a verdict, if it differs
// again more times; negative for none. It returns nil where ctx ended it.
func (r *Runner) replay(ctx context.Context, p PlannedRun, run OlderRun, again int) *ReplayResult {
	started := r.clock()
	w := r.workflows[p.Workflow]
	rep := &replayer{runner: r, run: p, of: run}
	checker := replay.Checker{Again: again, Rules: w.rules, Variant: string(p.Variant)}
	checked, err := checker.Check(ctx, attemptOf(run.Trace, run.Circumstances), rep.attempt)
	rep.release()
	if err != nil && ctx.Err() != nil {
		rep.discard()
		return nil
	}
	if err != nil {
		checked = replay.Checked{Verdict: replay.VerdictUnknown, Why: err.Error()}
	}
	if checked.Verdict == replay.VerdictMatch {
		rep.discard()
	}
	return &ReplayResult{
		PlannedRun: p, Started: started, Duration: r.clock().Sub(started), Checked: checked,
		Got: rep.got, GotStderr: rep.stderr, TraceSize: run.Trace.Size(), Restorations: rep.restorations,
	}
}

// killAfter says after which of n checkpoints a resumed replay is killed.
func (p PlannedRun) killAfter(n int) int {
	if p.Variant != VariantResumed || n == 0 {
		return 0
	}
	return 1 + min(int(p.Kill*float64(n)), n-1)
}

func (p PlannedRun) String() string { return fmt.Sprintf("%s (%s, seed %d)", p.ID, p.Workflow, p.Seed) }
