package harness

import "context"

// Workflow is a named unit of seeded work. Run must take everything that may vary from r, and
// record what matters with it; given the same seed it is then expected to do the same again.
//
// Run may be called from several goroutines at once, each with a Run of its own. It should
// return soon after ctx is done.
type Workflow interface {
	Name() string
	Run(ctx context.Context, r *Run) error
}

// Resumable marks a workflow that calls [Run.Checkpoint] and begins with [Run.Resume], so that
// it may be killed after any checkpoint and resumed in another process.
type Resumable interface {
	Workflow
	Resumable()
}
