package explain

import (
	"testing"
	"time"

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

// A file's time is by the kernel's clock: to freeze or shift the program's does not reach it. What is no reading, and varies
// though everything is pinned, stays unexplained.
func TestAReadingOfAClockBeyondTheLab(t *testing.T) {
	real := func(w *world) time.Time {
		return time.Date(2026, 11, 23, 9, 59, 57, 0, time.UTC).Add(time.Duration(w.n) * 137 * time.Millisecond)
	}
	want := map[string]string{"/stored": "volatile clock", "/noise": "violation unattributed"}
	x := explain(t, newSimulated(3, map[string]func(*world) any{
		"stored": func(w *world) any { return real(w).UnixNano() },
		"noise":  func(w *world) any { return w.rng.Uint64() % 1e9 },
	}), Options{})
	if diff := cmp.Diff(want, brief(x)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
