package gate

import (
	"fmt"
	"slices"

	"github.com/shadowrun/shadowrun/harness"
)

// Case is a workflow with a seed: what has one golden.
type Case struct {
	Workflow string `json:"workflow"`
	Seed     uint64 `json:"seed"`
}

func (c Case) String() string { return fmt.Sprintf("%s, seed %d", c.Workflow, c.Seed) }

// run is the case as a run. Its id depends on nothing but the seed, so that a list that grows changes no golden; it is written from the
// seed itself, which need not fit a position.
func (c Case) run() harness.PlannedRun {
	at := harness.Position{Cycle: 1, Run: int(c.Seed)}
	return harness.PlannedRun{Position: at, ID: fmt.Sprintf("c1r%d", c.Seed), Workflow: c.Workflow, Seed: c.Seed, Variant: harness.VariantAgain}
}

// Scope narrows a gate down; an empty list is no bound.
type Scope struct {
	Workflows []string
	Seeds     []uint64
}

func (s Scope) holds(c Case) bool {
	return (len(s.Workflows) == 0 || slices.Contains(s.Workflows, c.Workflow)) && (len(s.Seeds) == 0 || slices.Contains(s.Seeds, c.Seed))
}

// Cases returns what a configuration, complete, has a gate check, in its order.
func Cases(c harness.Config) []Case {
	var cases []Case
	for _, w := range c.Workflows {
		if len(c.Gate.Workflows) > 0 && !slices.Contains(c.Gate.Workflows, w.Name) {
			continue
		}
		for _, seed := range c.Gate.Seeds.Of(c.Seed) {
			cases = append(cases, Case{w.Name, seed})
		}
	}
	return cases
}

// Within returns the cases that a scope holds. A workflow or a seed in it that no case has is an error.
func (s Scope) Within(cases []Case) ([]Case, error) {
	for _, name := range s.Workflows {
		if !slices.ContainsFunc(cases, func(c Case) bool { return c.Workflow == name }) {
			return nil, fmt.Errorf("workflow %s is none of the gate's; gate.workflows in the configuration names them", name)
		}
	}
	for _, seed := range s.Seeds {
		if !slices.ContainsFunc(cases, func(c Case) bool { return c.Seed == seed }) {
			return nil, fmt.Errorf("seed %d is none of the gate's; gate.seeds in the configuration names them", seed)
		}
	}
	return slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !s.holds(c) }), nil
}
