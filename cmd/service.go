package cmd

import (
	"context"
	"os"
	"slices"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

// service tells the service manager that started this process how it is. Where none did, it does nothing.
type service struct{ ready bool }

func newService() *service { return &service{} }

// alive says that the process got somewhere, and how it is, in a line. The first time it says that it is up.
func (s *service) alive(line string) { s.tell(line, true) }

// tell says how the process is, and feeds the watchdog only where it got somewhere: one that lives and does nothing
// is to be ended.
func (s *service) tell(line string, somewhere bool) {
	state := "STATUS=" + line
	if somewhere {
		state = daemon.SdNotifyWatchdog + "\n" + state
	}
	if !s.ready {
		state = daemon.SdNotifyReady + "\n" + state
		s.ready = true
	}
	daemon.SdNotify(false, state)
}

// stopping says that the process is about to end.
func (s *service) stopping() { daemon.SdNotify(false, daemon.SdNotifyStopping) }

// warnIfShorter returns how long the service's watchdog waits, 0 where there is none, and warns if it would end a process that is
// well.
func (s *service) warnIfShorter(a *app, needs time.Duration, why string) time.Duration {
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		a.warn("WATCHDOG_USEC: %v", err)
	}
	if limit > 0 && limit < needs {
		a.warn("the service's watchdog waits %v, and %s %v: it would end what is well; want WatchdogSec=%.0f or more", limit, why, needs, 1.5*needs.Seconds())
	}
	return limit
}

// longestTick is the longest time between two looks at a soak that a service manager is told of.
const longestTick = 10 * time.Second

// tend tells of a soak that has begun, until the function that it returns is called, which says that it ends.
func (s *service) tend(a *app, look func() monitor.Status) (end func()) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return func() {}
	}
	first := look()
	tick := longestTick
	if limit := s.warnIfShorter(a, first.StaleAfter, "the soak may go without progress for"); limit > 0 {
		tick = min(tick, limit/4)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	s.tell(checkLine(first), true)
	go func() {
		defer close(ended)
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for last := first.Progress(); ; {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			now := look()
			s.tell(checkLine(now), gotSomewhere(now, last))
			last = now.Progress()
		}
	}()
	return func() {
		cancel()
		<-ended
		s.stopping()
	}
}

// gotSomewhere reports whether a soak committed something since, or does what commits nothing: it waits for the end of an
// emergency stop, or explains findings and has taken no longer than that may.
func gotSomewhere(s monitor.Status, since time.Time) bool {
	stale := slices.ContainsFunc(s.Conditions, func(c monitor.Condition) bool { return c.ID == monitor.Stale })
	return s.Progress().After(since) || s.Stop.On || s.Phase() == monitor.PhaseExplaining && !stale
}
