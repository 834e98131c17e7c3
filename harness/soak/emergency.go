package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	emergency "github.com/shadowrun/shadowrun/harness/stop"
)

// ErrEmergencyStop is what a soak is refused with that may not start, nor wait until it may.
var ErrEmergencyStop = errors.New("emergency stop")

// refuse refuses to begin under an emergency stop that the soak is not to wait out, or could not see the end of.
func refuse(o Options) error {
	if value, set := StoppedByEnvironment(); set {
		return fmt.Errorf("%w: %s=%s is set, and can't be lifted for a soak that runs", ErrEmergencyStop, harness.StopVariable, value)
	}
	if !o.ExitOnStop {
		return nil
	}
	if state, _ := emergency.Read(o.Dir); state.On {
		return fmt.Errorf("%w %s", ErrEmergencyStop, state)
	}
	return nil
}

// StoppedByEnvironment reports whether the variable that forbids to start is set, to anything but a no.
func StoppedByEnvironment() (value string, on bool) {
	value = os.Getenv(harness.StopVariable)
	switch strings.ToLower(strings.TrimSpace(value)) {
	case "", "0", "false", "no", "off":
		return value, false
	}
	return value, true
}

// sees says that there is an emergency stop, and enters that in the audit log.
func (s *session) sees(state emergency.State) {
	inFlight := "finishes"
	if s.config.Stop.InFlight == harness.InFlightAbandon {
		inFlight = "is abandoned"
	}
	s.tell(harness.EventHalt, "emergency stop: nothing more is started, what is in flight %s; %s", inFlight, state)
	s.enter(emergency.ActionSeen, state.String())
}

// awaitNone waits until no emergency stop stands, and reports whether it came to that: the soak may be stopped
// meanwhile. It says what it does, but where it need not wait, and none was seen before.
func (s *session) awaitNone(ctx context.Context, stop <-chan struct{}, seen emergency.State) bool {
	if !seen.On {
		if seen, _ = emergency.Read(s.o.Dir); !seen.On {
			return true
		}
		s.sees(seen)
	}
	began := s.clock()
	s.tell(harness.EventStopped, "stopped%s; 'shadowrun stop disable%s' lets it go on", s.left(), StateFlag(s.o.Dir))
	waiting, release := harness.Halting(ctx, stop)
	defer release()
	if _, err := emergency.Await(waiting, s.o.Dir, false); err != nil {
		return false
	}
	took := s.clock().Sub(began).Round(time.Second)
	s.tell(harness.EventGoesOn, "the emergency stop is over: it goes on, after %v", took)
	s.enter(emergency.ActionOver, fmt.Sprintf("it goes on, after %v", took))
	return true
}

// left says what of the last cycle is still to be done.
func (s *session) left() string {
	s.notifying.Lock()
	defer s.notifying.Unlock()
	if n := s.latest.Tally.Abandoned; n > 0 {
		return fmt.Sprintf(", with %d of the runs of cycle %d still to be done", n, s.latest.Cycle)
	}
	return ""
}

// enter enters in the audit log what the soak did because of an operator.
func (s *session) enter(what, detail string) {
	who := fmt.Sprintf("soak %d (pid %d) on %s", s.soak.ID, os.Getpid(), s.record.host)
	if err := s.ledger.AppendAction(ledger.Action{At: s.clock(), Who: who, What: what, Detail: detail}); err != nil {
		s.remark("%q is not in the audit log: %v", what, err)
	}
}
