package experiment

import (
	"slices"
	"testing"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay/explain"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// Explanations name factors and levels that the lab knows, or variants, and leave out none of its factors.
func TestLevelsAreTheLabs(t *testing.T) {
	factors := map[string]lab.Factor{}
	for _, f := range lab.Factors() {
		factors[f.Name] = f
	}
	for _, l := range explain.Levels() {
		if v := harness.Variant(l.Factor); v == harness.VariantResumed || v == harness.VariantLoaded {
			continue
		}
		f, known := factors[l.Factor]
		if !known {
			t.Errorf("%s: the lab has no such factor", l.Factor)
			continue
		}
		delete(factors, l.Factor)
		if l.Factor == outside {
			continue // the harness's
		}
		for _, level := range slices.Concat([]string{l.Pin}, l.Vary) {
			if level == "" {
				continue
			}
			if err := (lab.Treatment{l.Factor: level}).Validate(); err != nil {
				t.Errorf("%s=%s: %v", l.Factor, level, err)
			}
		}
		if l.Pin != "" && l.Pin != f.Pin {
			t.Errorf("%s is pinned at %s, by the lab at %s", l.Factor, l.Pin, f.Pin)
		}
	}
	for name := range factors {
		t.Errorf("%s: explanations do not know it", name)
	}
}
