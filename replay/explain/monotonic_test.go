package explain

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What varies though everything is pinned that holds nobody up may go by the clocks that count from the machine's start.
func TestTheClockFromTheStart(t *testing.T) {
	since := func(w *world) time.Duration {
		if level, ok := w.t["monotonic"]; ok {
			d, _ := time.ParseDuration(level)
			return d
		}
		return time.Duration(w.n)*137*time.Millisecond + time.Duration(w.rng.IntN(1e9))
	}
	for _, test := range []struct {
		name  string
		field func(*world) any
		want  string
	}{
		{"a generator started from it", func(w *world) any { return hashOf(since(w).String()) % 1e6 }, "violation clock"},
		{"an order drawn from it", func(w *world) any {
			order := []string{"ash", "birch", "cedar"}
			x := hashOf(since(w).String())
			order[0], order[x%3] = order[x%3], order[0]
			return order
		}, "violation clock"},
		{"a reading of it", func(w *world) any { return 5_000_000_000 + since(w).Nanoseconds() }, "volatile clock"},
		{"slow or fast by it", func(w *world) any { return w.t["monotonic"] == "" && w.rng.IntN(2) == 0 }, "violation duration"},
		{"nothing to do with it", noise(0.5), "violation unattributed"},
		{"seeded by another", score("entropy"), "violation rng"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSimulated(3, map[string]func(*world) any{"x": test.field, "y": seeded_("y")})
			x := explain(t, s, Options{})
			if diff := cmp.Diff(map[string]string{"/x": test.want}, brief(x)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
				for _, f := range x.Fields {
					t.Logf("%s: p=%g %s", f.Path, f.P, f.Proof)
				}
			}
			if tried := s.last["monotonic=1000000s"]; test.name == "seeded by another" && tried > 0 {
				t.Errorf("%d runs with that clock held, want none: another pin settles all", tried)
			}
		})
	}
}
