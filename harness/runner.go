package harness

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/shadowrun/shadowrun/replay"
)

// Runner carries out a plan: cycle by cycle, every run replayed and every result recorded.
type Runner struct {
	Config    Config     // valid, with its defaults
	Workflows []Workflow // those of the configuration that are Go values
	StateDir  string     // absolute; executions have their folders in it
	Owner     string     // on whose behalf processes are started, for sweeping up after a kill; "": the state folder
	SoakID    string     // names the soak in those folders' paths
	SelfArgs  []string   // with which this binary, started again, comes to [RunChild]
	Record    Record
	Notify    func(Event)      // from one goroutine; nil: nobody watches
	Now       func() time.Time // the wall clock; nil: time.Now

	FirstCycle int             // 1, or where a resumed soak goes on
	Rest       *Rest           // what of FirstCycle is to be made up for; nil: all of it is to be done
	Cycles     int             // up to which cycle; 0: no limit
	Remaining  time.Duration   // of active time; 0: no limit, negative: it is over
	Tally      Tally           // of the soak's earlier sessions
	Halt       <-chan struct{} // closed: nothing more is launched, what is in flight finishes; nil: never

	plan      *Plan
	clock     func() time.Time // Now, but steady
	workflows map[string]*prepared
	world     world
	prints    fingerprinter
	around    string // fingerprint of the environment
	burners   *burners
	self      reexec
	outside   *outside
	committed acknowledged
}

// Rest is what a session that was stopped left of the cycle that it had in flight.
type Rest struct {
	Runs     []int      // positions of those that were abandoned
	Rechecks []Position // those that were not done
}

// prepared is a workflow made ready to run.
type prepared struct {
	config   WorkflowConfig
	executor executor
	rules    *replay.RuleSet
	build    atomic.Pointer[string] // fingerprint, as of the latest cycle
}

// ErrStopped is the cause of a context with which [Runner.Run] is told to stop at once; what
// is in flight is then abandoned.
var ErrStopped = errors.New("stopped")

// Prepare makes the runner ready. It is called first, and once.
func (r *Runner) Prepare() error {
	if r.Now == nil {
		r.Now = time.Now
	}
	if r.Notify == nil {
		r.Notify = func(Event) {}
	}
	r.clock = Steady(r.Now)
	r.plan = NewPlan(r.Config)
	r.world = newWorld(r.Now, cmp.Or(r.Owner, r.StateDir))
	r.workflows = map[string]*prepared{}
	self, err := newReexec(r.SelfArgs)
	if err != nil {
		return err
	}
	r.self = self
	r.burners = &burners{self: self}
	r.outside = &outside{dir: filepath.Join(r.StateDir, "external"), redact: r.redact}
	workDir := r.workDir()
	for _, w := range r.Config.Workflows {
		p := &prepared{config: w}
		if p.rules, err = r.Config.RuleSet(w.Name); err != nil {
			return err
		}
		if w.Command != nil {
			p.executor, err = r.commandExecutor(w, workDir, self)
		} else {
			p.executor, err = r.goExecutor(w, workDir, self)
		}
		if err != nil {
			return err
		}
		r.workflows[w.Name] = p
	}
	r.around = string(Environment())
	return r.fingerprint()
}

// workDir is where executions have their folders, absolute.
func (r *Runner) workDir() string { return filepath.Join(r.StateDir, "work", r.SoakID) }

// Scratch makes a private folder for what is done beside executions; remove removes it. What a killed process
// leaves of it goes with the folders of its executions: see [RemoveRunDirs].
func (r *Runner) Scratch() (dir string, remove func() error, err error) {
	d, err := makeScratch(r.workDir())
	if err != nil {
		return "", nil, err
	}
	return d.path, d.remove, nil
}

func (r *Runner) commandExecutor(w WorkflowConfig, workDir string, self reexec) (executor, error) {
	x, err := newCommandExecutor(r.Config, w, r.world, workDir, self, r.outside)
	if err != nil {
		return nil, err
	}
	return x, x.refuseWritten()
}

// redact takes the secrets of all workflows out of a call.
func (r *Runner) redact(text []byte) []byte {
	for _, w := range r.Config.Workflows {
		if x, ok := r.workflows[w.Name].executor.(*commandExecutor); ok {
			text = x.redact.bytes(text)
		}
	}
	return text
}

// Close ends what executions share. The runner may be used again.
func (r *Runner) Close() error { return r.outside.close() }

// fingerprint notes every workflow's build, as it is now.
func (r *Runner) fingerprint() error {
	for _, w := range r.Config.Workflows {
		build, err := r.prints.build(r.Config.Dir, w)
		if err != nil {
			return fmt.Errorf("workflow %s: %w", w.Name, err)
		}
		r.workflows[w.Name].build.Store(&build)
	}
	return nil
}

// Builds returns the fingerprint of each workflow's build, by name.
func (r *Runner) Builds() map[string]string {
	builds := map[string]string{}
	for name, w := range r.workflows {
		builds[name] = *w.build.Load()
	}
	return builds
}

// Self returns the command with which this binary, started again, comes to [RunChild].
func (r *Runner) Self() []string { return r.self.argv() }

// Home returns the home folder of whoever runs the soak.
func (r *Runner) Home() string { return r.world.home }

// User returns the login name of whoever runs the soak.
func (r *Runner) User() string { return r.world.user }

func (r *Runner) goExecutor(w WorkflowConfig, workDir string, self reexec) (executor, error) {
	for _, candidate := range r.Workflows {
		if candidate.Name() == w.Name {
			return newGoExecutor(r.Config, w, candidate, r.world, workDir, self)
		}
	}
	return nil, fmt.Errorf("workflow %s: it has no command, and this binary has no workflow of that name", w.Name)
}

// Run carries the plan out until its end, the deadline, or a stop: the end of stop lets the
// cycle in flight finish, that of Halt the executions in flight, and the end of ctx abandons them.
// What was acknowledged is in the record, whatever error is returned.
func (r *Runner) Run(ctx context.Context, stop <-chan struct{}) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	waiting := newQueue()
	r.committed.set(r.FirstCycle - 1)
	var group errgroup.Group
	group.Go(func() error {
		err := r.commit(waiting)
		r.committed.end(err)
		if err != nil {
			cancel(err)
			waiting.discard()
		}
		return err
	})
	group.Go(func() error {
		defer close(waiting.cycles)
		launching, release := Halting(ctx, r.Halt)
		defer release()
		r.cycles(launching, stop, waiting)
		return nil
	})
	err := group.Wait()
	r.burners.stop()
	return errors.Join(err, r.Close())
}

// cycles carries out one cycle after another, each an interval after the one before it. What
// an earlier session left is made up for even where the time is over.
func (r *Runner) cycles(ctx context.Context, stop <-chan struct{}, waiting queue) {
	interval := time.Duration(*r.Config.Interval)
	deadline := r.clock().Add(r.Remaining)
	over := func() bool { return r.Remaining != 0 && !r.clock().Before(deadline) }
	makesUp := r.Rest != nil
	for n := r.FirstCycle; (r.Cycles == 0 || n <= r.Cycles) && (makesUp || !over()) && !done(stop); n++ {
		started := r.clock()
		result := r.cycle(ctx, n, started)
		if interval > 0 && !result.abandoned() { // one that comes again is counted then
			result.Overrun = max(0, result.Ended.Sub(started)-interval)
		}
		waiting.put(result)
		makesUp = false
		next := started.Add(interval)
		if r.Remaining != 0 && next.After(deadline) {
			next = deadline
		}
		if n != r.Cycles && !r.wait(ctx, stop, next) {
			return
		}
	}
}

// wait waits until a time and reports whether it came to that.
func (r *Runner) wait(ctx context.Context, stop <-chan struct{}, until time.Time) bool {
	left := until.Sub(r.clock())
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-stop:
		return false
	case <-ctx.Done():
		return false
	}
}

func done(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
