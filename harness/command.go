package harness

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/replay/external"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// commandExecutor executes a workflow that is a command.
type commandExecutor struct {
	config  WorkflowConfig
	dir     string // the configuration's folder, absolute
	workDir string // where executions have their folders, absolute
	env     map[string]string
	redact  redactor
	world   world
	self    reexec
	outside *outside
}

func newCommandExecutor(c Config, w WorkflowConfig, world world, workDir string, self reexec, outside *outside) (*commandExecutor, error) {
	env := environment(c, w, os.LookupEnv)
	redact, err := newRedactor(c.Redact, env, os.LookupEnv)
	if err != nil {
		return nil, fmt.Errorf("workflow %s: %w", w.Name, err)
	}
	return &commandExecutor{config: w, dir: c.Dir, workDir: workDir, env: env, redact: redact, world: world, self: self, outside: outside}, nil
}

// refuseWritten refuses a workflow whose commands hold a value to be redacted: the ledger keeps
// the configuration, and needs it whole to resume.
func (x *commandExecutor) refuseWritten() error {
	for _, command := range slices.Concat([][]string{x.config.Command}, x.config.Before, x.config.After) {
		for _, word := range command {
			if masked := x.redact.text(word); masked != word {
				return fmt.Errorf("workflow %s: a command holds a value that redact: names, in %q; let it take the value from its environment (pass_env:)",
					x.config.Name, masked)
			}
		}
	}
	return nil
}

// execution is one execution under way.
type execution struct {
	x       *commandExecutor
	job     job
	dir     *runDir
	env     []string
	words   *strings.Replacer // the placeholders
	builder *golden.Builder
	output  *output
	stderr  tail
	result  proc.Result
	broken  string // what the harness or a hook failed at
	stopped bool   // the soak was stopped meanwhile
	lab     lab.Report
	session *external.Session   // nil: calls are simply made
	record  []external.Exchange // by which they are answered
	asked   []external.Exchange // by the process that was killed

	checkpoints, restorations int
}

func (x *commandExecutor) execute(ctx context.Context, j job) Execution {
	start := x.world.now()
	dir, err := makeRunDir(ctx, filepath.Join(x.workDir, j.ID))
	if err != nil {
		return noFolder(ctx, err)
	}
	e := &execution{x: x, job: j, dir: dir, words: placeholders(j.PlannedRun), stderr: tail{redact: x.redact}}
	defer dir.remove()
	if err := e.prepare(); err != nil {
		return faulted(err.Error())
	}
	defer e.builder.Discard()
	if err := e.connect(); err != nil {
		return faulted(err.Error())
	}
	e.carryOut(ctx)
	done := e.finish()
	done.Circumstances = x.world.circumstances(j.ID, start)
	done.Circumstances.PIDs = e.result.PIDs
	done.Circumstances.Dirs = []string{dir.path, e.workdir()}
	done.Stderr = e.stderr.bytes()
	done.Checkpoints, done.Restorations = e.checkpoints, e.restorations
	if j.treatment != nil {
		done.treated(j.treatment, e.lab)
	}
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
	folders := []string{"tmp", outFolder}
	if e.x.config.Checkpoints {
		folders = append(folders, "checkpoint")
	}
	if e.x.config.Workdir == freshWorkdir {
		folders = append(folders, "work")
	}
	for _, f := range folders {
		if err := e.dir.make(f); err != nil {
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
	e.output = newOutput(e.builder, c, e.x.redact)
}

func (e *execution) workdir() string {
	switch {
	case e.x.config.Workdir == freshWorkdir:
		return e.dir.sub("work")
	default:
		return below(e.x.dir, e.x.config.Workdir)
	}
}

// environ returns the run's whole environment, sorted.
func (e *execution) environ() []string {
	env := maps.Clone(e.x.env)
	env["TMPDIR"] = e.dir.sub("tmp")
	env["SHADOWRUN_SEED"] = strconv.FormatUint(e.job.Seed, 10)
	env["SHADOWRUN_RUN_ID"] = e.job.ID
	env["SHADOWRUN_OUT"] = e.dir.sub(outFolder)
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
// What a hook before it had begun, the hooks after it may undo, whatever came of it.
func (e *execution) carryOut(ctx context.Context) {
	if e.before(ctx) {
		if e.job.killAfter > 0 {
			e.killAndResume(ctx)
		} else {
			e.command(ctx, 0)
		}
		e.stopped = e.result.Status == proc.Cancelled && ctx.Err() != nil
	}
	for _, hook := range e.x.config.After {
		e.hook(context.Background(), "after", hook)
	}
}

func (e *execution) before(ctx context.Context) bool {
	for _, hook := range e.x.config.Before {
		if !e.hook(ctx, "before", hook) {
			return false
		}
	}
	return true
}

// hook runs one command around the run; what it says goes to the run's standard error.
func (e *execution) hook(ctx context.Context, when string, argv []string) bool {
	spec := e.spec(argv)
	spec.Stdout = e.stderr.stream()
	result := proc.Run(inFlight(ctx), spec)
	e.stderr.flush()
	if result.Status == proc.Exited && result.Exit == 0 {
		return true
	}
	if result.Status == proc.Cancelled && ctx.Err() != nil {
		e.stopped = true
	} else if e.broken == "" {
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
		Owner:        e.x.world.owner,
		Stderr:       e.stderr.stream(),
		Timeout:      time.Duration(c.Timeout),
		MaxOutput:    int64(c.MaxOutput),
		MaxProcesses: c.MaxProcesses,
		Now:          e.x.world.now,
	}
}

// command runs the command once and takes its output. It kills it after a checkpoint, where
// killAfter is not 0, and reports whether it came to that.
func (e *execution) command(ctx context.Context, killAfter int) (killed bool) {
	var err error
	spec := e.spec(e.x.config.Command)
	spec.Stdout = e.output.write
	if e.x.config.Trace == "file" {
		spec.Stdout = e.stderr.stream()
	}
	if name := e.x.config.Stdin; name != "" {
		f, err := openRegular(below(e.x.dir, name), 0)
		if err != nil {
			e.broken = fmt.Sprintf("stdin: %v", err)
			return false
		}
		defer f.Close()
		spec.Stdin = f
	}
	running, cancel := context.WithCancelCause(inFlight(ctx))
	defer cancel(nil)
	if e.x.config.Checkpoints {
		watch, err := watchCheckpoints(e.dir.sub("checkpoint"), killAfter, func() { cancel(errKilled) })
		if err != nil {
			e.broken = fmt.Sprintf("checkpoints: %v", err)
			return false
		}
		defer func() { e.checkpoints = watch.stop() }()
	}
	if e.job.treatment != nil {
		if err := enterLab(&spec, e.job, e.x.self, e.dir, e.session); err != nil {
			e.broken = fmt.Sprintf("lab: %v", err)
			return false
		}
	}
	e.result = proc.Run(running, spec)
	e.stderr.flush()
	if e.job.treatment != nil {
		if e.lab, err = leaveLab(&e.result, e.dir); err != nil {
			e.broken = err.Error()
			return false
		}
	}
	if e.result.Status == proc.Cancelled && ctx.Err() == nil && context.Cause(running) == errKilled {
		return true
	}
	err = e.result.Err
	if err == nil && e.x.config.Trace == "file" {
		err = e.readTraceFile()
	}
	if err == nil {
		err = e.output.close()
	}
	e.result.Err = err
	return false
}
