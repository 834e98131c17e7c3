package harness

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A wall clock that is set goes neither back in the record nor makes a soak endless.
func TestSteady(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	readings := []time.Duration{0, time.Second, -time.Hour, -time.Hour + time.Second, -time.Hour + time.Second, 2 * time.Hour}
	want := []time.Duration{time.Second, time.Second, 2 * time.Second, 2 * time.Second, 2*time.Second + 3*time.Hour - time.Second}
	clock := Steady(func() time.Time {
		at := noon.Add(readings[0])
		readings = readings[1:]
		return at
	})
	var got []time.Duration
	for range want {
		got = append(got, clock().Sub(noon))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("since the start (-want +got)\n%s", diff)
	}
}

// What sets the wall clock does not touch the monotonic one, which is what counts.
func TestSteadyIsMonotonic(t *testing.T) {
	start := time.Now()
	clock := Steady(time.Now)
	if at := clock(); at.Sub(start) < 0 || at.Sub(start) > time.Minute {
		t.Errorf("%v after the start", at.Sub(start))
	}
}

// The clock goes back by a day while a soak runs: it ends all the same, and nothing took less
// than no time.
func TestRunnerUnderAClockThatIsSetBack(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	readings := 0
	r, kept := fakeRunner(t, steady(t, 0), func(r *Runner) {
		r.Remaining = time.Minute
		r.Config.Workers = 1
		r.Now = func() time.Time { // one goroutine reads at a time, with one worker
			if readings++; readings%50 == 0 {
				at = at.Add(-24 * time.Hour)
			}
			at = at.Add(100 * time.Millisecond)
			return at
		}
	})
	r.mustRun(t)
	if n := len(kept.cycles); n == 0 || n > 600 {
		t.Errorf("%d cycles in a minute", n)
	}
	for _, c := range kept.cycles {
		if c.Ended.Before(c.Started) || c.Overrun < 0 {
			t.Errorf("cycle %d ended %v after its start, overrun %v", c.N, c.Ended.Sub(c.Started), c.Overrun)
		}
		for _, p := range c.Replays {
			if p.Duration < 0 {
				t.Errorf("%s: replayed in %v", p.ID, p.Duration)
			}
		}
	}
}
