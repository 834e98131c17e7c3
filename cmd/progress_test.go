package cmd

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// While an emergency stop stands the time that is left does not pass, and the line says so.
func TestTimeLeftStandsStillWhileStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &progress{mode: "none", began: time.Now(), session: soak.Session{Soak: ledger.Soak{Duration: time.Hour}, Active: 10 * time.Minute}}
		for _, c := range []struct {
			after   time.Duration
			kind    harness.EventKind
			left    time.Duration
			stopped bool
		}{
			{5 * time.Minute, harness.EventCycle, 45 * time.Minute, false},
			{5 * time.Minute, harness.EventHalt, 40 * time.Minute, false}, // what is in flight is at work
			{time.Minute, harness.EventStopped, 39 * time.Minute, true},
			{24 * time.Hour, harness.EventNotice, 39 * time.Minute, true},
			{24 * time.Hour, harness.EventGoesOn, 39 * time.Minute, false},
			{9 * time.Minute, harness.EventCycle, 30 * time.Minute, false},
		} {
			time.Sleep(c.after)
			p.event(harness.Event{Kind: c.kind})
			if got := p.left(); got != c.left {
				t.Errorf("%s: %v left, want %v", c.kind, got, c.left)
			}
			if got := strings.HasSuffix(p.line(), ", STOPPED"); got != c.stopped {
				t.Errorf("%s: %q; want that it says that it is stopped: %t", c.kind, p.line(), c.stopped)
			}
		}
	})
}
