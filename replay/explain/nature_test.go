package explain

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A process id that is small in one run, as after the numbers began again, may be chance there: the others say what
// the field is. One that is a process id in some runs only is none.
func TestAReadingIsOneInNearlyAllRuns(t *testing.T) {
	small := func(w *world) {
		if w.t["pid"] == "" && w.n%17 == 5 {
			w.pid = 12 + w.n/17%7
		}
	}
	for _, test := range []struct {
		name  string
		field func(*world) any
		want  string
	}{
		{"small in a few", func(w *world) any { small(w); return w.pid }, "volatile pid"},
		{"made of it in every third", func(w *world) any {
			if w.n%3 == 0 {
				return hashOf(w.pid) % 1e6
			}
			return w.pid
		}, "violation pid"},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := explain(t, newSimulated(3, map[string]func(*world) any{"x": func(w *world) any {
				if w.t["pid"] != "" {
					return w.pid
				}
				return test.field(w)
			}}), Options{})
			if diff := cmp.Diff(map[string]string{"/x": test.want}, brief(x)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
				for _, f := range x.Fields {
					t.Log(f.Proof)
				}
			}
		})
	}
}
