package harness

import "context"

// Execute executes one run, outside any cycle. [Runner.Prepare] comes first; the caller closes
// what it returns.
func (r *Runner) Execute(ctx context.Context, p PlannedRun) Execution {
	return r.execute(ctx, job{PlannedRun: p})
}
