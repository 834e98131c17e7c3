//go:build unix && !(linux && (amd64 || arm64))

package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// runApart needs a namespace of process ids.
func (t *Task) runApart(r *Report) int {
	return t.refuse(r, exitLab, notHere("pid"))
}

func notHere(factor string) error {
	return fmt.Errorf("lab: %s: not available here: it needs Linux on x86-64, this is %s on %s", factor, runtime.GOOS, runtime.GOARCH)
}

// EntranceRefused tells why connections can't be made to an [Entrance] here.
func EntranceRefused() error { return notHere("connections") }

// start becomes the command, if the treatment holds only what needs no tracing.
func (t *Task) start(r *Report) int {
	for name := range t.Treatment {
		if f, ok := factorByName(name); ok && f.Needs != NeedsNothing && f.Needs != NeedsTheWorkflow {
			return t.refuse(r, exitLab, notHere(name))
		}
	}
	if t.Entrance != nil {
		r.escaped("connections: " + EntranceRefused().Error())
	}
	if mask, ok := t.Treatment["umask"]; ok {
		bits, err := strconv.ParseUint(mask, 8, 9)
		if err != nil {
			return t.refuse(r, exitLab, fmt.Errorf("lab: umask: %w", err))
		}
		defer syscall.Umask(syscall.Umask(int(bits)))
	}
	path, err := t.find()
	if err != nil {
		status := exitNotFound
		if errors.Is(err, fs.ErrPermission) {
			status = exitNotExecutable
		}
		return t.refuse(r, status, err)
	}
	child, err := os.StartProcess(path, t.Argv, &os.ProcAttr{
		Dir: t.Dir, Env: t.Env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		status, err := t.diagnose(err, path)
		return t.refuse(r, status, err)
	}
	r.PIDs, r.OwnPIDs = []int{child.Pid}, []int{child.Pid}
	defer forward(func(sig syscall.Signal) {
		if syscall.Kill(-child.Pid, sig) != nil {
			_ = child.Signal(sig)
		}
	})()
	if t.Watchdog > 0 {
		timer := time.AfterFunc(t.Watchdog, func() { _ = syscall.Kill(-child.Pid, syscall.SIGKILL) })
		defer func() { r.Watchdog = !timer.Stop() }()
	}
	state, err := child.Wait()
	r.failed(err)
	if err := r.write(t.Report); err != nil {
		complain(err)
	}
	_ = syscall.Kill(-child.Pid, syscall.SIGKILL) // what stayed in its group; who left it lives on
	return endAs(state.Sys().(syscall.WaitStatus))
}
