package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// epoch is when a Go workflow's own time begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// goExecutor executes a Go workflow: in this process, or in a child of the same binary where
// it is to be killed.
type goExecutor struct {
	workflow    Workflow
	timeout     time.Duration
	limits      limits
	redactNames []string
	redact      redactor
	world       world
	build       golden.BuildOptions
	workDir     string // where executions in a child have their folders, absolute
	self        reexec
	external    external.Mode
}

func newGoExecutor(c Config, w WorkflowConfig, workflow Workflow, world world, workDir string, self reexec) (*goExecutor, error) {
	redact, err := newRedactor(c.Redact, nil, os.LookupEnv)
	if err != nil {
		return nil, fmt.Errorf("workflow %s: %w", w.Name, err)
	}
	return &goExecutor{
		workflow: workflow, timeout: time.Duration(w.Timeout), limits: limits{Bytes: int64(w.MaxOutput), Events: w.MaxEvents},
		redactNames: c.Redact, redact: redact, world: world, workDir: workDir, self: self,
		external: w.External,
	}, nil
}

func (x *goExecutor) execute(ctx context.Context, j job) Execution {
	if j.killAfter > 0 || j.treatment != nil {
		return x.executeChild(ctx, j)
	}
	began := x.world.now()
	running, stop := context.WithCancelCause(inFlight(ctx))
	defer stop(nil)
	running, cancel := context.WithTimeoutCause(running, x.timeout, errTimeout)
	defer cancel()
	run := newRun(j.PlannedRun, x.build, x.limits, x.redact, nil, newCalls(j.callMode(x.external), j.record))
	run.stop = stop
	e := x.await(running, run, start(running, x.workflow, run))
	e.Circumstances = x.world.circumstances(j.ID, began)
	return e
}

var errTimeout = errors.New("it took too long")

// overdueGrace is how long a Go workflow may take to return once its context is done.
const overdueGrace = 5 * time.Second

// await waits for a workflow. One that does not return when its context is done can't be killed
// in this process: its goroutine stays, and nothing that it records counts.
func (x *goExecutor) await(ctx context.Context, run *Run, done <-chan error) Execution {
	left := false
	select {
	case err := <-done:
		if ctx.Err() == nil {
			return finish(run, err)
		}
	case <-ctx.Done():
		run.calls.end()
		if left = !await(done, run); left {
			break
		}
	}
	if !left {
		run.builder.Discard()
	}
	return x.overdue(context.Cause(ctx), left)
}

// await waits a little longer, and reports whether the workflow returned.
func await(done <-chan error, run *Run) bool {
	timer := time.NewTimer(overdueGrace)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		if run.closed.CompareAndSwap(false, true) {
			return false
		}
		<-done // it returned meanwhile
		return true
	}
}

// overdue is what comes of a run whose context was done before its workflow was.
func (x *goExecutor) overdue(cause error, left bool) Execution {
	var limit *limitError
	e := Execution{Status: golden.StatusAbandoned, Message: "stopped while it was in flight"}
	switch {
	case errors.As(cause, &limit):
		e = Execution{Status: golden.StatusLimit, Message: limit.message}
	case errors.Is(cause, errTimeout):
		e = Execution{Status: golden.StatusTimeout, Message: fmt.Sprintf("took longer than its %s timeout", x.timeout)}
	}
	if left {
		e.Message += "; it ignores its context and is still running"
	}
	return e
}

// errGoexit is the error of a workflow that did not return.
var errGoexit = errors.New("the workflow ended its goroutine (runtime.Goexit), as t.FailNow does, and did not return")

// start runs a workflow and sends the error that it returns. One that nobody waits for any more
// gives its trace up itself.
func start(ctx context.Context, w Workflow, run *Run) <-chan error {
	done := make(chan error, 1)
	go func() {
		err := errGoexit
		defer func() {
			if !run.closed.CompareAndSwap(false, true) {
				run.builder.Discard()
				return
			}
			done <- err
		}()
		err = call(ctx, w, run)
	}()
	return done
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

func newRun(p PlannedRun, o golden.BuildOptions, most limits, redact redactor, from *checkpoint, calls *calls) *Run {
	source := rand.NewPCG(p.Seed, 0)
	r := &Run{
		planned: p,
		limits:  most,
		redact:  redact,
		calls:   calls,
		source:  source,
		random:  rand.New(source),
		now:     epoch,
		builder: golden.NewBuilder(golden.Header{Workflow: p.Workflow, Seed: p.Seed, Output: golden.OutputSteps}, o),
	}
	if from == nil {
		r.calls.open(0, redact)
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
		if e.Kind == golden.KindCall {
			r.calls.resumed(e)
		}
		if err := r.builder.Add(e.Kind, e.Name, e.Value); err != nil {
			r.fail(fmt.Errorf("resume: %w", err))
		}
	}
	r.calls.open(r.checkpoints, redact)
	return r
}

// finish makes the trace of a run whose workflow returned.
func finish(r *Run, err error) Execution {
	r.addExchanges()
	if r.broken != nil {
		r.builder.Discard()
		status, _, _, message := brokenBy(r.broken)
		return Execution{Status: status, Message: r.redact.text(message)}
	}
	e := Execution{Status: golden.StatusOK, Checkpoints: r.checkpoints}
	end := golden.End{Status: golden.StatusOK}
	if err != nil {
		// Not err.Error(): that of a nil pointer in an error panics, and Sprint says so.
		message := r.redact.text(fmt.Sprint(err))
		e.Status, e.Exit, e.Message = golden.StatusExit, 1, message
		end = golden.End{Status: golden.StatusExit, Exit: 1, Error: message}
		var panicked *panicError
		if errors.As(err, &panicked) {
			e.Stderr = r.redact.bytes(panicked.stack)
			e.Stderr = e.Stderr[:min(len(e.Stderr), maxStderr)]
		}
	}
	trace, err := r.builder.End(end)
	if err != nil {
		return faulted(err.Error())
	}
	e.Trace = trace
	return e
}
