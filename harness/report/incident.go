package report

import "time"

// Interruption is a session that ended before the soak did.
type Interruption struct {
	Session int        `json:"session"`
	Host    string     `json:"host"`
	PID     int        `json:"pid"`
	Started time.Time  `json:"started"`
	Ended   *time.Time `json:"ended,omitempty"`
	Why     string     `json:"why"`
}

// Gap is what was planned or possible, and not done.
type Gap struct {
	What    string     `json:"what"`
	From    *time.Time `json:"from,omitempty"` // of one in time
	Seconds float64    `json:"seconds,omitempty"`
	Count   int64      `json:"count,omitempty"` // of one that is counted
}

// Action is an entry of the audit log.
type Action struct {
	At     time.Time `json:"at"`
	Who    string    `json:"who"`
	What   string    `json:"what"`
	Detail string    `json:"detail"`
}

// Alert is what a monitor told of.
type Alert struct {
	ID        string     `json:"id"`
	Condition string     `json:"condition"`
	Severity  string     `json:"severity"`
	Text      string     `json:"text"`
	Opened    time.Time  `json:"opened"`
	Resolved  *time.Time `json:"resolved,omitempty"` // it is open where this is missing
}
