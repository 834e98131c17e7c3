package harness

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
)

// Run is what a Go workflow is handed: everything that may vary, and a place for everything
// that it does. It belongs to the goroutine that called [Workflow.Run].
type Run struct {
	planned      PlannedRun
	random       *rand.Rand
	source       *rand.PCG // of random
	now          time.Time
	builder      *golden.Builder
	broken       error // the first misuse, or the limit that was gone over; it ends the run
	limits       limits
	size         int64 // of what was recorded, in bytes
	redact       redactor
	calls        *calls
	stop         func(cause error) // ends the workflow's context; nil: there is nobody to tell
	closed       atomic.Bool       // the run is over, on one side or the other: nothing more is recorded
	resume       *checkpoint
	onCheckpoint func(checkpoint) error
	checkpoints  int
	events       []golden.Event // kept only where a checkpoint could need them
}

// limits is how much a run may record; 0 is no limit.
type limits struct {
	Bytes  int64 `json:"bytes"`
	Events int   `json:"events"`
}

// checkpoint is a point to resume from: what was recorded so far, and the workflow's state.
type checkpoint struct {
	State  jsontext.Value `json:"state"`
	Now    time.Time      `json:"now"`
	Random []byte         `json:"random"`
	Events []golden.Event `json:"events"`
}

// Seed returns the run's seed, 0 to [SeedLimit]-1.
func (r *Run) Seed() uint64 { return r.planned.Seed }

// ID returns the run's id, the same in its replays.
func (r *Run) ID() string { return r.planned.ID }

// Rand returns a generator (PCG) seeded with the run's seed. A resumed run finds it as it was
// at the checkpoint.
func (r *Run) Rand() *rand.Rand { return r.random }

// Now returns the run's own time: it begins at 2000-01-01T00:00:00Z and passes by one
// millisecond with each reading, the same in every replay.
func (r *Run) Now() time.Time {
	r.now = r.now.Add(time.Millisecond)
	return r.now
}

// Record adds a step to the trace: a name, which may come more than once, and a value that is
// marshalled as JSON, map keys sorted. A value that can't be marshalled, and a name that is
// empty or holds '#' or begins with '@', is reported by [Run.Err] and ends the run as a fault.
func (r *Run) Record(step string, value any) {
	if step == "" || strings.Contains(step, "#") || strings.HasPrefix(step, "@") {
		r.fail(fmt.Errorf("step %q: a name must not be empty, hold '#' or begin with '@'", step))
		return
	}
	r.add(golden.KindStep, step, value)
}

// Artifact adds a file to the trace by name and content. Content that is a JSON document is
// kept as one, other text by its lines, and anything else by its digest.
func (r *Run) Artifact(name string, content []byte) {
	r.addValue(golden.KindArtifact, name, artifactValue(name, content, r.redact))
}

// Checkpoint keeps state so that the run could be resumed from here. Without it being killed
// the call costs a marshalling of state.
//
// It ends the calls of other goroutines that are in flight, with an error: a call belongs to one section
// between checkpoints, in whose record its answer is looked for. So join what makes calls before.
func (r *Run) Checkpoint(state any) error {
	text, err := json.Marshal(state, json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	r.addExchanges()
	r.checkpoints++
	r.calls.open(r.checkpoints, r.redact)
	r.addValue(golden.KindCheckpoint, "", strconv.AppendInt(nil, int64(r.checkpoints), 10))
	if r.onCheckpoint == nil {
		return r.broken
	}
	random, err := r.source.MarshalBinary()
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return r.onCheckpoint(checkpoint{State: text, Now: r.now, Random: random, Events: r.events})
}

// Resume reports whether the run goes on from a checkpoint, and if so unmarshals the state
// that was kept there into state, a pointer. What was recorded until then is in the trace.
func (r *Run) Resume(state any) (bool, error) {
	if r.resume == nil {
		return false, nil
	}
	if err := json.Unmarshal(r.resume.State, state); err != nil {
		return false, fmt.Errorf("resume: %w", err)
	}
	return true, nil
}

// Err returns the first misuse of the run, such as a step whose value can't be marshalled.
func (r *Run) Err() error { return r.broken }

func (r *Run) fail(err error) {
	if r.broken == nil {
		r.broken = err
	}
}

func (r *Run) add(kind golden.Kind, name string, value any) {
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		r.fail(fmt.Errorf("%s %q: %w", kind, name, err))
		return
	}
	r.addValue(kind, name, text)
}

func (r *Run) addValue(kind golden.Kind, name string, value []byte) {
	if !r.closed.Load() {
		r.put(kind, name, value)
	}
}

// put adds an event, also when the workflow has returned.
func (r *Run) put(kind golden.Kind, name string, value []byte) {
	if r.broken != nil {
		return
	}
	if len(r.redact.secrets) > 0 {
		canonical, err := golden.AppendCanonical(nil, value)
		if err != nil {
			r.fail(fmt.Errorf("%s %q: %w", kind, name, err))
			return
		}
		name, value = r.redact.text(name), r.redact.json(canonical)
	}
	if limit := r.over(name, value); limit != nil {
		r.fail(limit)
		if r.stop != nil {
			r.stop(limit)
		}
		return
	}
	if err := r.builder.Add(kind, name, value); err != nil {
		r.fail(fmt.Errorf("%s %q: %w", kind, name, err))
		return
	}
	if r.onCheckpoint != nil {
		r.events = append(r.events, golden.Event{Kind: kind, Name: name, Value: value})
	}
}

// over counts an event that is to be recorded; it returns the limit that the event goes over.
func (r *Run) over(name string, value []byte) error {
	r.size += int64(len(name) + len(value))
	switch {
	case r.limits.Bytes > 0 && r.size > r.limits.Bytes:
		return &limitError{fmt.Sprintf("trace: more than %s (max_output)", Size(r.limits.Bytes))}
	case r.limits.Events > 0 && r.builder.Events() >= r.limits.Events:
		return &limitError{fmt.Sprintf("trace: more than %d events (max_events)", r.limits.Events)}
	}
	return nil
}
