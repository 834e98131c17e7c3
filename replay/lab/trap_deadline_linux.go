//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A program that waits until an instant gives the kernel one by the clock that it sees. By the kernel's own
// that is years ago or ahead. So deadlines on the wall clock are translated; what is relative, or by another clock, is right as it is.
//
// Where the clock is frozen, a wait takes as long as it would have from the frozen instant, and who has waited to the end
// sees at least the deadline from then on: else a loop until an instant would have no end.

// The commands of futex(2) with an absolute time-out on the wall clock, less FUTEX_PRIVATE_FLAG: include/uapi/linux/futex.h.
const (
	futexPrivate       = 128
	futexRealtime      = 256
	futexLockPI        = 6 // always on the wall clock
	futexWaitBitset    = 9 | futexRealtime
	futexWaitRequeuePI = 11 | futexRealtime
	futexLockPI2       = 13 | futexRealtime
)

const absolute = 1 // TIMER_ABSTIME, TFD_TIMER_ABSTIME

// trapDeadlines has all calls translated that take an absolute time of the wall clock.
func (w *wall) trapDeadlines(t *tracer) {
	for _, command := range []uint32{futexLockPI, futexWaitBitset, futexWaitRequeuePI, futexLockPI2} {
		t.trap(trap{call: unix.SYS_FUTEX, when: []condition{masked(1, ^uint32(futexPrivate), command), given(3)},
			enter: func(c *tracee) error { return w.deadline(c, 3, 0, unix.ETIMEDOUT) }})
	}
	t.trap(trap{call: unix.SYS_FUTEX_WAITV, when: []condition{given(3), equals(4, unix.CLOCK_REALTIME)},
		enter: func(c *tracee) error { return w.deadline(c, 3, 0, unix.ETIMEDOUT) }})
	for _, call := range []int{unix.SYS_MQ_TIMEDSEND, unix.SYS_MQ_TIMEDRECEIVE} {
		t.trap(trap{call: call, when: []condition{given(4)},
			enter: func(c *tracee) error { return w.deadline(c, 4, 0, unix.ETIMEDOUT) }})
	}
	for _, id := range wallClocks {
		t.trap(trap{call: unix.SYS_CLOCK_NANOSLEEP, when: []condition{equals(0, id), masked(1, absolute, absolute)},
			enter: func(c *tracee) error { return w.deadline(c, 2, 0, 0) }})
		t.trap(trap{call: unix.SYS_TIMER_CREATE, when: []condition{equals(0, id)}, enter: created})
	}
	t.trap(trap{call: unix.SYS_TIMER_SETTIME, when: []condition{masked(1, absolute, absolute)}, enter: func(c *tracee) error {
		if !c.proc.wallTimers[uint32(c.arg(0))] {
			return nil
		}
		return w.deadline(c, 2, 16, never)
	}})
	t.trap(trap{call: unix.SYS_TIMERFD_SETTIME, when: []condition{masked(1, absolute, absolute)}, enter: func(c *tracee) error {
		if !c.isWallTimer(int32(c.arg(0))) {
			return nil
		}
		return w.deadline(c, 2, 16, never)
	}})
}

// never is an errno that no call has.
const never unix.Errno = 1 << 20

// deadline translates the timespec at an offset of what the n-th argument points to; over is the result that says that
// it has passed.
func (w *wall) deadline(c *tracee, n, offset int, over unix.Errno) error {
	text := make([]byte, offset+16)
	if c.read(c.arg(n), text) != nil {
		return nil // the kernel's to refuse
	}
	sec, nsec := int64(binary.LittleEndian.Uint64(text[offset:])), int64(binary.LittleEndian.Uint64(text[offset+8:]))
	const centuries = 10_000_000_000 // s; what is later is not waited for
	if sec < 0 || sec > centuries || nsec < 0 || nsec >= 1e9 || sec == 0 && nsec == 0 {
		return nil // refused, for ever, or a timer that is stopped
	}
	fake := sec*1e9 + nsec
	real := fake - w.shift
	if w.frozen {
		real = time.Now().UnixNano() + fake - w.now(c)
	}
	real = max(real, 1)
	copy(text[offset:], pair(real/1e9, real%1e9))
	at, err := c.lend(text)
	if err != nil {
		return err
	}
	c.setArg(n, at)
	c.after(func() error {
		if w.frozen && c.result() == -int64(over) {
			c.floor = max(c.floor, fake)
		}
		return nil
	})
	return nil
}

// created notes a timer of the wall clock.
func created(c *tracee) error {
	at := c.arg(2)
	c.after(func() error {
		var id [4]byte
		if c.result() == 0 && c.read(at, id[:]) == nil {
			c.proc.wallTimers[binary.LittleEndian.Uint32(id[:])] = true
		}
		return nil
	})
	return nil
}

// isWallTimer tells whether a file of the tracee is a timer of the wall clock.
func (c *tracee) isWallTimer(fd int32) bool {
	info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", c.tid, fd))
	if err != nil {
		return false
	}
	_, rest, found := strings.Cut(string(info), "\nclockid: ")
	line, _, _ := strings.Cut(rest, "\n")
	id, err := strconv.ParseUint(line, 10, 32)
	return found && err == nil && slices.Contains(wallClocks, uint32(id))
}
