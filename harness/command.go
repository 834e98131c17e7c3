package harness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
)

// commandExecutor executes a workflow that is a command.
type commandExecutor struct {
	config  WorkflowConfig
	dir     string // the configuration's folder, absolute
	workDir string // where executions have their folders, absolute
	env     map[string]string
	redact  redactor
	world   world
}

func newCommandExecutor(c Config, w WorkflowConfig, world world, workDir string) (*commandExecutor, error) {
	env := environment(c, w, os.LookupEnv)
	redact, err := newRedactor(c.Redact, env)
	if err != nil {
		return nil, fmt.Errorf("workflow %s: %w", w.Name, err)
	}
	return &commandExecutor{config: w, dir: c.Dir, workDir: workDir, env: env, redact: redact, world: world}, nil
}

// execution is one execution under way.
type execution struct {
	x       *commandExecutor
	job     job
	dir     *runDir
	env     []string
	words   *strings.Replacer // the placeholders
	builder *golden.Builder
	output  output
	stderr  tail
	result  proc.Result
	broken  string // what the harness or a hook failed at
	stopped bool   // the soak was stopped meanwhile

	checkpoints, restorations int
}

func (x *commandExecutor) execute(ctx context.Context, j job) Execution {
	start := x.world.now()
	dir, err := makeRunDir(ctx, filepath.Join(x.workDir, j.ID))
	if err != nil {
		if ctx.Err() != nil {
			return Execution{Status: golden.StatusAbandoned, Message: err.Error()}
		}
		return faulted(fmt.Sprintf("its folder: %v", err))
	}
	e := &execution{x: x, job: j, dir: dir, words: placeholders(j.PlannedRun)}
	defer dir.remove()
	if err := e.prepare(); err != nil {
		return faulted(err.Error())
	}
	defer e.builder.Discard()
	e.carryOut(ctx)
	done := e.finish()
	done.Circumstances = x.world.circumstances(j.ID, start)
	done.Circumstances.PIDs = e.result.PIDs
	done.Circumstances.Dirs = []string{dir.path, e.workdir()}
	done.Stderr = e.stderr.bytes(x.redact)
	done.Checkpoints, done.Restorations = e.checkpoints, e.restorations
	return done
}

func placeholders(p PlannedRun) *strings.Replacer {
	return strings.NewReplacer(
		"{seed}", strconv.FormatUint(p.Seed, 10),
		"{run_id}", p.ID,
		"{workflow}", p.Workflow,
		"{cycle}", strconv.Itoa(p.Cycle),
	)
}

// prepare makes the folders and the environment that the run finds.
func (e *execution) prepare() error {
	folders := []string{"tmp", "out"}
	if e.x.config.Checkpoints {
		folders = append(folders, "checkpoint")
	}
	if e.x.config.Workdir == "fresh" {
		folders = append(folders, "work")
	}
	for _, f := range folders {
		if err := os.Mkdir(e.dir.sub(f), 0o700); err != nil {
			return err
		}
	}
	for _, f := range e.x.config.Files {
		if err := copyInto(e.dir.sub("work"), e.x.dir, f); err != nil {
			return fmt.Errorf("files: %w", err)
		}
	}
	e.env = e.environ()
	e.startTrace()
	return nil
}

func (e *execution) startTrace() {
	c := e.x.config
	command := make([]string, len(c.Command))
	for i, word := range c.Command {
		command[i] = e.x.redact.text(word)
	}
	e.builder = golden.NewBuilder(golden.Header{
		Workflow: e.job.Workflow, Seed: e.job.Seed, Output: c.Output, Command: command,
	}, golden.BuildOptions{MaxEvent: 2*int(c.MaxOutput) + 1<<20, SpoolDir: e.x.workDir})
	e.output = output{builder: e.builder, format: c.Output, maxEvents: c.MaxEvents}
}

func (e *execution) workdir() string {
	switch {
	case e.x.config.Workdir == "fresh":
		return e.dir.sub("work")
	case filepath.IsAbs(e.x.config.Workdir):
		return e.x.config.Workdir
	default:
		return filepath.Join(e.x.dir, e.x.config.Workdir)
	}
}

// environ returns the run's whole environment, sorted.
func (e *execution) environ() []string {
	env := maps.Clone(e.x.env)
	env["TMPDIR"] = e.dir.sub("tmp")
	env["SHADOWRUN_SEED"] = strconv.FormatUint(e.job.Seed, 10)
	env["SHADOWRUN_RUN_ID"] = e.job.ID
	env["SHADOWRUN_OUT"] = e.dir.sub("out")
	if e.x.config.Trace == "file" {
		env["SHADOWRUN_TRACE"] = e.dir.sub(traceFile)
	}
	if e.x.config.Checkpoints {
		env["SHADOWRUN_CHECKPOINT"] = e.dir.sub("checkpoint")
	}
	var all []string
	for _, k := range slices.Sorted(maps.Keys(env)) {
		all = append(all, k+"="+env[k])
	}
	return all
}

// carryOut runs the hooks and, between them, the command: twice where it is killed and resumed.
func (e *execution) carryOut(ctx context.Context) {
	for _, hook := range e.x.config.Before {
		if !e.hook(ctx, "before", hook) {
			return
		}
	}
	if e.job.killAfter > 0 {
		e.killAndResume(ctx)
	} else {
		e.command(ctx, 0)
	}
	e.stopped = e.result.Status == proc.Cancelled && ctx.Err() != nil
	for _, hook := range e.x.config.After {
		e.hook(context.WithoutCancel(ctx), "after", hook)
	}
}

// hook runs one command around the run; what it says goes to the run's standard error.
func (e *execution) hook(ctx context.Context, when string, argv []string) bool {
	spec := e.spec(argv)
	spec.Stdout = e.stderr.write
	result := proc.Run(ctx, spec)
	if result.Status == proc.Exited && result.Exit == 0 {
		return true
	}
	if e.broken == "" {
		e.broken = fmt.Sprintf("%s: %q: %s", when, strings.Join(argv, " "), result)
	}
	return false
}

func (e *execution) spec(argv []string) proc.Spec {
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = e.words.Replace(w)
	}
	c := e.x.config
	return proc.Spec{
		Argv:         words,
		Dir:          e.workdir(),
		Env:          e.env,
		Owner:        e.x.world.stateDir,
		Stderr:       e.stderr.write,
		Timeout:      time.Duration(c.Timeout),
		MaxOutput:    int64(c.MaxOutput),
		MaxProcesses: c.MaxProcesses,
		Now:          e.x.world.now,
	}
}

// command runs the command once and takes its output. It kills it after a checkpoint, where
// killAfter is not 0, and reports whether it came to that.
func (e *execution) command(ctx context.Context, killAfter int) (killed bool) {
	spec := e.spec(e.x.config.Command)
	write, flush := e.x.redact.stream(e.output.write)
	if e.x.config.Trace == "file" {
		spec.Stdout = e.stderr.write
	} else {
		spec.Stdout = write
	}
	if name := e.x.config.Stdin; name != "" {
		f, err := os.Open(filepath.Join(e.x.dir, name))
		if err != nil {
			e.broken = fmt.Sprintf("stdin: %v", err)
			return false
		}
		defer f.Close()
		spec.Stdin = f
	}
	running, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if e.x.config.Checkpoints {
		watch, err := watchCheckpoints(e.dir.sub("checkpoint"), killAfter, func() { cancel(errKilled) })
		if err != nil {
			e.broken = fmt.Sprintf("checkpoints: %v", err)
			return false
		}
		defer func() { e.checkpoints = watch.stop() }()
	}
	e.result = proc.Run(running, spec)
	if e.result.Status == proc.Cancelled && ctx.Err() == nil && context.Cause(running) == errKilled {
		return true
	}
	err := e.result.Err
	if err == nil && e.x.config.Trace == "file" {
		err = e.readTraceFile(write)
	}
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = e.output.close()
	}
	e.result.Err = err
	return false
}

// readTraceFile takes what the command wrote to SHADOWRUN_TRACE as its output.
func (e *execution) readTraceFile(write func([]byte) error) error {
	// A fifo or a device must not hang the harness; what a link points to is not the run's.
	f, err := os.OpenFile(e.dir.sub(traceFile), os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("SHADOWRUN_TRACE: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("SHADOWRUN_TRACE: %s is not a regular file", info.Mode().Type())
	}
	if most := int64(e.x.config.MaxOutput); info.Size() > most {
		return &limitError{fmt.Sprintf("output: more than %s (max_output)", Size(most))}
	}
	chunk := make([]byte, 64<<10)
	for {
		n, err := f.Read(chunk)
		if n > 0 {
			if err := write(chunk[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("SHADOWRUN_TRACE: %w", err)
		}
	}
}

// finish turns what happened into an execution.
func (e *execution) finish() Execution {
	status, exit, signal, message := e.ending()
	if status.Replayable() && *e.x.config.Artifacts {
		err := addArtifacts(e.builder, e.dir.sub("out"), e.x.redact, int64(e.x.config.MaxOutput))
		var limit *limitError
		if errors.As(err, &limit) {
			status, message = golden.StatusLimit, limit.message
		} else if err != nil {
			status, message = golden.StatusFault, err.Error()
		}
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

func (e *execution) ending() (status golden.Status, exit int, signal, message string) {
	var limit *limitError
	r := e.result
	switch {
	case e.broken != "":
		return golden.StatusFault, 0, "", e.broken
	case errors.As(r.Err, &limit):
		return golden.StatusLimit, 0, "", limit.message
	case r.Status == proc.TimedOut:
		return golden.StatusTimeout, 0, "", fmt.Sprintf("took longer than its %s timeout", e.x.config.Timeout)
	case r.Status == proc.Limited:
		return golden.StatusLimit, 0, "", r.LimitHit
	case e.stopped:
		return golden.StatusAbandoned, 0, "", "stopped while it was in flight"
	case r.Status == proc.NotStarted, r.Err != nil:
		return golden.StatusFault, 0, "", fmt.Sprint(r.Err)
	case r.Status == proc.Signaled:
		return golden.StatusSignal, 0, unix.SignalName(r.Signal), r.String()
	case r.Exit != 0:
		return golden.StatusExit, r.Exit, "", r.String()
	}
	return golden.StatusOK, 0, "", e.output.message
}
