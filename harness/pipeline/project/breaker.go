package project

import "time"

// BreakerState is a circuit breaker's.
type BreakerState string

// Closed: calls go through. Open: they fail fast. Half-open: a few probe the service.
const (
	BreakerIsClosed   BreakerState = "closed"
	BreakerIsOpen     BreakerState = "open"
	BreakerIsHalfOpen BreakerState = "half_open"
)

// BreakerStates are all there are.
var BreakerStates = []BreakerState{BreakerIsClosed, BreakerIsOpen, BreakerIsHalfOpen}

// Breaker is a service's circuit breaker. The zero value is closed.
type Breaker struct {
	State    BreakerState `json:"state"`
	Failures int          `json:"failures"` // in a row, while closed; kept while open
	Probes   int          `json:"probes"`   // that succeeded, while half-open
	OpenedAt *time.Time   `json:"opened_at,omitempty"`
	Forced   bool         `json:"forced,omitempty"` // tripped by hand: only a reset closes it
}

// Until is when an open breaker lets a probe through; zero where it never does by itself, or is
// not open.
func (b Breaker) Until(c BreakerConfig) time.Time {
	if b.State != BreakerIsOpen || b.Forced || b.OpenedAt == nil {
		return time.Time{}
	}
	return b.OpenedAt.Add(time.Duration(c.RecoveryTimeout) * time.Second)
}

// Allow says whether a call may go through at now. An open breaker whose time is up becomes
// half-open: the event says so, and is to be appended before the call is made.
func (b Breaker) Allow(now time.Time, c BreakerConfig) (Breaker, Event, bool) {
	if b.State != BreakerIsOpen {
		return b, "", true
	}
	if b.Forced || now.Before(b.Until(c)) {
		return b, "", false
	}
	b.State, b.Probes = BreakerIsHalfOpen, 0
	return b, BreakerHalfOpened, true
}

// Failed counts a call that failed. An open breaker counts none: no call went through it.
func (b Breaker) Failed(now time.Time, c BreakerConfig) (Breaker, Event) {
	switch {
	case b.State == BreakerIsOpen:
		return b, ""
	case b.State == BreakerIsHalfOpen, b.Failures+1 >= c.FailureThreshold:
		return Breaker{State: BreakerIsOpen, Failures: b.Failures + 1, OpenedAt: &now}, BreakerOpened
	}
	b.State = BreakerIsClosed
	b.Failures++
	return b, BreakerCounted
}

// Succeeded counts a call that succeeded. A closed breaker without failures has nothing to count.
func (b Breaker) Succeeded(c BreakerConfig) (Breaker, Event) {
	switch {
	case b.State == BreakerIsOpen:
		return b, ""
	case b.State == BreakerIsHalfOpen && b.Probes+1 >= c.HalfOpenRequests:
		return Breaker{State: BreakerIsClosed}, BreakerClosed
	case b.State == BreakerIsHalfOpen:
		b.Probes++
		return b, BreakerCounted
	case b.Failures == 0:
		return b, ""
	}
	b.Failures = 0
	return b, BreakerCounted
}

// Entry is what to append for an event of this breaker, b being what it is after it.
func (b Breaker) Entry(event Event, service string) Entry {
	e := Entry{Event: event, Service: service}
	if event == BreakerCounted {
		e.Detail = Detail(Count{Failures: b.Failures, Probes: b.Probes})
	}
	return e
}
