package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/shadowrun/shadowrun/golden"
)

// epoch is when a Go workflow's own time begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// goExecutor executes a Go workflow: in this process, or in a child of the same binary where
// it is to be killed.
type goExecutor struct {
	workflow Workflow
	timeout  time.Duration
	world    world
	build    golden.BuildOptions
	workDir  string // where executions in a child have their folders, absolute
	self     reexec
}

func (x *goExecutor) execute(ctx context.Context, j job) Execution {
	if j.killAfter > 0 {
		return x.executeChild(ctx, j)
	}
	start := x.world.now()
	ctx, cancel := context.WithTimeoutCause(ctx, x.timeout, errTimeout)
	defer cancel()
	run := newRun(j.PlannedRun, x.build, nil)
	done := make(chan error, 1)
	go func() { done <- call(ctx, x.workflow, run) }()
	var e Execution
	select {
	case err := <-done:
		e = finish(run, err)
	case <-ctx.Done():
		e = x.overdue(ctx, run, done)
	}
	e.Circumstances = x.world.circumstances(j.ID, start)
	return e
}

var errTimeout = errors.New("it took too long")

// overdueGrace is how long a Go workflow may take to return once its context is done.
const overdueGrace = 5 * time.Second

// overdue waits for a workflow whose context is done. One that does not return cannot be
// killed in this process: its goroutine stays.
func (x *goExecutor) overdue(ctx context.Context, run *Run, done <-chan error) Execution {
	timer := time.NewTimer(overdueGrace)
	defer timer.Stop()
	message := fmt.Sprintf("took longer than its %s timeout", x.timeout)
	select {
	case <-done:
		run.builder.Discard()
	case <-timer.C:
		message += "; it ignores its context and is still running"
	}
	if !errors.Is(context.Cause(ctx), errTimeout) {
		return Execution{Status: golden.StatusAbandoned, Message: "stopped while it was in flight"}
	}
	return Execution{Status: golden.StatusTimeout, Message: message}
}

// call runs a workflow; a panic is an error like another.
func call(ctx context.Context, w Workflow, r *Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: fmt.Sprint(p), stack: debug.Stack()}
		}
	}()
	return w.Run(ctx, r)
}

type panicError struct {
	value string
	stack []byte // kept, not compared: it holds addresses
}

func (e *panicError) Error() string { return "panic: " + e.value }

func newRun(p PlannedRun, o golden.BuildOptions, from *checkpoint) *Run {
	source := rand.NewPCG(p.Seed, 0)
	r := &Run{
		planned: p,
		source:  source,
		random:  rand.New(source),
		now:     epoch,
		builder: golden.NewBuilder(golden.Header{Workflow: p.Workflow, Seed: p.Seed, Output: golden.OutputSteps}, o),
	}
	if from == nil {
		return r
	}
	r.resume = from
	r.now = from.Now
	if err := source.UnmarshalBinary(from.Random); err != nil {
		r.fail(fmt.Errorf("resume: %w", err))
	}
	for _, e := range from.Events {
		if e.Kind == golden.KindCheckpoint {
			r.checkpoints++
		}
		if err := r.builder.Add(e.Kind, e.Name, e.Value); err != nil {
			r.fail(fmt.Errorf("resume: %w", err))
		}
	}
	return r
}

// finish makes the trace of a run whose workflow returned.
func finish(r *Run, err error) Execution {
	if r.broken != nil {
		r.builder.Discard()
		return faulted(r.broken.Error())
	}
	e := Execution{Status: golden.StatusOK, Checkpoints: r.checkpoints}
	end := golden.End{Status: golden.StatusOK}
	if err != nil {
		e.Status, e.Exit, e.Message = golden.StatusExit, 1, err.Error()
		end = golden.End{Status: golden.StatusExit, Exit: 1, Error: err.Error()}
		var panicked *panicError
		if errors.As(err, &panicked) {
			e.Stderr = panicked.stack[:min(len(panicked.stack), maxStderr)]
		}
	}
	trace, err := r.builder.End(end)
	if err != nil {
		return faulted(err.Error())
	}
	e.Trace = trace
	return e
}
