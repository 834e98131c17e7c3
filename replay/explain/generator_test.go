package explain

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A runtime keeps a generator for each thread, and which thread a program runs on is left to chance: pinned, it
// has one value in most runs, and the first two of them need not agree.
func TestAGeneratorForEachThreadIsProven(t *testing.T) {
	const sessions = 12
	proven := 0
	for n := range uint64(sessions) {
		x := explain(t, newSimulated(n, map[string]func(*world) any{"x": func(w *world) any {
			thread := w.rng.IntN(5) / 4
			return hashOf(w.draw("entropy"), thread)
		}}), Options{Random: n})
		if brief(x)["/x"] == "violation rng" {
			proven++
		}
	}
	if proven < sessions-2 {
		t.Errorf("the cause is named in %d of %d explanations, want %d", proven, sessions, sessions-2)
	}
}

// A factor that a field is constant without, if at another value, is none of its causes.
func TestAReleasedFactorHasToLetTheFieldVary(t *testing.T) {
	x := explain(t, newSimulated(3, map[string]func(*world) any{"x": func(w *world) any {
		return hashOf(w.draw("entropy"), w.draw("pid"), w.level("scheduling", "many"))
	}}), Options{})
	if diff := cmp.Diff(map[string]string{"/x": "violation rng+pid"}, brief(x)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
		for _, f := range x.Fields {
			t.Log(f.Proof)
		}
	}
}
