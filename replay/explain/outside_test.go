package explain

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What varies in a soak, and not in the lab, does not pass for stable.
func TestOutsideTheLab(t *testing.T) {
	fields := map[string]func(*world) any{
		"price": func(w *world) any { // of a service whose answers the lab records, and a soak does not
			if w.t == nil || w.t["external"] == "live" {
				return w.rng.Uint64()
			}
			return 1
		},
		"race": func(w *world) any { // that the tracer happens to settle
			if w.t == nil {
				return w.rng.Uint64()
			}
			return 1
		},
		"traced": func(w *world) any { return w.t != nil },
		"base":   seeded_("base"),
	}
	x := explain(t, newSimulated(3, fields), Options{})
	want := map[string]string{"/price": "violation external", "/race": "violation unattributed"}
	if d := cmp.Diff(want, brief(x)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for _, f := range x.Fields {
		if !strings.Contains(f.Proof, "runs in the lab, and another value in 2 of 2 outside it") {
			t.Errorf("%s: %s", f.Path, f.Proof)
		}
	}
	if d := cmp.Diff([]string{"/price", "/race", "/traced"}, x.LabChanges); d != "" {
		t.Errorf("changed by the lab (-want +got)\n%s", d)
	}
}
