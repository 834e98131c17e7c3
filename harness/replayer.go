package harness

import (
	"context"
	"errors"
	"fmt"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// replayer executes one run again, as often as its check asks for.
type replayer struct {
	runner       *Runner
	run          PlannedRun
	of           OlderRun
	got          *golden.Trace // the first that differs
	restorations int
}

// attempt replays the run once.
func (r *replayer) attempt(ctx context.Context, n int) (replay.Attempt, error) {
	e := r.runner.execute(ctx, job{PlannedRun: r.run, killAfter: r.run.killAfter(r.of.Checkpoints)})
	r.restorations += e.Restorations
	if ctx.Err() != nil {
		e.Close()
		return replay.Attempt{}, context.Cause(ctx)
	}
	if e.Trace == nil {
		return replay.Attempt{Err: fmt.Errorf("%s: %s", e.Status, e.Message)}, nil
	}
	keep := r.got == nil && e.Trace.Digest() != r.of.Trace.Digest()
	if keep {
		r.got = e.Trace
	} else {
		defer e.Close()
	}
	return attemptOf(e.Trace, &e.Circumstances, e.Trace.Digest() == r.of.Trace.Digest())
}

// attemptOf hands a trace to a check; the bytes of one that is known to be equal are not needed.
func attemptOf(t *golden.Trace, c *replay.Circumstances, equal bool) (replay.Attempt, error) {
	a := replay.Attempt{Digest: t.Digest(), Circumstances: c}
	if equal {
		return a, nil
	}
	text, err := t.Bytes()
	if err != nil {
		return a, errors.Join(errors.New("its trace can't be read"), err)
	}
	a.Trace = text
	return a, nil
}

// discard gives up the trace that differs.
func (r *replayer) discard() {
	if r.got != nil {
		r.got.Close()
		r.got = nil
	}
}

// Replay replays a run n times under its variant, whatever each time comes to, and yields each
// result as soon as it is there. [Runner.Prepare] comes first. It ends early with ctx.
func (r *Runner) Replay(ctx context.Context, p PlannedRun, of OlderRun, n int, yield func(*ReplayResult)) error {
	if p.Variant == VariantLoaded {
		if err := r.burners.start(); err != nil {
			return err
		}
		defer r.burners.stop()
	}
	for range n {
		result := r.replay(ctx, p, of, -1)
		if result == nil {
			return context.Cause(ctx)
		}
		yield(result)
		if result.Got != nil {
			result.Got.Close()
		}
	}
	return nil
}
