//go:build unix && !linux

package proc

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// rssUnit is what Rusage.Maxrss counts in.
var rssUnit = map[bool]int64{true: 1, false: 1 << 10}[runtime.GOOS == "darwin"]

// family is a program and what stays in its process group: all that can be told of its
// descendants here.
type family struct {
	root   int
	status syscall.WaitStatus
	usage  syscall.Rusage
	err    error
}

func newFamily(string, []string) *family { return &family{} }

func (f *family) release() {}

// fork starts the program in a session of its own.
func (f *family) fork(path string, argv []string, attr *syscall.ProcAttr) (err error) {
	attr.Sys = &syscall.SysProcAttr{Setsid: true}
	f.root, err = syscall.ForkExec(path, argv, attr)
	return err
}

// await returns when the program has ended, and has reaped it.
func (f *family) await() {
	for {
		_, f.err = syscall.Wait4(f.root, &f.status, 0, &f.usage)
		if f.err != syscall.EINTR {
			return
		}
	}
}

// reap says how the program ended.
func (f *family) reap() (syscall.WaitStatus, syscall.Rusage, error) {
	if f.err != nil {
		return f.status, f.usage, fmt.Errorf("waiting for pid %d: %w", f.root, f.err)
	}
	return f.status, f.usage, nil
}

func (f *family) terminate() { _ = syscall.Kill(-f.root, syscall.SIGTERM) }

func (f *family) kill() { _ = syscall.Kill(-f.root, syscall.SIGKILL) }

// clear kills the group. Who left it lives on.
func (f *family) clear() (left int, err error) {
	f.kill()
	return 0, nil
}

// census counts nothing: MaxProcesses is not enforced.
func (f *family) census(bool) (alive int, again time.Duration) { return 0, reapEvery }

func (f *family) pids() []int { return []int{f.root} }

// Sweep needs Linux.
func Sweep(owner string) (killed []int, err error) {
	return nil, fmt.Errorf("sweep: what runs of %s left behind: %w", owner, errors.ErrUnsupported)
}
