package cmd

import (
	"slices"

	"github.com/shadowrun/shadowrun/harness"
)

// onlyNamed is a resumable workflow that a soak has only where it is named: it takes longer than all others together.
type onlyNamed struct{ harness.Workflow }

// Resumable marks it as one that takes checkpoints.
func (onlyNamed) Resumable() {}

func (a *app) runsOnlyNamed(name string) bool {
	return slices.ContainsFunc(a.workflows, func(w harness.Workflow) bool {
		_, only := w.(onlyNamed)
		return only && w.Name() == name
	})
}
