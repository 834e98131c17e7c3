//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// standstill is how long the clocks that count from the machine's start stand still: long enough for an interpreter to come to what
// it draws from them, and not so long that a program that waits by them is ended for it.
const standstill = 5 * time.Second

// monotonic has the clocks that count from the machine's start stand still at a level for as long as that, and then go on. To
// freeze them for good hangs nearly all programs that wait. What is waited for takes as long as it would; who looks at the clock
// then, and finds that it is too early, waits again.
func monotonic(t *tracer, level string) error {
	at, err := time.ParseDuration(level)
	if err != nil {
		return err
	}
	if _, paused := t.task.Treatment["pause"]; paused {
		return errors.New("a pause moves the same clocks: treat one of them")
	}
	begun, err := clockNow(unix.CLOCK_MONOTONIC)
	if err != nil {
		return err
	}
	slept, err := clockNow(unix.CLOCK_BOOTTIME)
	if err != nil {
		return err
	}
	slept = (slept - begun).Round(time.Millisecond)
	seen := func(now time.Duration) time.Duration { return at + max(0, now-begun-standstill) }
	t.hideVDSO()
	for _, id := range bootClocks {
		ahead := time.Duration(0)
		if id == unix.CLOCK_BOOTTIME || id == unix.CLOCK_BOOTTIME_ALARM {
			ahead = slept
		}
		t.trap(trap{factor: "monotonic", call: unix.SYS_CLOCK_GETTIME, when: []condition{equals(0, id)}, enter: func(c *tracee) error {
			now, err := clockNow(unix.CLOCK_MONOTONIC)
			if err != nil {
				return err
			}
			ns := (seen(now) + ahead).Nanoseconds()
			if err := c.write(c.arg(1), pair(ns/1e9, ns%1e9)); err != nil {
				return c.fault(err)
			}
			c.skip(0)
			return nil
		}})
	}
	deadlines{clocks: bootClocks, real: func(_ *tracee, deadline int64) int64 {
		now, err := clockNow(unix.CLOCK_MONOTONIC)
		if err != nil {
			return deadline
		}
		return deadline + (now - seen(now)).Nanoseconds()
	}}.trap(t)
	return nil
}

func clockNow(id int32) (time.Duration, error) {
	var now unix.Timespec
	err := unix.ClockGettime(id, &now)
	return time.Duration(now.Nano()), err
}
