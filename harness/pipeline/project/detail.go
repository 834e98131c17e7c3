package project

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrorKind says what may help against an error.
type ErrorKind string

// A transient error may go away by itself; a validation error is the debugger's; a permanent one
// is given up at once.
const (
	Transient  ErrorKind = "transient"
	Validation ErrorKind = "validation"
	Permanent  ErrorKind = "permanent"
)

// ErrorKinds are all there are.
var ErrorKinds = []ErrorKind{Transient, Validation, Permanent}

// What an entry carries beside its fields, by event. An event that is not named here carries what
// its writer likes: notified, agent_invoked, escalated, incident_recorded.
type (
	// Creation is created's detail.
	Creation struct {
		Project string `json:"project"`
		Seed    uint64 `json:"seed"`
	}
	// Completion is stage_completed's detail, and debugger_invoked's.
	Completion struct {
		Agent     string             `json:"agent,omitempty"`     // that did it
		Artifacts map[string]string  `json:"artifacts,omitempty"` // name to "sha256:…"
		Measures  map[string]float64 `json:"measures,omitempty"`
	}
	// Failure is stage_failed's detail, and retries_exhausted's.
	Failure struct {
		Agent   string    `json:"agent,omitempty"` // that failed
		Kind    ErrorKind `json:"kind"`
		Message string    `json:"message"`
		Task    Raw       `json:"task,omitempty"` // only retries_exhausted keeps it
	}
	// Count is circuit_breaker_counted's detail: the counts after it.
	Count struct {
		Failures int `json:"failures"`
		Probes   int `json:"probes"`
	}
	// Resumption is resumed's detail.
	Resumption struct {
		Checkpoint string `json:"checkpoint"`
	}
	// Replayed is dead_letter_replayed's detail.
	Replayed struct {
		ID string `json:"id"`
	}
	// Purge is dead_letters_purged's detail.
	Purge struct {
		IDs []string `json:"ids"`
	}
	// Move is quality_gate_adjusted's detail; the gate is "stage.measure".
	Move struct {
		Gate string   `json:"gate"`
		Min  *float64 `json:"min,omitempty"`
		Max  *float64 `json:"max,omitempty"`
	}
	// Takeover is the detail of accepted, restored and rolled_back: a whole new state. Its sequence
	// is the one it had; letters stay as they are where there are none in it.
	Takeover struct {
		Source  string        `json:"source"` // the file or revision it came from
		State   State         `json:"state"`
		Letters *[]DeadLetter `json:"dead_letters,omitempty"`
	}
)

// Detail makes an entry's detail of v. It panics where v is no detail: that is a slip of code.
func Detail(v any) Raw {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("project: detail %T: %v", v, err))
	}
	return b
}

// detail reads an entry's as T, and refuses what T does not name.
func detail[T any](e Entry) (T, error) {
	var v T
	if len(e.Detail) == 0 {
		return v, fmt.Errorf("%s: want a detail, which says what it is about", e.Event)
	}
	if err := decodeStrict(e.Detail, &v); err != nil {
		return v, fmt.Errorf("%s: detail: %w", e.Event, err)
	}
	return v, nil
}

// decodeStrict reads one JSON value that has no keys but to's.
func decodeStrict(src []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after its end")
	}
	return nil
}
