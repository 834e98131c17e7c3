//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A program that waits until an instant gives the kernel one by the clock that it sees. By the kernel's own
// that is years ago or ahead. So deadlines by a clock that is treated are translated; what is relative is right as it is.

// deadlines is how those by some clocks are translated.
type deadlines struct {
	clocks   []uint32
	realtime bool                              // they are the wall clock, not the one that counts from the start
	real     func(c *tracee, seen int64) int64 // the kernel's instant, in ns, of one that a thread has by its clock
	waited   func(c *tracee, seen int64)       // called for who has waited until then; nil: nobody is interested
}

// The commands of futex(2) with an absolute time-out on the wall clock, less FUTEX_PRIVATE_FLAG: include/uapi/linux/futex.h.
const (
	futexPrivate       = 128
	futexRealtime      = 256
	futexLockPI        = 6 // always on the wall clock
	futexWaitBitset    = 9
	futexWaitRequeuePI = 11
	futexLockPI2       = 13
)

const absolute = 1 // TIMER_ABSTIME, TFD_TIMER_ABSTIME

// trap has all calls translated that take an absolute time by the clocks.
func (d deadlines) trap(t *tracer) {
	commands, flag := []uint32{futexWaitBitset, futexWaitRequeuePI, futexLockPI2}, uint32(0)
	if d.realtime {
		commands, flag = append(commands, futexLockPI), futexRealtime
	}
	for _, command := range commands {
		if command != futexLockPI {
			command |= flag
		}
		t.trap(trap{call: unix.SYS_FUTEX, when: []condition{masked(1, ^uint32(futexPrivate), command), given(3)},
			enter: func(c *tracee) error { return d.translate(c, 3, 0, unix.ETIMEDOUT) }})
	}
	if d.realtime {
		for _, call := range []int{unix.SYS_MQ_TIMEDSEND, unix.SYS_MQ_TIMEDRECEIVE} {
			t.trap(trap{call: call, when: []condition{given(4)},
				enter: func(c *tracee) error { return d.translate(c, 4, 0, unix.ETIMEDOUT) }})
		}
	}
	for _, id := range d.clocks {
		t.trap(trap{call: unix.SYS_FUTEX_WAITV, when: []condition{given(3), equals(4, id)},
			enter: func(c *tracee) error { return d.translate(c, 3, 0, unix.ETIMEDOUT) }})
		t.trap(trap{call: unix.SYS_CLOCK_NANOSLEEP, when: []condition{equals(0, id), masked(1, absolute, absolute)},
			enter: func(c *tracee) error { return d.translate(c, 2, 0, 0) }})
		t.trap(trap{call: unix.SYS_TIMER_CREATE, when: []condition{equals(0, id)}, enter: created})
	}
	t.trap(trap{call: unix.SYS_TIMER_SETTIME, when: []condition{masked(1, absolute, absolute)}, enter: func(c *tracee) error {
		if id, known := c.proc.timers[uint32(c.arg(0))]; !known || !slices.Contains(d.clocks, id) {
			return nil
		}
		return d.translate(c, 2, 16, never)
	}})
	t.trap(trap{call: unix.SYS_TIMERFD_SETTIME, when: []condition{masked(1, absolute, absolute)}, enter: func(c *tracee) error {
		if id, known := c.clockOf(int32(c.arg(0))); !known || !slices.Contains(d.clocks, id) {
			return nil
		}
		return d.translate(c, 2, 16, never)
	}})
}

// never is an errno that no call has.
const never unix.Errno = 1 << 20

// translate translates the timespec at an offset of what the n-th argument points to; over is the result that says that
// it has passed.
func (d deadlines) translate(c *tracee, n, offset int, over unix.Errno) error {
	text := make([]byte, offset+16)
	if c.read(c.arg(n), text) != nil {
		return nil // the kernel's to refuse
	}
	sec, nsec := int64(binary.LittleEndian.Uint64(text[offset:])), int64(binary.LittleEndian.Uint64(text[offset+8:]))
	const centuries = 10_000_000_000 // s; what is later is not waited for
	if sec < 0 || sec > centuries || nsec < 0 || nsec >= 1e9 || sec == 0 && nsec == 0 {
		return nil // refused, for ever, or a timer that is stopped
	}
	seen := sec*1e9 + nsec
	real := max(d.real(c, seen), 1)
	copy(text[offset:], pair(real/1e9, real%1e9))
	at, err := c.lend(text)
	if err != nil {
		return err
	}
	c.setArg(n, at)
	c.after(func() error {
		if d.waited != nil && c.result() == -int64(over) {
			d.waited(c, seen)
		}
		return nil
	})
	return nil
}

// created notes a timer's clock.
func created(c *tracee) error {
	at, clock := c.arg(2), uint32(c.arg(0))
	c.after(func() error {
		var id [4]byte
		if c.result() == 0 && c.read(at, id[:]) == nil {
			c.proc.timers[binary.LittleEndian.Uint32(id[:])] = clock
		}
		return nil
	})
	return nil
}

// clockOf returns the clock of a file of the tracee, if that is a timer.
func (c *tracee) clockOf(fd int32) (id uint32, known bool) {
	info, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", c.tid, fd))
	if err != nil {
		return 0, false
	}
	_, rest, found := strings.Cut(string(info), "\nclockid: ")
	line, _, _ := strings.Cut(rest, "\n")
	n, err := strconv.ParseUint(line, 10, 32)
	return uint32(n), found && err == nil
}
