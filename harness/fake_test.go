package harness

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// fakeWorkflow is an executor that does as it is told.
type fakeWorkflow func(ctx context.Context, j job) Execution

func (f fakeWorkflow) execute(ctx context.Context, j job) Execution { return f(ctx, j) }

// traceOf returns what a run that recorded one value leaves, in a file as large ones are.
func traceOf(t testing.TB, j job, value string) Execution {
	t.Helper()
	b := golden.NewBuilder(golden.Header{Workflow: j.Workflow, Seed: j.Seed, Output: golden.OutputSteps},
		golden.BuildOptions{MaxMemory: 1})
	if err := b.Add(golden.KindStep, "value", []byte(value)); err != nil {
		t.Error(err)
	}
	trace, err := b.End(golden.End{Status: golden.StatusOK})
	if err != nil {
		t.Error(err)
	}
	return Execution{Status: golden.StatusOK, Trace: trace}
}

// steady is a workflow that takes so long, or until it is stopped, and does the same each time.
func steady(t testing.TB, took time.Duration) fakeWorkflow {
	return func(ctx context.Context, j job) Execution {
		select {
		case <-time.After(took):
			return traceOf(t, j, "1")
		case <-inFlight(ctx).Done():
			return Execution{Status: golden.StatusAbandoned, Message: "stopped while it was in flight"}
		}
	}
}

// memory is a record that keeps cycles as they were handed over.
type memory struct {
	mu       sync.Mutex
	cycles   []CycleResult
	commits  [][]int // cycles committed together
	traces   map[Position][]byte
	onCommit func([]CycleResult) error // before anything is kept
	pruned   func(Position) error
}

func (m *memory) Commit(cycles []CycleResult) error {
	if m.onCommit != nil {
		if err := m.onCommit(cycles); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.traces == nil {
		m.traces = map[Position][]byte{}
	}
	var together []int
	for _, c := range cycles {
		for _, r := range c.Runs {
			if r.Trace == nil {
				continue
			}
			text, err := r.Trace.Bytes()
			if err != nil {
				return err
			}
			m.traces[r.Position] = text
		}
		m.cycles = append(m.cycles, c)
		together = append(together, c.N)
	}
	m.commits = append(m.commits, together)
	return nil
}

func (m *memory) Golden(at Position) (OlderRun, error) {
	if m.pruned != nil {
		if err := m.pruned(at); err != nil {
			return OlderRun{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	text, ok := m.traces[at]
	if !ok {
		return OlderRun{}, fmt.Errorf("%s is not acknowledged", at)
	}
	trace, err := golden.ReadTrace(bytes.NewReader(text), golden.Digest{}, golden.BuildOptions{})
	return OlderRun{Trace: trace, Circumstances: &replay.Circumstances{}}, err
}

// fakeRunner is a runner of three workflows that are all w, made ready; change adapts it first.
func fakeRunner(t testing.TB, w fakeWorkflow, change func(*Runner)) (*Runner, *memory) {
	t.Helper()
	kept := new(memory)
	recheck, interval := 0, Duration(0)
	r := &Runner{
		Config:   Config{Workers: 2, RunsPerCycle: 3, Interval: &interval, Recheck: &recheck, Dir: t.TempDir()},
		StateDir: t.TempDir(), SoakID: "s1", Record: kept, FirstCycle: 1,
	}
	for _, name := range []string{"a", "b", "c"} {
		r.Config.Workflows = append(r.Config.Workflows, WorkflowConfig{Name: name, Command: []string{"true"}, Output: golden.OutputText})
	}
	r.Config = r.Config.Defaults()
	change(r)
	if err := r.Prepare(); err != nil {
		t.Fatal(err)
	}
	for _, p := range r.workflows {
		p.executor = w
	}
	return r, kept
}

// run carries the plan out to its end.
func (r *Runner) mustRun(t testing.TB) {
	t.Helper()
	if err := r.Run(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func (r *Runner) every(interval time.Duration) {
	d := Duration(interval)
	r.Config.Interval = &d
}

func (r *Runner) rechecks(n int) { r.Config.Recheck = &n }
