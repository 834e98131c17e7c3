package experiment

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay/explain"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// Options say which run to explain, and at what cost.
type Options struct {
	Runner   *harness.Runner // prepared, and used for nothing else meanwhile
	Run      harness.PlannedRun
	Budget   harness.Budget
	Factors  []explain.Factor // as [Factors] returns them
	Progress func(explain.Progress)
	Now      func() time.Time // steady; bounds the time
}

// Explain explains a run.
func Explain(ctx context.Context, o Options) (*explain.Explanation, error) {
	rules, err := o.Runner.Config.RuleSet(o.Run.Workflow)
	if err != nil {
		return nil, err
	}
	budget := o.Budget.Defaults()
	end := o.Now().Add(budget.Time)
	return explain.Explain(ctx, subject{o.Runner, o.Run}, explain.Options{
		Workflow: o.Run.Workflow, Seed: o.Run.Seed, Factors: o.Factors, Rules: rules, Random: o.Run.Seed,
		MaxRuns: budget.Runs, Exhausted: func() bool { return !o.Now().Before(end) },
		MaxSeed: harness.SeedLimit - 1, Progress: o.Progress,
	})
}

// Factors probes which factors can be treated here.
func Factors(ctx context.Context, r *harness.Runner) ([]explain.Factor, error) {
	scratch, err := os.MkdirTemp("", "shadowrun-probe-")
	if err != nil {
		return nil, fmt.Errorf("probes: %w", err)
	}
	defer os.RemoveAll(scratch)
	var factors []explain.Factor
	for _, a := range lab.Probe(ctx, r.Self(), scratch) {
		factors = append(factors, explain.Factor{Name: a.Factor, Available: a.Available, Why: a.Why})
	}
	return factors, ctx.Err()
}

// subject is the workflow that experiments are made on.
type subject struct {
	runner *harness.Runner
	run    harness.PlannedRun
}

// Run implements [explain.Lab]. Folders and run id are those of the run that is explained, whatever
// the seed.
func (s subject) Run(ctx context.Context, seed uint64, t explain.Treatment) (explain.Observation, error) {
	run := s.run
	run.Seed = seed
	var e harness.Execution
	if t == nil {
		e = s.runner.Execute(ctx, run)
	} else {
		e = s.runner.ExecuteTreated(ctx, run, lab.Treatment(t))
	}
	defer e.Close()
	if ctx.Err() != nil {
		return explain.Observation{}, context.Cause(ctx)
	}
	if e.Trace == nil {
		return explain.Observation{Err: fmt.Errorf("%s: %s", e.Status, e.Message)}, nil
	}
	lines, err := e.Trace.Bytes()
	if err != nil {
		return explain.Observation{}, fmt.Errorf("its trace can't be read: %w", err)
	}
	o := explain.Observation{Trace: lines, Digest: e.Trace.Digest(), Circumstances: &e.Circumstances}
	if e.Lab != nil {
		o.Reads = e.Lab.Reads
	}
	return o, nil
}
