package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// judgeGates says which of a stage's quality gates its measures don't pass; nil: none. A measure
// that is missing passes nothing.
func judgeGates(at project.Stage, gates map[string]project.Gate, measures map[string]float64) *Failure {
	var missed []string
	for _, measure := range slices.Sorted(maps.Keys(gates)) {
		got, measured := measures[measure]
		if measured && gates[measure].Holds(got) {
			continue
		}
		was := "was not measured"
		if measured {
			was = fmt.Sprintf("is %g", got)
		}
		missed = append(missed, fmt.Sprintf("%s.%s %s: the quality gate asks for %s", at, measure, was, bounds(gates[measure])))
	}
	if missed == nil {
		return nil
	}
	return &Failure{Kind: project.Validation, Message: strings.Join(missed, "; ")}
}

// bounds says in words what a gate asks for.
func bounds(g project.Gate) string {
	var parts []string
	if g.Min != nil {
		parts = append(parts, fmt.Sprintf("at least %g", *g.Min))
	}
	if g.Max != nil {
		parts = append(parts, fmt.Sprintf("at most %g", *g.Max))
	}
	return strings.Join(parts, ", ")
}
