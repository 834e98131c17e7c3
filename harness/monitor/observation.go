package monitor

import (
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// Observation is what was seen of a state folder and its machine at one instant.
type Observation struct {
	At       time.Time // by the machine's clock
	Dir      string    // the state folder
	Unread   error     // why the ledger can't be read; nil: it was, or there is none
	Soak     ledger.Soak
	Config   harness.Config    // of the soak, defaults filled in
	Sessions int               // of the soak; 0: none has begun
	Session  ledger.Session    // the last of them
	Earlier  time.Duration     // active time of the others
	Last     ledger.Checkpoint // N 0: nothing was committed yet
	Cycle    time.Duration     // that the last cycle took; 0: there is none
	Findings []ledger.Finding  // those whose acceptance has expired without it
	Process  Process
	Stop     Stop
	Disks    []Disk
	Goldens  int64    // bytes that their folder takes
	Blind    []string // what else could not be seen, and why
}

// Phase is how far the life of a state folder's latest soak has come.
type Phase string

const (
	PhaseUnread      Phase = "unread"      // the ledger can't be read
	PhaseNone        Phase = "none"        // no soak has run here
	PhaseStarting    Phase = "starting"    // a process has the folder, and has not begun yet, or not gone on
	PhaseRunning     Phase = "running"     //
	PhaseStopped     Phase = "stopped"     // by the emergency stop; its process waits
	PhaseExplaining  Phase = "explaining"  // all that was planned is done, findings are explained
	PhaseInterrupted Phase = "interrupted" // ended before its end, on purpose
	PhaseFinished    Phase = "finished"    //
	PhaseDead        Phase = "dead"        // nobody carries it on, and nobody ended it
)

// Phase returns how far the soak has come.
func (o Observation) Phase() Phase {
	switch {
	case o.Unread != nil:
		return PhaseUnread
	case o.Soak.ID == 0 && !o.Process.Held:
		return PhaseNone
	case o.Process.Alive && !o.begun() && o.Stop.On:
		return PhaseStopped // it waits to begin
	case o.Soak.ID == 0 || o.Process.Alive && !o.begun():
		return PhaseStarting
	case !o.Soak.Ended.IsZero() && o.planDone():
		return PhaseFinished
	case !o.Soak.Ended.IsZero():
		return PhaseInterrupted
	case !o.Process.Alive && o.planDone():
		return PhaseFinished // killed while it explained, or as it ended
	case !o.Process.Alive:
		return PhaseDead
	case o.Stop.On:
		return PhaseStopped
	case o.planDone() && o.Config.Explain == harness.ExplainOnMismatch:
		return PhaseExplaining
	}
	return PhaseRunning
}

// UnderWay reports whether a process is at work on the soak, or should be.
func (p Phase) UnderWay() bool {
	switch p {
	case PhaseStarting, PhaseRunning, PhaseStopped, PhaseExplaining, PhaseDead:
		return true
	}
	return false
}

// begun reports whether the last session is that of the process that has the folder.
func (o Observation) begun() bool {
	return o.Sessions > 0 && o.Process.PID == o.Session.PID && o.Process.Host == o.Session.Host
}

// planDone reports whether the soak did all that it was to.
func (o Observation) planDone() bool {
	if o.Last.Abandoned > 0 {
		return false
	}
	return o.Soak.Cycles > 0 && o.Last.Cycle >= o.Soak.Cycles || o.Soak.Duration > 0 && o.Active() >= o.Soak.Duration
}

// Now is the time of the observation by the soak's clock, which is steady: where the machine's was set
// forward since, the soak's was not.
func (o Observation) Now() time.Time { return o.At.Add(-o.Process.Jump) }

// Active is for how long the soak has been at work. While its process lives that is up to now, else up to
// what it committed last.
func (o Observation) Active() time.Duration {
	until := o.Session.Started
	switch {
	case o.Sessions == 0:
		return 0
	case !o.Session.Ended.IsZero():
		until = o.Session.Ended
	case o.Process.Alive && o.begun():
		until = o.Now()
	case o.Last.Session == o.Session.N:
		until = o.Last.Committed
	}
	return o.Earlier + max(0, until.Sub(o.Session.Started))
}

// Left is the active time until the soak's deadline, and false where it has none.
func (o Observation) Left() (time.Duration, bool) {
	return max(0, o.Soak.Duration-o.Active()), o.Soak.Duration > 0
}

// Deadline is when the soak starts no further cycle if nothing holds it up; zero where it has no limit
// of time or nobody is at work on it.
func (o Observation) Deadline() time.Time {
	left, limited := o.Left()
	if phase := o.Phase(); !limited || phase != PhaseRunning && phase != PhaseExplaining {
		return time.Time{}
	}
	return o.At.Add(left)
}

// Progress is when the soak last got somewhere: committed something, or began a session. Zero: never.
func (o Observation) Progress() time.Time {
	latest := o.Process.Since
	for _, t := range []time.Time{o.Session.Started, o.Last.Committed} {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

// Age is how long ago that was.
func (o Observation) Age() time.Duration {
	if o.Progress().IsZero() {
		return 0
	}
	return max(0, o.Now().Sub(o.Progress()))
}

// Rate is how many runs the soak does in a second of active time.
func (o Observation) Rate() float64 {
	if o.Active() <= 0 {
		return 0
	}
	return float64(o.Last.Runs) / o.Active().Seconds()
}
