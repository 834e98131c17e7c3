package explain

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a soak's replays under a variant change is a violation of the engine itself; what another
// machine changes, in the same program, stays latent, and what neither does is stable.
func TestVariantsAreViolations(t *testing.T) {
	fields := func() map[string]func(*world) any {
		return map[string]func(*world) any{
			"weights": func(w *world) any { return w.level("resumed", "no") == "amid" },
			"tally":   func(w *world) any { return w.t["loaded"] != "" && w.rng.Float64() < 0.8 },
			"zone":    func(w *world) any { return w.level("tz", "UTC") },
			"base":    seeded_("base"),
			"token":   score("entropy"),
		}
	}
	factors := append(slices.Clone(everyFactor), Factor{Name: "resumed", Available: true}, Factor{Name: "loaded", Available: true})
	for _, c := range []struct {
		name    string
		factors []Factor
		want    map[string]string
	}{
		{"with the variants", factors, map[string]string{"/weights": "violation code", "/tally": "violation scheduling", "/zone": "latent timezone", "/token": "violation rng"}},
		{"without", everyFactor, map[string]string{"/zone": "latent timezone", "/token": "violation rng"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := explain(t, newSimulated(3, fields()), Options{Factors: c.factors})
			if d := cmp.Diff(c.want, brief(x)); d != "" {
				t.Errorf("%d runs, ended %s (-want +got)\n%s", x.Runs, x.Ended, d)
			}
			for _, f := range x.Fields {
				if f.Path == "/weights" && !strings.Contains(f.Proof, "that were killed after a checkpoint amid the run and resumed, the same in ") {
					t.Errorf("proof: %s", f.Proof)
				}
			}
		})
	}
}

// Where the budget is too small for a proof, a difference under a variant is told all the same.
func TestVariantIsToldUnproven(t *testing.T) {
	lab := newSimulated(3, map[string]func(*world) any{"weights": func(w *world) any { return w.level("resumed", "no") }, "base": seeded_("base")})
	x := explain(t, lab, Options{Factors: []Factor{{Name: "resumed", Available: true}}, MaxRuns: 20})
	if d := cmp.Diff(map[string]string{"/weights": "violation unattributed"}, brief(x)); d != "" {
		t.Fatalf("(-want +got)\n%s", d)
	}
	if f := x.Fields[0]; f.NeedsRuns == 0 || !strings.HasSuffix(f.Proof, "; not yet proven") {
		t.Errorf("needs %d runs: %s", f.NeedsRuns, f.Proof)
	}
}
