package experiment

import (
	"slices"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// variantFactors are the variants that a soak replays the workflow under, besides again: each is a
// factor that the harness treats, and not the lab.
func (s *subject) variantFactors() []explain.Factor {
	var factors []explain.Factor
	for _, v := range []harness.Variant{harness.VariantResumed, harness.VariantLoaded} {
		if slices.Contains(s.variants, v) {
			factors = append(factors, explain.Factor{Name: string(v), Available: true})
		}
	}
	return factors
}

// killAfter returns the checkpoint after which a run is killed to be resumed; 0 where it takes none.
func (s *subject) killAfter(level string) int {
	if s.checkpoints == 0 {
		return 0
	}
	switch level {
	case "first":
		return 1
	case "last":
		return s.checkpoints
	}
	return (s.checkpoints + 1) / 2
}
