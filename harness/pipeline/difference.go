package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// changes says in lines what became of a project between two states.
func changes(before, after project.State) []string {
	var lines []string
	line := func(what string, from, to any) {
		if from, to := fmt.Sprint(from), fmt.Sprint(to); from != to {
			lines = append(lines, fmt.Sprintf("%s: %s → %s", what, or(from, "none"), or(to, "none")))
		}
	}
	line("status", before.Status, after.Status)
	line("current stage", before.CurrentStage, after.CurrentStage)
	for _, s := range project.Stages {
		line("stage "+string(s), before.Stages[s].Status, after.Stages[s].Status)
	}
	line("checkpoints", len(before.Checkpoints), len(after.Checkpoints))
	line("last checkpoint", before.RecoveryInfo.LastSuccessfulCheckpoint, after.RecoveryInfo.LastSuccessfulCheckpoint)
	for _, service := range both(before.CircuitBreakers, after.CircuitBreakers) {
		line("breaker "+service, before.CircuitBreakers[service].State, after.CircuitBreakers[service].State)
	}
	for _, gate := range both(before.QualityGates, after.QualityGates) {
		line("gate "+gate, adjusted(before, gate), adjusted(after, gate))
	}
	line("dead letters", before.DeadLetters, after.DeadLetters)
	return lines
}

func both[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

func or(s, empty string) string {
	if s == "" {
		return empty
	}
	return s
}

func adjusted(s project.State, gate string) string {
	a := s.QualityGates[gate]
	return bounds(project.Gate{Min: a.Min, Max: a.Max})
}
