package drill

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/shadowrun/shadowrun/runbook"
)

// Scenario is a testscript that carries steps out.
type Scenario struct {
	File string // as people know it: scenarios/tabletop.txtar
	Text []byte
}

// Name is that of the file, without its ending.
func (s Scenario) Name() string {
	return strings.TrimSuffix(strings.TrimSuffix(filepath.Base(s.File), ".txtar"), ".txt")
}

// Options say what a scenario is run with.
type Options struct {
	Books []*runbook.Book
	// Program is what the name shadowrun stands for in a block; "" is the program that is running.
	Program string
	// Env is added to the environment of the scenario, over what that has by itself: a PATH, and a HOME and a TMPDIR of its own.
	Env map[string]string
	// Services are health, database, redis and prometheus, with their URLs; a block finds them by [ServiceVariable]. The
	// scenario reaches them through a proxy that it can drop, but not where Live.
	Services map[string]string
	// Live says that the services are in use: faults are refused.
	Live bool
	// Destructive allows steps that a runbook marks so, where Live.
	Destructive bool
	// Limit is how long a step may take; 0 is a minute.
	Limit time.Duration
	// Record is told of each step, and may be nil. It is called by one goroutine at a time.
	Record func(runbook.CarriedOut)
	// Verbose has the log hold all that was done, also what succeeded.
	Verbose bool
}

// Result is what came of a scenario.
type Result struct {
	Verdict runbook.Verdict // Pass, Fail or Skipped
	Why     string          // where it is no pass: in a line or more
	Log     string          // of the script, as testscript writes it
}

// run is a scenario that is being carried out.
type run struct {
	Options
	ctx      context.Context
	scenario Scenario
	script   script
	ts       *testscript.TestScript // of the command at hand
	dir      string                 // of our own files
	mark     string
	values   map[string]string // what bind bound
	shell    *shell
	within   *runbook.Procedure // whose steps share the shell
	proxies  map[string]*proxy  // by the service's name
	pending  []record           // carried out, not all asserted yet
	told     map[place]bool
	last     *carried     // the step before
	fills    []string     // files that fault made
	mounts   []string     // file systems, likewise
	soaks    []chan error // in the background; each is sent how it ended
	held     bool         // its uses, to what was reviewed
	reached  bool         // its end
	left     error        // what of it is left behind
}

// Run carries a scenario out. An error is about the drill itself; what is wrong with the scenario is in its result.
func Run(ctx context.Context, s Scenario, o Options) (result Result, err error) {
	dir, err := os.MkdirTemp("", "shadowrun-drill-")
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if o.Limit == 0 {
		o.Limit = time.Minute
	}
	r := &run{Options: o, ctx: ctx, scenario: s, dir: dir, mark: rand.Text(), values: map[string]string{}, proxies: map[string]*proxy{}, told: map[place]bool{}}
	if r.script, err = s.prepare(r.mark); err != nil {
		return r.result(runbook.Fail, err.Error(), ""), nil
	}
	file := filepath.Join(dir, filepath.Base(s.File))
	if err := os.WriteFile(file, r.script.text, 0o666); err != nil {
		return Result{}, err
	}
	env, err := r.environment()
	if err != nil {
		return Result{}, err
	}
	defer r.dropAll()
	t := newT(o.Verbose)
	t.run(func() {
		testscript.RunT(t, testscript.Params{
			Files: []string{file}, Cmds: r.commands(), RequireUniqueNames: true,
			Setup: func(e *testscript.Env) error {
				e.Setenv("HOME", filepath.Join(e.WorkDir, ".home"))
				e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, ".home", "state"))
				for name, value := range env {
					e.Setenv(name, value)
				}
				e.Defer(r.end) // before its folder is removed
				return os.Mkdir(filepath.Join(e.WorkDir, ".home"), 0o777)
			},
		})
	})
	log := strings.TrimSuffix(strings.ReplaceAll(t.log(), file, s.File), "\n")
	log = numbered.ReplaceAllString(log, "> $1 ")
	switch {
	case r.left != nil:
		return r.result(runbook.Fail, s.File+": "+r.left.Error(), log), nil
	case t.skipped:
		return r.result(runbook.Skipped, "it says skip: "+t.why, log), nil
	case t.failed:
		return r.result(runbook.Fail, r.failure(log), log), nil
	case !r.reached:
		return r.result(runbook.Fail, s.File+": its end was not reached: a script that stops certifies nothing", log), nil
	}
	return r.result(runbook.Pass, "", log), nil
}

// result tells what is known of the steps, and of those that were not reached.
func (r *run) result(verdict runbook.Verdict, why, log string) Result {
	r.settle(verdict, why)
	return Result{Verdict: verdict, Why: why, Log: log}
}

// failure says what failed, by a line of the scenario, and of which step.
func (r *run) failure(log string) string {
	why := log
	if i := strings.LastIndex(log, failed); i >= 0 {
		why = log[i+len(failed):]
	}
	why = strings.TrimSpace(why)
	if n := len(r.pending); n > 0 {
		why += "\n" + r.pending[n-1].String()
	}
	return why
}

// numbered is a line of a log with the number that [Scenario.prepare] gave it.
var numbered = regexp.MustCompile(`(?m)^> (step|procedure|exitcode) \d+ `)

// failed is what testscript begins a failure with.
const failed = "FAIL: "

// environment returns what a scenario has beside testscript's own.
func (r *run) environment() (map[string]string, error) {
	program := r.Program
	if program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		program = self
	}
	bin := filepath.Join(r.dir, "bin")
	if err := os.Mkdir(bin, 0o777); err != nil {
		return nil, err
	}
	if err := os.Symlink(program, filepath.Join(bin, "shadowrun")); err != nil {
		return nil, err
	}
	env := map[string]string{
		"PATH": bin + string(os.PathListSeparator) + os.Getenv("PATH"), "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1",
		markVariable: r.mark,
	}
	maps.Copy(env, r.Env)
	for name, url := range r.Services {
		address, err := r.reach(name, url)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		env[ServiceVariable(name)] = address
	}
	return env, nil
}

// end ends all that the scenario started.
func (r *run) end() {
	if r.shell != nil {
		r.shell.close()
		r.shell = nil
	}
	if err := endFamily(r.mark, time.Second); err != nil {
		r.left = err
	}
	for _, ended := range r.soaks {
		<-ended
	}
	for _, name := range r.fills {
		os.Remove(name)
	}
	for _, dir := range r.mounts {
		if err := unmount(dir); err != nil {
			r.left = errors.Join(r.left, err)
		}
	}
}
