package harness

import (
	"context"

	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/go-json-experiment/json"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
)

// errKilled is why a command is ended that is to be resumed.
var errKilled = errors.New("killed at a checkpoint, to be resumed")

// killAndResume runs the command, kills it after the job's checkpoint, and runs it again with
// what it had kept. The trace is the second one's, which reports everything. A command that
// ends before its checkpoint has just run, without a restoration.
func (e *execution) killAndResume(ctx context.Context) {
	if !e.command(ctx, e.job.killAfter) {
		return
	}
	if err := errors.Join(e.reconnect(), removeAll(e.dir.sub(outFolder)), os.Mkdir(e.dir.sub(outFolder), 0o700), removeAll(e.dir.sub(traceFile))); err != nil {
		e.broken = fmt.Sprintf("resume: %v", err)
		return
	}
	pids := e.result.PIDs
	e.builder.Discard()
	e.startTrace()
	e.command(ctx, 0)
	e.result.PIDs = append(pids, e.result.PIDs...)
	e.restorations = 1
}

// executeChild executes a Go workflow in a child of this binary, which kills itself after the
// job's checkpoint, and then in another, which resumes.
func (x *goExecutor) executeChild(ctx context.Context, j job) Execution {
	start := x.world.now()
	dir, err := makeRunDir(ctx, filepath.Join(x.workDir, j.ID))
	if err != nil {
		return noFolder(ctx, err)
	}
	defer dir.remove()
	task := childTask{Run: j.PlannedRun, Dir: dir.path, KillAfter: j.killAfter, Limits: x.limits, Redact: x.redactNames,
		External: j.callMode(x.external)}
	if j.record != nil {
		if err := writeJSON(filepath.Join(dir.path, recordFile), j.record); err != nil {
			return faulted(err.Error())
		}
	}
	if j.treatment != nil {
		return x.executeTreated(ctx, j, task, dir)
	}
	result, stderr := x.child(ctx, task)
	pids := result.PIDs
	if result.Status == proc.Signaled && result.Signal == syscall.SIGKILL {
		task.KillAfter = 0
		result, stderr = x.child(ctx, task)
		pids = append(pids, result.PIDs...)
	}
	e := x.childExecution(dir.path, result, stderr)
	e.Circumstances = x.world.circumstances(j.ID, start)
	e.Circumstances.PIDs = pids
	return e
}

func (x *goExecutor) child(ctx context.Context, task childTask) (proc.Result, []byte) {
	return x.runChild(ctx, x.childSpec(task))
}

func (x *goExecutor) childSpec(task childTask) proc.Spec {
	text, err := json.Marshal(task)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return proc.Spec{
		Argv:    x.self.argv(),
		Env:     append(os.Environ(), childVariable+"="+string(text)),
		Owner:   x.world.owner,
		Timeout: x.timeout,
		Now:     x.world.now,
	}
}

func (x *goExecutor) runChild(ctx context.Context, spec proc.Spec) (proc.Result, []byte) {
	stderr := tail{redact: x.redact}
	spec.Stdout, spec.Stderr = stderr.stream(), stderr.stream()
	result := proc.Run(inFlight(ctx), spec)
	stderr.flush()
	return result, stderr.bytes()
}

// executeTreated executes a Go workflow in a child that is in the lab.
func (x *goExecutor) executeTreated(ctx context.Context, j job, task childTask, dir *runDir) Execution {
	start := x.world.now()
	spec := x.childSpec(task)
	if err := enterLab(&spec, j, x.self, dir, nil); err != nil {
		return labFault(err, nil)
	}
	result, stderr := x.runChild(ctx, spec)
	report, err := leaveLab(&result, dir)
	if err != nil {
		return labFault(err, stderr)
	}
	e := x.childExecution(dir.path, result, stderr)
	e.Circumstances = x.world.circumstances(j.ID, start)
	e.Circumstances.PIDs = result.PIDs
	e.Circumstances.Dirs = []string{dir.path}
	e.treated(j.treatment, report)
	return e
}

func (x *goExecutor) childExecution(dir string, result proc.Result, stderr []byte) Execution {
	switch {
	case result.Status == proc.TimedOut:
		return Execution{Status: golden.StatusTimeout, Message: fmt.Sprintf("took longer than its %s timeout", x.timeout), Stderr: stderr}
	case result.Status == proc.Cancelled:
		return Execution{Status: golden.StatusAbandoned, Message: "stopped while it was in flight", Stderr: stderr}
	case result.Status != proc.Exited || result.Exit != 0:
		return Execution{Status: golden.StatusFault, Message: fmt.Sprintf("child: %s: %s", result, strings.TrimSpace(string(stderr))), Stderr: stderr}
	}
	var left childResult
	text, err := os.ReadFile(filepath.Join(dir, resultFile))
	if err == nil {
		err = json.Unmarshal(text, &left)
	}
	if err != nil {
		return Execution{Status: golden.StatusFault, Message: fmt.Sprintf("child: %v", err), Stderr: stderr}
	}
	e := Execution{Status: left.Status, Exit: left.Exit, Message: left.Message, Stderr: left.Stderr, Checkpoints: left.Checkpoints}
	if left.Restored {
		e.Restorations = 1
	}
	if !left.Status.Replayable() {
		return e
	}
	f, err := os.Open(filepath.Join(dir, traceFile))
	if err != nil {
		return faulted(fmt.Sprintf("child: %v", err))
	}
	defer f.Close()
	if e.Trace, err = golden.ReadTrace(f, golden.Digest{}, x.build); err != nil {
		return faulted(fmt.Sprintf("child: its trace: %v", err))
	}
	return e
}

// reexec says how to start this binary again so that it comes to [RunChild].
type reexec struct {
	path string
	args []string
}

func (r reexec) argv() []string { return append([]string{r.path}, r.args...) }
