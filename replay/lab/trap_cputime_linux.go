//go:build linux && (amd64 || arm64)

package lab

import (
	"golang.org/x/sys/unix"
)

// cpuTime has every program find that it has used none. What /proc/self/stat says stays.
func cpuTime(t *tracer, _ string) error {
	t.hideVDSO()
	const ofAnother = 1 << 31 // a process's or a thread's, whose number is in the other bits
	for _, id := range []condition{equals(0, unix.CLOCK_PROCESS_CPUTIME_ID), equals(0, unix.CLOCK_THREAD_CPUTIME_ID), masked(0, ofAnother, ofAnother)} {
		t.trap(trap{factor: "cputime", call: unix.SYS_CLOCK_GETTIME, when: []condition{id}, enter: noCPUTime})
	}
	// A struct rusage and a struct tms begin with what is CPU time of them.
	t.trap(trap{factor: "cputime", call: unix.SYS_GETRUSAGE, enter: zeroed(1, 32)})
	t.trap(trap{factor: "cputime", call: unix.SYS_TIMES, when: []condition{given(0)}, enter: zeroed(0, 32)})
	t.trap(trap{factor: "cputime", call: unix.SYS_WAIT4, when: []condition{given(3)}, enter: zeroed(3, 32)})
	t.trap(trap{factor: "cputime", call: unix.SYS_WAITID, when: []condition{given(4)}, enter: zeroed(4, 32)})
	return nil
}

// noCPUTime answers a reading of a clock of CPU time.
func noCPUTime(c *tracee) error {
	const kind, device = 7, 3 // of clocks with a number: those of devices tell the date
	if id := int32(c.arg(0)); id < 0 && id&kind == device {
		return nil
	}
	if err := c.write(c.arg(1), pair(0, 0)); err != nil {
		return c.fault(err)
	}
	c.skip(0)
	return nil
}

// zeroed has the first bytes of what a call leaves where its n-th argument points to be zero.
func zeroed(n, size int) func(*tracee) error {
	return func(c *tracee) error {
		at := c.arg(n)
		c.after(func() error {
			if c.result() < 0 {
				return nil
			}
			return c.write(at, make([]byte, size))
		})
		return nil
	}
}
