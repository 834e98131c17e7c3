package golden

import (
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

// End closes a trace.
type End struct {
	Status Status
	Exit   int    // exit status; 0 unless Status is exit
	Signal string // such as "SIGSEGV"; empty unless Status is signal
	Error  string // of a Go workflow; empty otherwise
	Events int    // how many came before
}
