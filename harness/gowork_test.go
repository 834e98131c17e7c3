package harness

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// stepsWorkflow is a Go workflow that is a function.
type stepsWorkflow struct {
	name string
	run  func(ctx context.Context, r *Run) error
}

func steps(name string, run func(ctx context.Context, r *Run) error) Workflow {
	return stepsWorkflow{name, run}
}

func (w stepsWorkflow) Name() string                          { return w.name }
func (w stepsWorkflow) Run(ctx context.Context, r *Run) error { return w.run(ctx, r) }

// goExecutorOf returns an executor for a Go workflow.
func goExecutorOf(t testing.TB, w Workflow, changes ...func(*Config)) *goExecutor {
	t.Helper()
	c := Config{Timeout: Duration(time.Minute), Workflows: []WorkflowConfig{{Name: w.Name()}}}
	for _, change := range changes {
		change(&c)
	}
	c = c.Defaults()
	self, err := newReexec(nil)
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	x, err := newGoExecutor(c, c.Workflows[0], w, newWorld(time.Now, state), filepath.Join(state, "work"), self)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// brokenError is an error whose nil pointer a workflow returns by mistake.
type brokenError struct{ text string }

func (e *brokenError) Error() string { return e.text }

func TestGoWorkflowEndings(t *testing.T) {
	for _, c := range []struct {
		name string
		run  func(ctx context.Context, r *Run) error
		want seen
	}{
		{"nothing", func(context.Context, *Run) error { return nil }, seen{Status: golden.StatusOK}},
		{"a step", func(_ context.Context, r *Run) error { r.Record("n", 1); return r.Err() },
			seen{Status: golden.StatusOK, Trace: []string{`step "n" 1`}}},
		{"an error", func(_ context.Context, r *Run) error { r.Record("n", 1); return errors.New("no more widgets") },
			seen{Status: golden.StatusExit, Exit: 1, Message: "no more widgets", Trace: []string{`step "n" 1`}}},
		{"an error that is a nil pointer", func(context.Context, *Run) error { var e *brokenError; return e },
			seen{Status: golden.StatusExit, Exit: 1, Message: "<nil>"}},
		{"a panic", func(_ context.Context, r *Run) error { r.Record("n", 1); panic("at the disco") },
			seen{Status: golden.StatusExit, Exit: 1, Message: "panic: at the disco", Trace: []string{`step "n" 1`}}},
		{"a panic of nil", func(context.Context, *Run) error { panic(nil) },
			seen{Status: golden.StatusExit, Exit: 1, Message: "panic: panic called with nil argument"}},
		{"a goroutine that ends", func(context.Context, *Run) error { runtime.Goexit(); return nil },
			seen{Status: golden.StatusExit, Exit: 1,
				Message: "the workflow ended its goroutine (runtime.Goexit), as t.FailNow does, and did not return"}},
		{"a step without a name", func(_ context.Context, r *Run) error { r.Record("", 1); return nil },
			seen{Status: golden.StatusFault, Message: `step "": a name must not be empty, hold '#' or begin with '@'`}},
		{"a step with a number sign", func(_ context.Context, r *Run) error { r.Record("a#1", 1); return nil },
			seen{Status: golden.StatusFault, Message: `step "a#1": a name must not be empty, hold '#' or begin with '@'`}},
		{"several misuses", func(_ context.Context, r *Run) error {
			for range 3 {
				r.Record("@", 1)
			}
			r.Record("late", 1)
			return r.Err()
		}, seen{Status: golden.StatusFault, Message: `step "@": a name must not be empty, hold '#' or begin with '@'`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := goExecutorOf(t, steps("steps", c.run)).execute(t.Context(), planned("steps", 5))
			defer e.Close()
			got := seenIn(t, e)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// What can't be written as JSON ends the run as a fault that names the step.
func TestGoWorkflowRecordsWhatIsNotJSON(t *testing.T) {
	loop := map[string]any{}
	loop["self"] = loop
	for name, value := range map[string]any{
		"channel": make(chan int), "function": func() {}, "infinity": math.Inf(1), "loop": loop, "bad UTF-8": "\xff",
	} {
		t.Run(name, func(t *testing.T) {
			x := goExecutorOf(t, steps("steps", func(_ context.Context, r *Run) error { r.Record("answer", value); return nil }))
			e := x.execute(t.Context(), planned("steps", 5))
			defer e.Close()
			if e.Status != golden.StatusFault || !strings.HasPrefix(e.Message, `step "answer": `) {
				t.Errorf("%s: %s", e.Status, e.Message)
			}
		})
	}
}

// A panic's stack is kept for people and not compared: it holds addresses.
func TestGoWorkflowPanicStack(t *testing.T) {
	e := goExecutorOf(t, steps("steps", func(context.Context, *Run) error { panic("at the disco") })).execute(t.Context(), planned("steps", 5))
	defer e.Close()
	if !strings.Contains(string(e.Stderr), "TestGoWorkflowPanicStack") {
		t.Errorf("standard error: %s", e.Stderr)
	}
	text, err := e.Trace.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "goroutine") || !strings.Contains(string(text), "at the disco") {
		t.Errorf("trace: %s", text)
	}
}

// A workflow is over its time whether it returns then, or later, or not at all; it never leaves a
// golden.
func TestGoWorkflowTimeout(t *testing.T) {
	for _, c := range []struct {
		name    string
		linger  time.Duration // past the end of its context
		message string
	}{
		{"returns at once", 0, "took longer than its 3s timeout"},
		{"returns late", 4 * time.Second, "took longer than its 3s timeout"},
		{"ignores its context", time.Hour, "took longer than its 3s timeout; it ignores its context and is still running"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := goExecutorOf(t, steps("steps", func(ctx context.Context, r *Run) error {
					<-ctx.Done()
					time.Sleep(c.linger)
					r.Record("late", "nothing of this counts")
					return ctx.Err()
				}), func(c *Config) { c.Timeout = Duration(3 * time.Second) })
				e := x.execute(t.Context(), planned("steps", 5))
				defer e.Close()
				if diff := cmp.Diff(seen{Status: golden.StatusTimeout, Message: c.message}, seenIn(t, e)); diff != "" {
					t.Errorf("want -, got +:\n%s", diff)
				}
				time.Sleep(2 * time.Hour) // until it has returned
			})
		})
	}
}

// A workflow that returns when its time is over has not ended by itself, whichever of the two
// the harness hears of first.
func TestGoWorkflowReturnsAtItsTimeout(t *testing.T) {
	x := goExecutorOf(t, steps("steps", nil), func(c *Config) { c.Timeout = Duration(3 * time.Second) })
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTimeout)
	for range 100 {
		run := newRun(planned("steps", 5).PlannedRun, x.build, x.limits, x.redact, nil, newCalls(external.Record, nil))
		done := make(chan error, 1)
		done <- ctx.Err()
		e := x.await(ctx, run, done)
		e.Close()
		if e.Status != golden.StatusTimeout {
			t.Fatalf("%s: %s", e.Status, e.Message)
		}
	}
}

// What was ended from outside is abandoned, also where the workflow makes an error of it.
func TestGoWorkflowStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(ErrStopped) })
		x := goExecutorOf(t, steps("steps", func(ctx context.Context, _ *Run) error { <-ctx.Done(); return ctx.Err() }))
		e := x.execute(ctx, planned("steps", 5))
		defer e.Close()
		if diff := cmp.Diff(seen{Status: golden.StatusAbandoned, Message: "stopped while it was in flight"}, seenIn(t, e)); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	})
}

// A workflow that records without end is stopped through its context.
func TestGoWorkflowLimits(t *testing.T) {
	endless := steps("steps", func(ctx context.Context, r *Run) error {
		for ctx.Err() == nil {
			r.Record("more", "0123456789")
		}
		return ctx.Err()
	})
	for _, c := range []struct {
		name   string
		change func(w *WorkflowConfig)
		want   string
	}{
		{"events", func(w *WorkflowConfig) { w.MaxEvents = 100 }, "trace: more than 100 events (max_events)"},
		{"bytes", func(w *WorkflowConfig) { w.MaxOutput = 4096 }, "trace: more than 4.0 KiB (max_output)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := goExecutorOf(t, endless, func(config *Config) { c.change(&config.Workflows[0]) }).execute(t.Context(), planned("steps", 5))
			defer e.Close()
			if diff := cmp.Diff(seen{Status: golden.StatusLimit, Message: c.want}, seenIn(t, e)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// Runs in several goroutines at once have nothing in common.
func TestGoWorkflowAtOnce(t *testing.T) {
	x := goExecutorOf(t, drawer{})
	alone := x.execute(t.Context(), planned("drawer", 5))
	defer alone.Close()
	const many = 16
	digests := make(chan golden.Digest, many)
	for i := range many {
		go func() {
			j := planned("drawer", 5)
			j.Run = i
			e := x.execute(t.Context(), j)
			defer e.Close()
			digests <- e.Trace.Digest()
		}()
	}
	for range many {
		if got := <-digests; got != alone.Trace.Digest() {
			t.Errorf("trace %s; want %s", got, alone.Trace.Digest())
		}
	}
}

// Values of variables that are to be redacted do not get into what a Go workflow leaves.
func TestGoWorkflowRedacts(t *testing.T) {
	const secret = "pass w\u00f6rd\"1"
	t.Setenv("DB_PASSWORD", secret)
	x := goExecutorOf(t, steps("steps", func(ctx context.Context, r *Run) error {
		r.Record("value", map[string]any{"dsn": "db:" + secret, secret: 1})
		r.Record("step-"+secret, os.Getenv("DB_PASSWORD"))
		r.Artifact("a-"+secret+".txt", []byte("is "+secret))
		r.Artifact("a.json", fmt.Appendf(nil, `{"v":"pass\u0020w\u00f6rd\"1"}`))
		r.Call(ctx, "login", secret, nil, func(context.Context) (any, error) { return nil, errors.New("wrong: " + secret) })
		panic("with " + secret)
	}), func(c *Config) { c.Redact = []string{"DB_PASSWORD"} })
	e := x.execute(t.Context(), planned("steps", 5))
	defer e.Close()
	want := seen{Status: golden.StatusExit, Exit: 1, Message: "panic: with [redacted:DB_PASSWORD]", Trace: []string{
		`step "value" {"[redacted:DB_PASSWORD]":1,"dsn":"db:[redacted:DB_PASSWORD]"}`,
		`step "step-[redacted:DB_PASSWORD]" "[redacted:DB_PASSWORD]"`,
		`artifact "a-[redacted:DB_PASSWORD].txt" {"text":["is [redacted:DB_PASSWORD]"]}`,
		`artifact "a.json" {"json":{"v":"[redacted:DB_PASSWORD]"}}`,
		`call "login" {"error":"wrong: [redacted:DB_PASSWORD]","request":"[redacted:DB_PASSWORD]"}`,
	}}
	if diff := cmp.Diff(want, seenIn(t, e)); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if strings.Contains(string(e.Stderr), "w\u00f6rd") {
		t.Errorf("standard error: %s", e.Stderr)
	}
}
