package lab

import (
	"cmp"
	"fmt"
	"os"
	"syscall"
)

// Exit statuses of a process that could not do what its command would have done, as env(1) has them.
const (
	exitLab           = 125 // the lab's own failure, in the report
	exitNotExecutable = 126
	exitNotFound      = 127
)

// stages are what a re-executed process of this binary can be beside the tracer, by the name in its order. Each returns the
// exit status.
var stages = map[string]func(order) int{}

// RunChild becomes the tracer where this process was started as one, and exits; else it returns at once. It comes
// first in a main function, before anything is started or opened.
func RunChild() {
	hooked = true
	text, ok := os.LookupEnv(variable)
	if !ok {
		return
	}
	os.Unsetenv(variable)
	o, err := parseOrder(text)
	if err != nil {
		complain(fmt.Errorf("%s is for the lab's own use: %w", variable, err))
		syscall.Exit(exitLab)
	}
	if stage, ok := stages[o.Stage]; ok {
		syscall.Exit(stage(o))
	}
	if o.Task == nil {
		complain(fmt.Errorf("%s names no task", variable))
		syscall.Exit(exitLab)
	}
	syscall.Exit(o.Task.run())
}

// hooked tells that this binary calls RunChild, so that one that is started again becomes a tracer. One that does
// not, a test's perhaps, would do all over again what it was about to do, and start itself once more.
var hooked bool

// complain says on standard error what is wrong, as the program itself can't any more.
func complain(err error) { fmt.Fprintln(os.Stderr, "shadowrun:", err) }

// run carries the task out and returns the exit status, where this process has not died as the command did.
func (t *Task) run() int {
	r := &Report{Reads: map[string]int64{}}
	if _, treated := t.Treatment["pid"]; treated && t.inside == nil {
		return t.runApart(r)
	}
	status, err := t.arrange(r)
	if err == nil {
		return t.start(r)
	}
	return t.refuse(r, status, err)
}

// refuse ends a task that was not started.
func (t *Task) refuse(r *Report, status int, err error) int {
	complain(err)
	if status == exitLab {
		r.Error = err.Error()
	}
	if err := r.write(t.Report); err != nil {
		complain(err)
		return exitLab
	}
	return status
}

// arrange makes the private folders and applies those factors that need no tracing. Afterwards Env, Dir and Argv[0]
// are what the command starts with.
func (t *Task) arrange(r *Report) (status int, err error) {
	private := t.Treatment.foldersIn(t.Scratch)
	r.Dirs = private.list()
	dir := t.Dir
	if dir == "" {
		dir = "."
	}
	if err := private.make(cmp.Or(t.Source, dir), t.Scratch); err != nil {
		return exitLab, fmt.Errorf("lab: %w", err)
	}
	if private.work != "" {
		t.Dir = private.work
	}
	if t.Env, err = t.Treatment.environmentOf(t.Env, private, hasZoneFile); err != nil {
		return exitLab, fmt.Errorf("lab: %w", err)
	}
	return 0, nil
}
