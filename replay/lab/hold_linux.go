//go:build linux && (amd64 || arm64)

package lab

import "time"

// hold is a thread that stays stopped for a while.
type hold struct {
	until time.Time
	then  func()
}

// holdBack leaves a thread stopped for d, then calls then, which lets it go on. Others are served meanwhile.
func (t *tracer) holdBack(c *tracee, d time.Duration, then func() error) {
	t.holds = append(t.holds, hold{time.Now().Add(d), func() {
		if t.tracees[c.tid] == c { // else it was killed
			t.check(c, then())
		}
	}})
}

// release lets those go on whose time is over, who was to go first first.
func (t *tracer) release() {
	for len(t.holds) > 0 {
		first := 0
		for i, h := range t.holds {
			if h.until.Before(t.holds[first].until) {
				first = i
			}
		}
		h := t.holds[first]
		if time.Now().Before(h.until) {
			return
		}
		t.holds = append(t.holds[:first:first], t.holds[first+1:]...)
		h.then()
	}
}
