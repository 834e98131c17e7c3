//go:build linux && (amd64 || arm64)

package lab

import (
	"time"

	"golang.org/x/sys/unix"
)

// bootClocks count from the machine's start, with or without the time that it slept.
var bootClocks = []uint32{
	unix.CLOCK_MONOTONIC, unix.CLOCK_MONOTONIC_COARSE, unix.CLOCK_MONOTONIC_RAW, unix.CLOCK_BOOTTIME, unix.CLOCK_BOOTTIME_ALARM,
}

// pause has the program find, at each reading of a clock, that it was stopped for so long just before. What it measures is
// longer by that, once or more. It is not really stopped: Python reads a clock 850 times before a script's first line, Node
// 1,600 times, Java 43,000 times, so that no time would be left for the script. All processes of the run are ahead alike, a
// frozen wall clock stays, and waits take as long as they would.
func pause(t *tracer, level string) error {
	each, err := time.ParseDuration(level)
	if err != nil {
		return err
	}
	t.hideVDSO()
	stop := func(*tracee) error {
		t.ahead += each.Nanoseconds()
		t.report.Paused += each
		return nil
	}
	if _, treated := t.task.Treatment["clock"]; !treated {
		w, err := newWall(t, "+0s")
		if err != nil {
			return err
		}
		w.trapReadings("")
		w.deadlines().trap(t)
	}
	for _, id := range wallClocks {
		t.trapFirst(trap{factor: "pause", call: unix.SYS_CLOCK_GETTIME, when: []condition{equals(0, id)}, enter: stop})
	}
	t.trapFirst(trap{factor: "pause", call: unix.SYS_GETTIMEOFDAY, enter: stop})
	if callTime >= 0 {
		t.trapFirst(trap{factor: "pause", call: callTime, enter: stop})
	}
	for _, id := range bootClocks {
		t.trap(trap{factor: "pause", call: unix.SYS_CLOCK_GETTIME, when: []condition{equals(0, id)}, enter: func(c *tracee) error {
			_ = stop(c)
			var now unix.Timespec
			if err := unix.ClockGettime(int32(id), &now); err != nil {
				return err
			}
			ns := now.Nano() + t.ahead
			if err := c.write(c.arg(1), pair(ns/1e9, ns%1e9)); err != nil {
				return c.fault(err)
			}
			c.skip(0)
			return nil
		}})
	}
	deadlines{clocks: bootClocks, real: func(_ *tracee, seen int64) int64 { return seen - t.ahead }}.trap(t)
	return nil
}
