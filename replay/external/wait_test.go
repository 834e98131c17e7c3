package external

import (
	"runtime"
	"testing"
	"time"
)

// waitFor yields until something is so that other goroutines bring about. The test's own time-out
// ends it if they don't.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("it never came to be so")
		}
	}
}

// inFlight counts the calls that have begun and not ended, but those that a replay keeps waiting
// as the run's server did.
func (t *Transport) inFlight() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, c := range t.calls {
		c.mu.Lock()
		if !c.settled || t.mode == Replay {
			n++
		}
		c.mu.Unlock()
	}
	return n
}
