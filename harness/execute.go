package harness

import (
	"cmp"
	"context"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/external"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// Execution is what one execution of a planned run came to.
type Execution struct {
	Status        golden.Status
	Exit          int           // exit status; 0 unless Status is exit
	Signal        string        // such as "SIGSEGV"; empty unless Status is signal
	Message       string        // for people, where the run did not end well
	Trace         *golden.Trace // nil unless Status.Replayable; the receiver closes it
	Stderr        []byte        // the end of it, at most [maxStderr] bytes
	Circumstances replay.Circumstances
	Checkpoints   int         // that the run took
	Restorations  int         // from one of them
	Lab           *lab.Report // of the tracer, where it was executed in the lab; else nil
}

// Close gives up the trace.
func (e *Execution) Close() {
	if e.Trace != nil {
		e.Trace.Close()
		e.Trace = nil
	}
}

// maxStderr is how much of a run's standard error is kept, in bytes.
const maxStderr = 8 << 10

// job is one execution that is to be had.
type job struct {
	PlannedRun
	killAfter int           // checkpoints after which the process is killed and resumed; 0: it is not
	record    *CallRecord   // by which outside calls are answered; nil: they are made, or blocked
	mode      external.Mode // of outside calls; empty: the workflow's
	source    string        // see [Treated]
	treatment lab.Treatment // under which it is executed in the lab; nil: outside it
}

// callMode is what becomes of the job's outside calls, in a workflow of this mode.
func (j job) callMode(of external.Mode) external.Mode {
	of = cmp.Or(j.mode, of)
	if of == external.Record && j.record != nil {
		return external.Replay
	}
	return of
}

// executor executes runs of one workflow, from several goroutines at once.
type executor interface {
	execute(ctx context.Context, j job) Execution
}

func faulted(message string) Execution {
	return Execution{Status: golden.StatusFault, Message: message}
}
