package monitor

import (
	"cmp"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/soak"
)

// State is what a soak's health is called.
type State string

const (
	Healthy  State = "HEALTHY"
	Warning  State = "WARNING"
	Critical State = "CRITICAL"
	Unknown  State = "UNKNOWN"  // no soak has run here, or it can't be seen
	Finished State = "FINISHED" // its outcome says the rest
	Stopped  State = "STOPPED"  // on purpose: by the emergency stop, or interrupted
)

// Severity of a condition, in the order in which they count.
type Severity int

const (
	SeverityNote Severity = iota // something to know, and nothing to do about
	SeverityWarning
	SeverityUnknown // something can't be seen, so that worse may be hidden
	SeverityCritical
)

func (s Severity) String() string {
	return [...]string{"note", "warning", "unknown", "critical"}[s]
}

// state is what a soak's health is called where a severity is the worst of its conditions'.
func (s Severity) state() State {
	return [...]State{Healthy, Warning, Unknown, Critical}[s]
}

// ExitStatus is the severity's status by the convention of monitoring plugins.
func (s Severity) ExitStatus() int {
	return [...]int{0, 1, 3, 2}[s]
}

// Condition is something that holds of a soak.
type Condition struct {
	ID       ID
	Severity Severity
	Text     string
	Since    time.Time // zero: not known
	Next     string    // a command to paste, or what to do in a few words; empty: nothing
}

// Health is what an observation comes to.
type Health struct {
	State      State
	ExitStatus int          // 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN
	Conditions []Condition  // the gravest first
	Outcome    soak.Outcome // so far; empty where there is no soak, or it is at work and nothing speaks against it
	Why        string       // of the outcome
	StaleAfter time.Duration
	Thresholds Thresholds // that it was judged by
}

// Status is an observation and what it comes to: all that any surface shows.
type Status struct {
	Observation
	Health
}

// Judge says what an observation comes to. The worst of the conditions makes the state, but for a soak
// that is over: it is FINISHED, with its outcome's exit status (PASS 0, INCONCLUSIVE 1, FAIL 2), or STOPPED
// where it was interrupted and nothing speaks against it. An emergency stop hides nothing that is worse.
func Judge(o Observation, t Thresholds) Health {
	h := Health{StaleAfter: t.StaleAfter(o), Thresholds: t}
	phase := o.Phase()
	if o.Soak.ID != 0 && o.Unread == nil {
		h.Outcome, h.Why = soak.PolicyOf(o.Config).Judge(o.Last.Counters, o.Findings, phase == PhaseFinished, o.At)
	}
	if h.Outcome == soak.Interrupted && o.Process.Alive { // it is not at its end, that is all
		h.Outcome, h.Why = "", ""
	}
	worst := SeverityNote
	for _, known := range catalogue {
		if c, holds := known.find(o, t); holds {
			c.ID = known.id
			h.Conditions = append(h.Conditions, c)
			worst = max(worst, c.Severity)
		}
	}
	slices.SortStableFunc(h.Conditions, func(a, b Condition) int { return cmp.Compare(b.Severity, a.Severity) })
	h.State, h.ExitStatus = worst.state(), worst.ExitStatus()
	switch {
	case phase == PhaseFinished:
		h.State, h.ExitStatus = Finished, outcomeStatus(h.Outcome)
	case worst == SeverityNote && (phase == PhaseStopped || phase == PhaseInterrupted):
		h.State = Stopped
	}
	return h
}

// outcomeStatus is the exit status of a finished soak.
func outcomeStatus(o soak.Outcome) int {
	switch o {
	case soak.Pass:
		return SeverityNote.ExitStatus()
	case soak.Fail:
		return SeverityCritical.ExitStatus()
	default:
		return SeverityWarning.ExitStatus()
	}
}
