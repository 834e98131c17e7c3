package harness

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
)

// finish turns what happened into an execution.
func (e *execution) finish() Execution {
	status, exit, signal, message := e.ending()
	if status.Replayable() && *e.x.config.Artifacts {
		if err := e.artifacts(); err != nil {
			status, exit, signal, message = brokenBy(err)
		}
	}
	if err := e.disconnect(status.Replayable()); err != nil {
		status, exit, signal, message = brokenBy(err)
	}
	done := Execution{Status: status, Exit: exit, Signal: signal, Message: e.x.redact.text(message)}
	if !status.Replayable() {
		return done
	}
	trace, err := e.builder.End(golden.End{Status: status, Exit: exit, Signal: signal})
	if err != nil {
		return faulted(err.Error())
	}
	done.Trace = trace
	return done
}

func (e *execution) artifacts() error {
	c := e.x.config
	files := artifacts{builder: e.builder, redact: e.x.redact, bytes: int64(c.MaxOutput), events: c.MaxEvents}
	return files.add(e.dir.path, outFolder)
}

func (e *execution) ending() (status golden.Status, exit int, signal, message string) {
	r := e.result
	switch {
	case e.broken != "":
		return golden.StatusFault, 0, "", e.broken
	case r.Status == proc.TimedOut:
		return golden.StatusTimeout, 0, "", fmt.Sprintf("took longer than its %s timeout", e.x.config.Timeout)
	case r.Status == proc.Limited:
		return golden.StatusLimit, 0, "", r.LimitHit
	case e.stopped:
		return golden.StatusAbandoned, 0, "", "stopped while it was in flight"
	case r.Err != nil:
		return brokenBy(r.Err)
	case r.Status == proc.Signaled:
		return golden.StatusSignal, 0, signalName(r.Signal), e.alsoBroken(r.String())
	case r.Exit != 0:
		return golden.StatusExit, r.Exit, "", e.alsoBroken(r.String())
	}
	return golden.StatusOK, 0, "", e.output.message
}

// alsoBroken adds to how a command ended what its output was found to be.
func (e *execution) alsoBroken(ended string) string {
	if e.output.message == "" {
		return ended
	}
	return ended + "; " + e.output.message
}

// noFolder is what comes of a run whose folder can't be made.
func noFolder(ctx context.Context, err error) Execution {
	if ctx.Err() != nil {
		return Execution{Status: golden.StatusAbandoned, Message: err.Error()}
	}
	return faulted(fmt.Sprintf("its folder: %v", err))
}

// brokenBy is how a run ends that an error ended.
func brokenBy(err error) (status golden.Status, exit int, signal, message string) {
	var limit *limitError
	switch {
	case errors.As(err, &limit):
		return golden.StatusLimit, 0, "", limit.message
	case errors.Is(err, golden.ErrEventTooLarge):
		return golden.StatusLimit, 0, "", fmt.Sprintf("%v (max_output)", err)
	}
	return golden.StatusFault, 0, "", err.Error()
}

// signalName is a signal's name, or its number where it has none, as real-time signals have.
func signalName(s syscall.Signal) string {
	if name := unix.SignalName(s); name != "" {
		return name
	}
	return fmt.Sprintf("SIG%d", int(s))
}
