//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The options of all tracees. What a tracee makes is one, too.
const options = unix.PTRACE_O_EXITKILL | unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_TRACESYSGOOD |
	unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEEXEC

// launch starts the program and has it under control before its first instruction.
//
// os/exec's way of starting a tracee leaves it stopped behind its execve, but attached by
// PTRACE_TRACEME, under which a stopped process group can't stay stopped. So it is let go into a stop of its own and seized.
// The filter is installed by the tracee, at this point, with calls that are put into its registers: on the thread that
// forks it would also hold for the tracer, whose own calls have nobody to stop for.
func (t *tracer) launch(path string) (status int, err error) {
	runtime.LockOSThread() // a tracee belongs to a thread
	ignoreChildren()
	pid, err := t.fork(path)
	if refused := (refusedError{}); errors.As(err, &refused) {
		return exitLab, fmt.Errorf("lab: %w", refused.error)
	} else if err != nil {
		if errors.Is(err, syscall.EPERM) {
			return exitLab, fmt.Errorf("lab: program %s: %w: ptrace(2) is refused here", path, err)
		}
		return t.task.diagnose(err, path)
	}
	c := &tracee{t: t, tid: pid, stream: "0", begun: true}
	t.root, t.births = pid, 1
	t.tracees[pid] = c
	if t.token != nil {
		t.token.holder = c
	}
	t.born(pid)
	for _, step := range []struct {
		what string
		do   func(*tracee) error
	}{{"seizing it", t.seize}, {"its start", t.greet}, {"the seccomp filter", t.install}} {
		if err := step.do(c); err != nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return exitLab, fmt.Errorf("lab: program %s: %s: %w", path, step.what, err)
		}
	}
	if err := t.resume(c, 0); err != nil && err != unix.ESRCH {
		return exitLab, fmt.Errorf("lab: program %s: %w", path, err)
	}
	return 0, nil
}

// refusedError is why this thread could not be changed as the command is to inherit it: nothing is wrong with the program then.
type refusedError struct{ error }

// fork starts the program, which stops behind its execve. A program that was just written may still be open in a child that
// another process is forking, which lasts for as long as an exec takes.
func (t *tracer) fork(path string) (pid int, err error) {
	for _, change := range t.starts {
		undo, err := change()
		if err != nil {
			return 0, refusedError{err}
		}
		defer undo()
	}
	env := t.task.Env
	if env == nil {
		env = []string{} // nil would be ours
	}
	attr := &syscall.ProcAttr{
		Dir: t.task.Dir, Env: env, Files: []uintptr{0, 1, 2},
		Sys: &syscall.SysProcAttr{Ptrace: true, Setsid: true, Pdeathsig: syscall.SIGKILL, PidFD: &t.rootFD},
	}
	for nap := time.Millisecond; ; nap *= 2 {
		pid, err = syscall.ForkExec(path, t.task.Argv, attr)
		if err != syscall.ETXTBSY || nap > 64*time.Millisecond {
			return pid, err
		}
		time.Sleep(nap)
	}
}

// seize exchanges PTRACE_TRACEME for PTRACE_SEIZE. Nobody else knows the pid yet, so nobody sends SIGCONT.
func (t *tracer) seize(c *tracee) error {
	if err := c.awaitStop(func(s unix.WaitStatus) bool { return s.StopSignal() == unix.SIGTRAP }); err != nil {
		return err
	}
	if err := ptrace(unix.PTRACE_DETACH, c.tid, 0, uintptr(unix.SIGSTOP)); err != nil {
		return err
	}
	isStop := func(s unix.WaitStatus) bool { return s.StopSignal() == unix.SIGSTOP }
	if err := c.awaitStop(isStop); err != nil {
		return err
	}
	if err := ptrace(unix.PTRACE_SEIZE, c.tid, 0, options); err != nil {
		return err
	}
	if err := c.awaitStop(func(s unix.WaitStatus) bool { return int(s)>>16 == unix.PTRACE_EVENT_STOP }); err != nil {
		return err
	}
	if err := unix.Kill(c.tid, unix.SIGCONT); err != nil {
		return err
	}
	if err := t.resume(c, 0); err != nil {
		return err
	}
	return c.awaitStop(func(s unix.WaitStatus) bool { return s.StopSignal() == unix.SIGCONT })
}

// awaitStop waits for a certain stop of the only tracee that there is yet; others are passed over.
func (c *tracee) awaitStop(is func(unix.WaitStatus) bool) error {
	for {
		var status unix.WaitStatus
		if _, err := unix.Wait4(c.tid, &status, unix.WALL|unix.WUNTRACED, nil); err == unix.EINTR {
			continue
		} else if err != nil {
			return err
		}
		if !status.Stopped() {
			return fmt.Errorf("it ended before it began: status %#x", int(status))
		}
		if is(status) {
			return nil
		}
		if err := unix.PtraceCont(c.tid, 0); err != nil {
			return err
		}
	}
}

// install makes the tracee install the filter.
func (t *tracer) install(c *tracee) error {
	if c.regs.foreign() {
		return nil // told of by greet
	}
	program, err := filter(t.traps)
	if err != nil {
		return err
	}
	own, entry := c.regs, uintptr(c.regs.instruction())
	code := make([]byte, 8)
	if _, err := unix.PtracePeekText(c.tid, entry, code); err != nil {
		return err
	}
	if _, err := unix.PtracePokeText(c.tid, entry, append(append([]byte{}, callInstruction...), code[len(callInstruction):]...)); err != nil {
		return err
	}
	failed := c.installAt(program, own.stack()-16<<10)
	if _, err := unix.PtracePokeText(c.tid, entry, code); err != nil {
		return err
	}
	c.regs = own
	return errors.Join(failed, c.regs.set(c.tid))
}

// installAt puts the program below the stack, which is 128 KiB deep at least, and takes it away again. Without privileges
// the kernel demands that set-user-id programs be ordinary ones from then on.
func (c *tracee) installAt(program []unix.SockFilter, at uint64) error {
	text := filterText(program, at)
	if err := c.write(at, text); err != nil {
		return err
	}
	defer c.write(at, make([]byte, len(text)))
	result, err := c.inject(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, at)
	if err == nil && result == -int64(unix.EACCES) {
		if result, err = c.inject(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err == nil && result == 0 {
			result, err = c.inject(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, at)
		}
	}
	if err == nil && result < 0 {
		err = fmt.Errorf("seccomp(2) is refused: %w", unix.Errno(-result))
	}
	return err
}

// filterText is a program as seccomp(2) wants it at an address.
func filterText(program []unix.SockFilter, at uint64) []byte {
	size := len(program) * int(unsafe.Sizeof(program[0]))
	text := pair(int64(len(program)), int64(at)+16) // struct sock_fprog: a length in 16 bits, a pointer
	return append(text, unsafe.Slice((*byte)(unsafe.Pointer(&program[0])), size)...)
}

// inject makes the tracee, which stands at callInstruction, make a call.
func (c *tracee) inject(nr int, args ...uint64) (result int64, err error) {
	regs := c.regs
	regs.prepare(nr, args...)
	if err := regs.set(c.tid); err != nil {
		return 0, err
	}
	for range 2 { // its entry and its end
		if err := unix.PtraceSyscall(c.tid, 0); err != nil {
			return 0, err
		}
		if err := c.awaitStop(func(s unix.WaitStatus) bool { return s.StopSignal() == callStop }); err != nil {
			return 0, err
		}
	}
	if err := regs.get(c.tid); err != nil {
		return 0, err
	}
	return regs.result(), nil
}

// ignoreChildren ends the signal that each stop of a tracee is to the tracer: wait4 tells of it.
func ignoreChildren() { defaultAction(unix.SIGCHLD) }

// defaultAction takes a signal out of Go's hands.
func defaultAction(sig syscall.Signal) {
	var action [4]uint64 // struct sigaction: SIG_DFL, no flags, no mask
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
}

// dieOf ends this process by a signal, and leaves no core.
func dieOf(sig syscall.Signal) {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	defaultAction(sig)
	_ = unix.Kill(unix.Getpid(), sig)
	time.Sleep(100 * time.Millisecond) // it is delivered to any thread, soon
}
