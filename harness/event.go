package harness

import (
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// Event is what a soak tells those who watch it. Times are the soak's clock's.
type Event struct {
	At    time.Time
	Kind  EventKind
	Cycle int
	Text  string // for people; empty with cycle events, which the tally says all of
	Tally Tally  // since the soak began, through all its resumptions

	Run     PlannedRun         // of a verdict, with the variant that it was replayed under; of a failure
	Status  golden.Status      // of a failure
	Verdict replay.Verdict     // of a verdict
	First   *replay.Difference // of a verdict: the first violation, or else the first that is not derived; nil: none
}

// EventKind says what happened.
type EventKind string

const (
	EventCycle   EventKind = "cycle"   // a cycle was acknowledged
	EventVerdict EventKind = "verdict" // a replay did not match
	EventFailed  EventKind = "failed"  // a run left no golden
	EventNotice  EventKind = "notice"
	EventHalt    EventKind = "halt"    // an emergency stop is seen: nothing more is started
	EventStopped EventKind = "stopped" // what was in flight then is done; time that passes from here is not active
	EventGoesOn  EventKind = "goes_on" // the emergency stop is over
)

// Tally counts what a soak has done.
type Tally struct {
	Cycles, Runs, Replays                   int64
	Match, Leak, Violation, Drift, Unknown  int64
	Unfinished, Abandoned                   int64
	Rechecks, RechecksSkipped, Restorations int64
	Overruns, Goldens                       int64
}

// Mismatches are the verdicts that speak against the workflows.
func (t Tally) Mismatches() int64 { return t.Leak + t.Violation + t.Drift }
