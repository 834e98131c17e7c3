package experiment

import (
	"context"
	"fmt"
	"slices"
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
	scratch, remove, err := o.Runner.Scratch()
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err)
	}
	defer remove()
	s, err := newSubject(o, scratch)
	if err != nil {
		return nil, err
	}
	return explain.Explain(ctx, s, explain.Options{
		Workflow: o.Run.Workflow, Seed: o.Run.Seed, Factors: slices.Concat(o.Factors, []explain.Factor{s.external()}, s.variantFactors()), Rules: rules, Random: o.Run.Seed,
		MaxRuns: budget.Runs, Exhausted: func() bool { return !o.Now().Before(end) },
		MaxSeed: harness.SeedLimit - 1, Progress: o.Progress,
	})
}

// Factors probes which factors can be treated here.
func Factors(ctx context.Context, r *harness.Runner) ([]explain.Factor, error) {
	scratch, remove, err := r.Scratch()
	if err != nil {
		return nil, fmt.Errorf("probes: %w", err)
	}
	defer remove()
	var factors []explain.Factor
	for _, a := range lab.Probe(ctx, r.Self(), scratch) {
		factors = append(factors, explain.Factor{Name: a.Factor, Available: a.Available, Why: a.Why})
	}
	return factors, ctx.Err()
}
