package harness

import (
	"context"
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
	stderr       []byte        // of that
	last         *golden.Trace // that was handed to the check, unless it is got
	restorations int
	record       *CallRecord // of the run; nil until the first attempt
}

// attempt replays the run once.
func (r *replayer) attempt(ctx context.Context, n int) (replay.Attempt, error) {
	r.release()
	if r.record == nil {
		record, err := RecordOf(r.of.Trace)
		if err != nil {
			return replay.Attempt{}, fmt.Errorf("the golden's calls can't be read: %w", err)
		}
		r.record = record
	}
	e := r.runner.execute(ctx, job{PlannedRun: r.run, killAfter: r.run.killAfter(r.of.Checkpoints), record: r.record})
	r.restorations += e.Restorations
	if e.Trace == nil && ctx.Err() != nil {
		return replay.Attempt{}, context.Cause(ctx)
	}
	if e.Trace == nil {
		return replay.Attempt{Err: fmt.Errorf("%s: %s", e.Status, e.Message)}, nil
	}
	if r.got == nil && e.Trace.Digest() != r.of.Trace.Digest() {
		r.got, r.stderr = e.Trace, e.Stderr
	} else {
		r.last = e.Trace
	}
	return attemptOf(e.Trace, &e.Circumstances), nil
}

// attemptOf hands a trace to a check, which reads it only where it differs.
func attemptOf(t *golden.Trace, c *replay.Circumstances) replay.Attempt {
	return replay.Attempt{Digest: t.Digest(), Lines: t.Bytes, Circumstances: c}
}

// release gives up the trace of the last attempt, if it is not the one to keep.
func (r *replayer) release() {
	if r.last != nil {
		r.last.Close()
		r.last = nil
	}
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

// Check replays a run under its variant until there is a verdict: if it differs, again more times. [Runner.Prepare] comes
// first, and the caller closes the trace that differs. The error is that ctx ended.
func (r *Runner) Check(ctx context.Context, p PlannedRun, of OlderRun, again int) (*ReplayResult, error) {
	result := r.replay(ctx, p, of, again)
	if result == nil {
		return nil, context.Cause(ctx)
	}
	return result, nil
}
