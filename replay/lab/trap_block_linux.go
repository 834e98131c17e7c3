//go:build linux && (amd64 || arm64)

package lab

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// Calls in which a thread may sleep until another one does something, or some time is over. One that is missing here
// costs time, no more: who sleeps in it is found asleep.
var blockingCalls = slices.Concat([]int{
	unix.SYS_READ, unix.SYS_READV, unix.SYS_PREADV2, unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_PWRITEV2, unix.SYS_SPLICE, unix.SYS_TEE, unix.SYS_VMSPLICE, unix.SYS_SENDFILE,
	unix.SYS_OPENAT, unix.SYS_OPENAT2, // of a named pipe
	unix.SYS_ACCEPT, unix.SYS_ACCEPT4, unix.SYS_CONNECT, unix.SYS_RECVFROM, unix.SYS_RECVMSG, unix.SYS_RECVMMSG, unix.SYS_SENDTO, unix.SYS_SENDMSG, unix.SYS_SENDMMSG,
	unix.SYS_PPOLL, unix.SYS_PSELECT6, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2,
	unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_RESTART_SYSCALL,
	unix.SYS_WAIT4, unix.SYS_WAITID, unix.SYS_RT_SIGTIMEDWAIT, unix.SYS_RT_SIGSUSPEND,
	unix.SYS_FLOCK, unix.SYS_SEMOP, unix.SYS_SEMTIMEDOP, unix.SYS_MSGRCV, unix.SYS_MSGSND, unix.SYS_MQ_TIMEDRECEIVE, unix.SYS_MQ_TIMEDSEND,
	unix.SYS_FUTEX_WAITV, unix.SYS_IO_GETEVENTS, unix.SYS_IO_URING_ENTER,
}, olderBlockingCalls)

// timedCalls return 0 when their time is over, or nothing has come by then. Others return an errno that says so.
var timedCalls = slices.Concat([]int{
	unix.SYS_PPOLL, unix.SYS_PSELECT6, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_RESTART_SYSCALL,
}, olderTimedCalls)

// The commands of futex(2) that wait, and are not in trap_deadline_linux.go.
const futexWait = 0

// setUp has the token go on from whom such a call keeps. A program that is alone pays nothing for it: it is stopped at these calls
// only from the first birth on.
func (k *token) setUp() {
	later := func(p trap) { k.t.laterTraps = append(k.t.laterTraps, p) }
	blocks := func(c *tracee) error {
		c.mayBlock = k.filtered
		return nil
	}
	for _, call := range blockingCalls {
		later(trap{call: call, enter: blocks})
	}
	for _, command := range []uint32{futexWait, futexLockPI, futexWaitBitset, futexWaitRequeuePI, futexLockPI2} {
		later(trap{call: unix.SYS_FUTEX, when: []condition{masked(1, ^uint32(futexPrivate|futexRealtime), command)}, enter: blocks})
	}
	for _, command := range []uint32{unix.F_SETLKW, unix.F_OFD_SETLKW} {
		later(trap{call: unix.SYS_FCNTL, when: []condition{equals(1, command)}, enter: blocks})
	}
	later(trap{call: unix.SYS_SCHED_YIELD, enter: func(c *tracee) error {
		c.overdue = true
		c.skip(0)
		return nil
	}})
	for _, call := range birthCalls {
		k.t.trap(trap{call: call, enter: k.beforeBirth})
	}
}

// beforeBirth has a thread, which is the only one there is, install the second filter. Whoever is born inherits it. A program that has
// given privileges up since the first one may do so only if it gives up those of set-user-id programs, too.
func (k *token) beforeBirth(c *tracee) error {
	if k.filtered {
		return nil
	}
	if k.refused {
		instead(c, unix.SYS_PRCTL, []uint64{unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0}, func(int64) error {
			k.refused, k.humble = false, true
			return nil
		})
		return nil
	}
	program, err := filter(k.t.laterTraps)
	if err != nil {
		return err
	}
	at, err := c.lend(filterText(program, 0))
	if err != nil {
		return err
	}
	if err := c.write(at, filterText(program, at)); err != nil {
		return err
	}
	instead(c, unix.SYS_SECCOMP, []uint64{unix.SECCOMP_SET_MODE_FILTER, 0, at}, func(result int64) error {
		if k.refused = result == -int64(unix.EACCES) && !k.humble; k.refused {
			return nil
		}
		k.filtered = true // or there is none, and it is not tried again
		if result < 0 {
			return fmt.Errorf("seccomp(2) is refused: %w", unix.Errno(-result))
		}
		return nil
	})
	return nil
}

// instead has a thread make another call than its own, which it comes to again afterwards.
func instead(c *tracee, nr int, args []uint64, then func(result int64) error) {
	for n, v := range args {
		c.setArg(n, v)
	}
	c.regs.setCall(nr)
	c.after(func() error {
		result := c.result()
		c.regs.again()
		c.changed = true
		return then(result)
	})
}

// timedOut tells whether a call has ended since its time was over.
func (c *tracee) timedOut() bool {
	switch c.regs.result() {
	case -int64(unix.ETIMEDOUT), -int64(unix.EAGAIN):
		return true
	case 0:
		return slices.Contains(timedCalls, c.regs.call())
	}
	return false
}
