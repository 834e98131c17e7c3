//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// tracer runs one command. All of its methods are called on one thread.
type tracer struct {
	task   *Task
	report *Report

	traps      []trap
	laterTraps []trap // a second filter's, which the command does not begin with
	byCall     map[int][]*trap
	redirects  map[string]redirect
	starts     []func() (undo func(), err error)
	execs      []func(*tracee) error
	atBirths   []func(birth) time.Duration
	atGoings   []func(tid int) time.Duration
	noVDSO     bool

	ahead int64 // of the clocks: by what they were paused, ns

	root     int
	rootFD   int    // a pidfd
	begun    func() // tells supervise that the root is there
	tracees  map[int]*tracee
	newborns map[int]unix.WaitStatus // stopped before their parent told of them, or dead already
	births   int
	holds    []hold
	token    *token // nil: all run as they like
}

func newTracer(t *Task, r *Report) *tracer {
	return &tracer{task: t, report: r, byCall: map[int][]*trap{}, redirects: map[string]redirect{}, tracees: map[int]*tracee{}, newborns: map[int]unix.WaitStatus{}, rootFD: -1}
}

// trap adds a system call to stop at.
func (t *tracer) trap(p trap) { t.traps = append(t.traps, p) }

// trapFirst adds a trap that comes before those that are there: one that only looks does, since one that answers a call is the last.
func (t *tracer) trapFirst(p trap) { t.traps = slices.Insert(t.traps, 0, p) }

// beforeStart adds what is called on the thread that forks the command, for the command to inherit, and undone after it.
func (t *tracer) beforeStart(change func() (undo func(), err error)) {
	t.starts = append(t.starts, change)
}

// atExec adds what is called when a process has got a new program, before its first instruction.
func (t *tracer) atExec(do func(*tracee) error) { t.execs = append(t.execs, do) }

// atBirth adds what says for how long a newborn thread or process is held. The longest counts.
func (t *tracer) atBirth(hold func(birth) time.Duration) { t.atBirths = append(t.atBirths, hold) }

// atGoing adds what is asked when the time of a newborn that was held is over: for how much longer it is held. It is asked again then.
func (t *tracer) atGoing(longer func(tid int) time.Duration) { t.atGoings = append(t.atGoings, longer) }

// hideVDSO takes the vDSO away from programs: what they read without a system call becomes one.
func (t *tracer) hideVDSO() { t.noVDSO = true }

// start runs the command under the treatment.
func (t *Task) start(r *Report) int {
	tr := newTracer(t, r)
	if err := tr.setUp(); err != nil {
		return t.refuse(r, exitLab, err)
	}
	path, err := t.find()
	if err != nil {
		status := exitNotFound
		if errors.Is(err, syscall.EACCES) {
			status = exitNotExecutable
		}
		return t.refuse(r, status, err)
	}
	stop := tr.supervise()
	if status, err := tr.launch(path); err != nil {
		stop()
		return t.refuse(r, status, err)
	}
	tr.begun()
	status := tr.loop()
	stop()
	if err := r.write(t.Report); err != nil {
		complain(err)
		return exitLab
	}
	if t.inside != nil {
		if err := t.inside.end(status); err == nil {
			return 0 // the first process of a namespace can't die of a signal of its own: the outer stage does
		}
	}
	return endAs(status)
}

// runApart runs the task in a namespace of process ids of its own.
func (t *Task) runApart(r *Report) int {
	status, err := t.runOutside()
	if err != nil {
		return t.refuse(r, exitLab, fmt.Errorf("lab: %w", err))
	}
	return endAs(status)
}

// setUp arranges for each factor of the treatment, in the order of their names.
func (t *tracer) setUp() error {
	for _, factor := range slices.Sorted(maps.Keys(t.task.Treatment)) {
		if effect, ok := effects[factor]; ok {
			if err := effect(t, t.task.Treatment[factor]); err != nil {
				return fmt.Errorf("lab: %s=%s: %w", factor, t.task.Treatment[factor], err)
			}
		}
	}
	if err := t.trapConnects(); err != nil {
		return err
	}
	t.trapOpens()
	t.trapMakes()
	t.trapRivals()
	for i := range t.traps {
		p := &t.traps[i]
		t.byCall[p.call] = append(t.byCall[p.call], p)
	}
	for i := range t.laterTraps {
		p := &t.laterTraps[i]
		t.byCall[p.call] = append(t.byCall[p.call], p)
	}
	return nil
}

// supervise passes signals on, and ends what takes too long, from when begun is called until the command has ended.
// Signals that come earlier wait.
func (t *tracer) supervise() (stop func()) {
	started, over := make(chan struct{}), make(chan struct{})
	t.begun = sync.OnceFunc(func() { close(started) })
	stopForwarding := forward(func(sig syscall.Signal) {
		select {
		case <-started:
		case <-over:
			return
		}
		if unix.Kill(-t.root, sig) != nil {
			_ = unix.PidfdSendSignal(t.rootFD, sig, nil, 0)
		}
	})
	var fired atomic.Bool
	watch := sync.WaitGroup{}
	if t.task.Watchdog > 0 {
		timer := time.NewTimer(t.task.Watchdog)
		watch.Go(func() {
			defer timer.Stop()
			select {
			case <-over:
				return
			case <-timer.C:
			}
			select {
			case <-over:
			case <-started:
				fired.Store(true)
				_ = unix.PidfdSendSignal(t.rootFD, unix.SIGKILL, nil, 0)
			}
		})
	}
	return func() {
		close(over)
		stopForwarding()
		watch.Wait()
		t.report.Watchdog = fired.Load()
		unix.Close(t.rootFD)
	}
}

// loop serves stops until the command has ended, and returns how it did.
func (t *tracer) loop() syscall.WaitStatus {
	for {
		tid, status, err := t.wait()
		if err != nil {
			t.report.failed(fmt.Errorf("lab: waiting for the command: %w", err))
			return syscall.WaitStatus(exitLab << 8)
		}
		if status.Exited() || status.Signaled() {
			if tid == t.root {
				return syscall.WaitStatus(status)
			}
			t.gone(tid)
			continue
		}
		c, known := t.tracees[tid]
		if !known {
			t.stash(tid, status)
			continue
		}
		if !c.begun {
			t.check(c, t.begin(c, status))
			continue
		}
		t.check(c, t.serve(c, status))
	}
}

// wait returns the next stop or end. While somebody is held back it looks for one every now and then: there is no way to wait for a
// tracee and a time alike that leaves Go's signals alone.
func (t *tracer) wait() (tid int, status unix.WaitStatus, err error) {
	for nap := 20 * time.Microsecond; ; nap = min(2*nap, 200*time.Microsecond) {
		t.release()
		flags := unix.WALL
		if soon := t.token != nil && t.token.settle(); soon || len(t.holds) > 0 {
			flags |= unix.WNOHANG
		}
		tid, err = unix.Wait4(-1, &status, flags, nil)
		switch {
		case err == unix.EINTR:
		case err != nil || tid > 0:
			return tid, status, err
		default:
			pauseFor := unix.NsecToTimespec(int64(nap))
			_ = unix.Nanosleep(&pauseFor, nil)
		}
	}
}

// check notes a failure. That a tracee died meanwhile is none: wait tells of it.
func (t *tracer) check(c *tracee, err error) {
	if err != nil && !errors.Is(err, unix.ESRCH) {
		t.report.failed(fmt.Errorf("lab: %s: %w", c.name(), err))
		_ = t.resume(c, 0)
	}
}

// resume lets a thread go on, with a signal delivered or 0.
func (t *tracer) resume(c *tracee, sig int) error {
	if t.token != nil {
		return t.token.resume(c, sig)
	}
	return unix.PtraceCont(c.tid, sig)
}

// gone forgets a thread that has ended.
func (t *tracer) gone(tid int) {
	if c := t.tracees[tid]; c != nil {
		t.drop(c)
	}
	delete(t.tracees, tid)
	delete(t.newborns, tid)
}

// drop lets go of what is kept for a thread.
func (t *tracer) drop(c *tracee) {
	c.closeFiles()
	if t.token != nil {
		t.token.leave(c)
	}
}
