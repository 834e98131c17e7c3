package harness

import (
	"sync"
	"time"
)

// Steady returns a clock that never goes back, for what a soak counts: intervals, deadlines,
// active time. It starts at what now says and goes on by what passes there, which for
// [time.Now] is monotonic, so that a wall clock that is set neither ends a soak nor prolongs
// it. When a run started and ended, as evidence, is the wall clock's to say.
func Steady(now func() time.Time) func() time.Time {
	last := now()
	at := last
	var mu sync.Mutex
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		t := now()
		at = at.Add(max(0, t.Sub(last)))
		last = t
		return at
	}
}
