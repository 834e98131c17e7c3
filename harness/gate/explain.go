package gate

import (
	"context"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/experiment"
	"github.com/shadowrun/shadowrun/replay"
)

// Explain looks by experiment for the causes of what the first seed of each workflow shows that disagrees with
// itself; a drift has its cause already. now is steady. A workflow that can't be explained keeps its result as it is, and the error
// says of the last one why.
func (g *Gate) Explain(ctx context.Context, report *Report, budget harness.Budget, now func() time.Time) error {
	explained := map[string]bool{}
	var failed error
	for i := range report.Results {
		r := &report.Results[i]
		disagrees := r.Verdict == replay.VerdictViolation && !r.Agrees || r.Verdict == replay.VerdictLeak
		if !disagrees || explained[r.Workflow] {
			continue
		}
		explained[r.Workflow] = true
		runner, err := g.runner(r.Case)
		if err != nil {
			return err
		}
		factors, err := experiment.Factors(ctx, runner)
		if err != nil {
			return err
		}
		r.Explanation, err = experiment.Explain(ctx, experiment.Options{Runner: runner, Run: r.run(), Budget: budget, Factors: factors, Now: now})
		if err != nil {
			failed = err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return failed
}
