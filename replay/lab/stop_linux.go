//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

const callStop = unix.SIGTRAP | 0x80 // with PTRACE_O_TRACESYSGOOD

// serve does what is due at a stop and lets the thread go on.
func (t *tracer) serve(c *tracee, status unix.WaitStatus) error {
	sig, event := status.StopSignal(), int(status)>>16
	switch {
	case sig == callStop:
		return t.leave(c)
	case event == 0:
		return t.resume(c, int(sig))
	}
	switch event {
	case unix.PTRACE_EVENT_SECCOMP:
		return t.enter(c)
	case unix.PTRACE_EVENT_FORK, unix.PTRACE_EVENT_VFORK, unix.PTRACE_EVENT_CLONE:
		if err := t.birth(c, event); err != nil {
			return err
		}
		if event == unix.PTRACE_EVENT_VFORK && t.token != nil {
			return t.token.enter(c, inLongCall)
		}
	case unix.PTRACE_EVENT_EXEC:
		if err := t.exec(c); err != nil {
			return err
		}
		c = t.tracees[c.tid] // it may have been another thread that called it
		if d := c.heldAtExec; d > 0 {
			c.heldAtExec = 0
			t.holdBack(c, d, func() error { return t.letGo(c, func() error { return t.resume(c, 0) }) })
			return nil
		}
	case unix.PTRACE_EVENT_STOP:
		if sig != unix.SIGTRAP { // a group's stop: it stays, and wakes by SIGCONT
			if t.token != nil {
				t.token.halt(c)
			}
			return ptrace(unix.PTRACE_LISTEN, c.tid, 0, 0)
		}
	}
	return t.resume(c, 0)
}

// enter begins a call that the filter stopped.
func (t *tracer) enter(c *tracee) error {
	about, err := unix.PtraceGetEventMsg(c.tid)
	if err != nil {
		return err
	}
	if about == stopForeign {
		t.report.escaped("calls by another architecture's rules, such as a 32-bit program's")
		return t.resume(c, 0)
	}
	if err := c.regs.get(c.tid); err != nil {
		return err
	}
	c.changed, c.restore, c.skipped, c.detour, c.mayBlock = false, false, false, false, false
	c.pending, c.leave = c.pending[:0], c.leave[:0]
	again := c.repeated
	c.repeated = false
	if c.asIs {
		c.asIs = false
		return t.resume(c, 0)
	}
	args := c.regs.args()
	for _, p := range t.byCall[c.regs.call()] {
		if p.met(args) {
			c.pending = append(c.pending, p)
			if p.factor != "" && !again {
				t.report.Reads[p.factor]++
			}
		}
	}
	return t.proceed(c)
}

// proceed enters the traps that are left, then lets the call be carried out, or not.
func (t *tracer) proceed(c *tracee) error {
	for len(c.pending) > 0 && !c.skipped {
		err := c.pending[0].enter(c)
		if c.detour && errors.Is(err, errLater) {
			c.takeDetour()
			break
		}
		if errors.Is(err, unix.ESRCH) {
			return err // it was killed
		}
		if err != nil {
			t.report.failed(fmt.Errorf("lab: %s: call %d: %w", c.name(), c.regs.call(), err))
		}
		c.pending = c.pending[1:]
	}
	if c.changed {
		if err := c.regs.set(c.tid); err != nil {
			return err
		}
		c.changed = false
	}
	if c.skipped {
		c.giveBack()
		return t.resume(c, 0)
	}
	if c.mayBlock {
		return t.token.enter(c, inCall)
	}
	if len(c.leave) > 0 || c.restore {
		return unix.PtraceSyscall(c.tid, 0)
	}
	return t.resume(c, 0)
}

// leave ends a call whose end is waited for.
func (t *tracer) leave(c *tracee) error {
	if err := c.regs.get(c.tid); err != nil {
		return err
	}
	c.late = c.standing == inCall && c.timedOut()
	if c.restore {
		result := c.regs.result()
		c.regs = c.original
		c.regs.setResult(result)
		c.restore, c.changed = false, true
	}
	for _, leave := range c.leave {
		if err := leave(); err != nil {
			if errors.Is(err, unix.ESRCH) {
				return err
			}
			t.report.failed(fmt.Errorf("lab: %s: end of call %d: %w", c.name(), c.regs.call(), err))
		}
	}
	c.leave = c.leave[:0]
	c.giveBack()
	if c.changed {
		if err := c.regs.set(c.tid); err != nil {
			return err
		}
		c.changed = false
	}
	return t.resume(c, 0)
}

// ptrace makes a request that x/sys has no function for.
func ptrace(request, tid int, addr, data uintptr) error {
	if _, _, errno := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr, data, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
