package report

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// workflow is one of a soak with faults.
type workflow struct {
	name string
	run  func(ctx context.Context, r *harness.Run) error
}

func (w workflow) Name() string                                  { return w.name }
func (w workflow) Run(ctx context.Context, r *harness.Run) error { return w.run(ctx, r) }

// resumable is one that can be killed and resumed.
type resumable struct{ workflow }

func (resumable) Resumable() {}

// faulty are those workflows.
var faulty = []harness.Workflow{
	workflow{"steady", func(_ context.Context, r *harness.Run) error {
		r.Record("total", r.Seed()%1000)
		return nil
	}},
	workflow{"random", func(_ context.Context, r *harness.Run) error { // one run in 16 is not seeded
		r.Record("n", map[string]uint64{"n": map[bool]uint64{true: rand.Uint64(), false: r.Seed()}[r.Seed()%16 == 0]})
		return nil
	}},
	workflow{"stamped", func(_ context.Context, r *harness.Run) error { // one in 8 says when it ran; a rule covers its id
		of := map[string]any{"id": rand.Uint64(), "at": "never"}
		if r.Seed()%8 == 0 {
			of["at"] = time.Now().UTC().Format(time.RFC3339Nano)
		}
		r.Record("order", of)
		return nil
	}},
	workflow{"slow", func(ctx context.Context, r *harness.Run) error { // one in 64 does not come to its end
		if r.Seed()%64 == 0 {
			<-ctx.Done()
		}
		r.Record("done", true)
		return ctx.Err()
	}},
	resumable{workflow{"batch", func(_ context.Context, r *harness.Run) error {
		rows := 0
		if _, err := r.Resume(&rows); err != nil {
			return err
		}
		for ; rows < 2; rows++ {
			r.Record(fmt.Sprintf("row%d", rows), r.Seed()%97)
			if err := r.Checkpoint(rows + 1); err != nil {
				return err
			}
		}
		return nil
	}}},
}

// faultyConfig has all of them, batch seldom: being killed and resumed takes processes.
func faultyConfig(dir string) harness.Config {
	interval := harness.Duration(0)
	config := harness.Config{Dir: dir, RunsPerCycle: 32, Workers: 4, Interval: &interval,
		Rules: []harness.RuleConfig{{Ignore: "/order/id", Workflow: "stamped", Reason: "an id of the booking system"}}}
	for _, w := range faulty {
		of := harness.WorkflowConfig{Name: w.Name(), Weight: 12, Variants: []harness.Variant{harness.VariantAgain}}
		switch w.Name() {
		case "batch":
			of.Weight, of.Checkpoints, of.Variants = 1, true, []harness.Variant{harness.VariantResumed}
		case "slow":
			of.Timeout = harness.Duration(50 * time.Millisecond)
		}
		config.Workflows = append(config.Workflows, of)
	}
	return config.Defaults()
}

// cycles of the soak with faults: with 32 runs each, more of them than the yardstick's have in two hours.
const faultyCycles = 70

// faultySoak carries a soak with faults out, once for all tests: interrupted in its midst, and resumed.
var faultySoak = sync.OnceValues(func() (dir string, err error) {
	dir = filepath.Join(scratch, "state")
	o := soak.Options{Dir: dir, Config: faultyConfig(scratch), Workflows: faulty, Version: "v0.9", Cycles: faultyCycles}
	stop := make(chan struct{})
	end := sync.OnceFunc(func() { close(stop) })
	o.Notify = func(e harness.Event) {
		if e.Kind == harness.EventCycle && e.Cycle >= faultyCycles/2 {
			end()
		}
	}
	if _, err := soak.Run(context.Background(), stop, o); err != nil {
		return dir, err
	}
	o.Resume, o.Notify = true, nil
	_, err = soak.Run(context.Background(), make(chan struct{}), o)
	return dir, err
})

// viewFaulty opens the state folder of the soak with faults.
func viewFaulty(t testing.TB) (*soak.State, ledger.Soak) {
	t.Helper()
	if testing.Short() {
		t.Skip("thousands of runs are too many under -short")
	}
	dir, err := faultySoak()
	if err != nil {
		t.Fatal(err)
	}
	return view(t, dir)
}

// view opens a state folder and its latest soak.
func view(t testing.TB, dir string) (*soak.State, ledger.Soak) {
	t.Helper()
	s, err := soak.View(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	of, err := s.Soak(0)
	if err != nil {
		t.Fatal(err)
	}
	return s, of
}

// gather makes a report, and judges it.
func gather(t testing.TB, dir string, o Options) *Report {
	t.Helper()
	s, of := view(t, dir)
	r, err := Gather(t.Context(), s, of, o)
	if err != nil {
		t.Fatal(err)
	}
	Judge(r)
	return r
}
