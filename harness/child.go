package harness

import (
	"context"

	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"github.com/go-json-experiment/json"
	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// childVariable holds, in a re-executed child of this binary, what it is to do.
const childVariable = "SHADOWRUN_CHILD"

// childTask is what a re-executed child is to do.
type childTask struct {
	Burn      bool          `json:"burn,omitempty"` // keep a CPU busy until standard input ends
	Run       PlannedRun    `json:"run,omitzero"`
	Dir       string        `json:"dir,omitempty"` // the execution's folder: the checkpoint is kept, and the result left, there
	KillAfter int           `json:"kill_after,omitempty"`
	Limits    limits        `json:"limits,omitzero"`
	External  external.Mode `json:"external,omitempty"`
	Redact    []string      `json:"redact,omitempty"` // names of variables, which the child has from its parent
}

// childResult is what a child leaves beside the trace.
type childResult struct {
	Status      golden.Status `json:"status"`
	Exit        int           `json:"exit,omitempty"`
	Message     string        `json:"message,omitempty"`
	Stderr      []byte        `json:"stderr,omitempty"`
	Checkpoints int           `json:"checkpoints"`
	Restored    bool          `json:"restored,omitempty"`
}

const (
	checkpointFile = "checkpoint.json"
	resultFile     = "result.json"
	traceFile      = "trace"
	recordFile     = "record.json" // of the calls by which a replay is answered
)

// RunChild does a re-executed child's work and exits, where this process is one; else it
// returns at once. A main function calls it first, with the workflows that it offers.
func RunChild(workflows ...Workflow) {
	lab.RunChild()
	text := os.Getenv(childVariable)
	if text == "" {
		return
	}
	os.Unsetenv(childVariable) // a workflow finds the environment that it has in the first process
	var task childTask
	err := json.Unmarshal([]byte(text), &task)
	switch {
	case err != nil:
	case task.Burn:
		burn(os.Stdin)
	default:
		err = task.do(workflows)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "shadowrun: child:", err)
		syscall.Exit(1)
	}
	syscall.Exit(0) // os.Exit(0) panics within a test, and a test may be what was started again
}

// burn keeps one CPU busy until r ends.
func burn(r io.Reader) {
	var ended atomic.Bool
	go func() {
		io.Copy(io.Discard, r)
		ended.Store(true)
	}()
	for !ended.Load() {
	}
}

func (t childTask) do(workflows []Workflow) error {
	for _, w := range workflows {
		if w.Name() == t.Run.Workflow {
			return t.run(w)
		}
	}
	return fmt.Errorf("this binary has no workflow %q", t.Run.Workflow)
}

func (t childTask) run(w Workflow) error {
	from, err := readJSON[checkpoint](filepath.Join(t.Dir, checkpointFile))
	if err != nil {
		return err
	}
	redact, err := newRedactor(t.Redact, nil, os.LookupEnv)
	if err != nil {
		return err
	}
	var record *CallRecord
	if t.External == external.Replay {
		if record, err = readJSON[CallRecord](filepath.Join(t.Dir, recordFile)); err != nil {
			return err
		}
	}
	r := newRun(t.Run, golden.BuildOptions{SpoolDir: t.Dir}, t.Limits, redact, from, newCalls(t.External, record))
	taken := 0
	if from != nil {
		r.events = from.Events
	}
	r.onCheckpoint = func(c checkpoint) error {
		taken++
		if err := writeJSON(filepath.Join(t.Dir, checkpointFile), c); err != nil {
			return err
		}
		if taken == t.KillAfter {
			unix.Kill(unix.Getpid(), unix.SIGKILL)
			select {} // until the signal is delivered
		}
		return nil
	}
	e := finish(r, <-start(context.Background(), w, r))
	defer e.Close()
	if e.Trace != nil {
		if err := writeTrace(filepath.Join(t.Dir, traceFile), e.Trace); err != nil {
			return err
		}
	}
	return writeJSON(filepath.Join(t.Dir, resultFile), childResult{
		Status: e.Status, Exit: e.Exit, Message: e.Message, Stderr: e.Stderr, Checkpoints: e.Checkpoints, Restored: from != nil,
	})
}

// readJSON reads what writeJSON wrote; nil where there is no such file.
func readJSON[T any](path string) (*T, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(text, v); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// writeJSON writes a file that is whole when its name appears. It is not synced: what a child
// leaves is read by its parent, and does not outlive it.
func writeJSON(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".tmp", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

func writeTrace(path string, t *golden.Trace) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, t.Reader()); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
