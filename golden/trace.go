package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"

	"github.com/go-json-experiment/json/jsontext"
)

// Format names the trace format in a header. Readers refuse another.
const Format = "shadowrun-trace/1"

// Output is the format that a workflow's output is read as.
type Output string

const (
	OutputJSON  Output = "json"  // standard output is one JSON document
	OutputJSONL Output = "jsonl" // an event a line, each a JSON value
	OutputText  Output = "text"  // an event a line of text
	OutputBytes Output = "bytes" // an event a block of bytes
	OutputSteps Output = "steps" // a Go workflow, which records steps by name
)

func (o Output) known() bool {
	switch o {
	case OutputJSON, OutputJSONL, OutputText, OutputBytes, OutputSteps:
		return true
	}
	return false
}

// Header opens a trace. It holds what identifies the work and nothing that varies between
// a run and its replay.
type Header struct {
	Workflow string
	Seed     uint64
	Output   Output
	Command  []string // as configured, placeholders and all; nil for a Go workflow
}

// Kind says what an event is about.
type Kind string

const (
	KindOut        Kind = "out"        // a unit of the output: the document, a line, a block
	KindStep       Kind = "step"       // recorded by a Go workflow under a name
	KindArtifact   Kind = "artifact"   // a file, or a part of it, named by its path under SHADOWRUN_OUT
	KindCall       Kind = "call"       // an exchange with the outside
	KindCheckpoint Kind = "checkpoint" // a workflow could be resumed from here
	KindFault      Kind = "fault"      // output that broke its format; the value says how and where
)

func (k Kind) known() bool {
	switch k {
	case KindOut, KindStep, KindArtifact, KindCall, KindCheckpoint, KindFault:
		return true
	}
	return false
}

// Event is one thing that a run observably did.
type Event struct {
	Kind  Kind
	Name  string         // of the step, artifact or call; empty for the rest
	Value jsontext.Value // in canonical form
}

// Status says how a run ended.
type Status string

const (
	StatusOK        Status = "ok"        // exit status 0, or a nil error
	StatusExit      Status = "exit"      // another exit status, or an error
	StatusSignal    Status = "signal"    // killed by a signal that the harness did not send
	StatusTimeout   Status = "timeout"   // the harness ended it: it took too long
	StatusLimit     Status = "limit"     // the harness ended it: output, events or processes over their limit
	StatusFault     Status = "fault"     // it could not be started, or the harness failed
	StatusAbandoned Status = "abandoned" // the soak was stopped while it was in flight
)

// Replayable reports whether a run that ended so leaves a golden: what it did is its own doing.
func (s Status) Replayable() bool {
	return s == StatusOK || s == StatusExit || s == StatusSignal
}

func (s Status) known() bool {
	switch s {
	case StatusOK, StatusExit, StatusSignal, StatusTimeout, StatusLimit, StatusFault, StatusAbandoned:
		return true
	}
	return false
}

// End closes a trace.
type End struct {
	Status Status
	Exit   int    // exit status; 0 unless Status is exit
	Signal string // such as "SIGSEGV"; empty unless Status is signal
	Error  string // of a Go workflow; empty otherwise
	Events int    // how many came before
}

// Trace is a whole trace: its lines in canonical form, each ended by a line feed, in memory or
// in a file without a name. It is read-only, and safe for concurrent readers until Close.
type Trace struct {
	header Header
	end    End
	digest Digest
	size   int64
	memory []byte   // all lines, unless file is set
	file   *os.File // all lines
}

// Header returns the trace's first line.
func (t *Trace) Header() Header { return t.header }

// End returns the trace's last line.
func (t *Trace) End() End { return t.end }

// Digest returns the SHA-256 of all lines.
func (t *Trace) Digest() Digest { return t.digest }

// Size returns the length of all lines, in bytes.
func (t *Trace) Size() int64 { return t.size }

// Events returns how many events lie between header and end.
func (t *Trace) Events() int { return t.end.Events }

// Reader returns a reader of all lines, from the first.
func (t *Trace) Reader() io.Reader {
	if t.file != nil {
		return io.NewSectionReader(t.file, 0, t.size)
	}
	return bytes.NewReader(t.memory)
}

// Bytes returns all lines, which the caller must not modify. A trace that lies in a file is read
// into memory as a whole: see [Trace.Lines] for another way.
func (t *Trace) Bytes() ([]byte, error) {
	if t.file == nil {
		return t.memory, nil
	}
	all := make([]byte, t.size)
	if _, err := io.ReadFull(t.Reader(), all); err != nil {
		return nil, fmt.Errorf("trace: read its spool file: %w", err)
	}
	return all, nil
}

// Lines yields the header's line, the events' lines and the end's, without their line feeds: for
// [ParseHeader], [ParseEvent] and [ParseEnd]. A line is valid until the next one is asked for.
func (t *Trace) Lines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		lines := newLineReader(t.Reader())
		defer lines.release()
		var line []byte
		var err error
		for {
			line, err = lines.appendLine(line[:0], math.MaxInt)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("trace: read its spool file: %w", err))
				return
			}
			if !yield(line[:len(line)-1], nil) {
				return
			}
		}
	}
}

// Close gives the trace's memory or file back. Closing twice does no harm.
func (t *Trace) Close() error {
	if t.file == nil {
		return nil
	}
	if err := t.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("trace: close its spool file: %w", err)
	}
	return nil
}
