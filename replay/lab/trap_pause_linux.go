//go:build linux && (amd64 || arm64)

package lab

import (
	"time"

	"golang.org/x/sys/unix"
)

// mostPaused is for how long a run is held in all: else a loop over readings would have no end.
const mostPaused = 2 * time.Second

// pausedClocks are all but those of CPU time.
var pausedClocks = []uint32{
	unix.CLOCK_REALTIME, unix.CLOCK_REALTIME_COARSE, unix.CLOCK_REALTIME_ALARM, unix.CLOCK_TAI,
	unix.CLOCK_MONOTONIC, unix.CLOCK_MONOTONIC_COARSE, unix.CLOCK_MONOTONIC_RAW, unix.CLOCK_BOOTTIME, unix.CLOCK_BOOTTIME_ALARM,
}

// pause holds each reading of a clock before it is carried out: what a program measures is longer by it, once or more.
func pause(t *tracer, level string) error {
	each, err := time.ParseDuration(level)
	if err != nil {
		return err
	}
	t.hideVDSO()
	enter := func(c *tracee) error {
		d := min(each, mostPaused-t.report.Paused)
		t.report.Paused += d
		c.hold(d)
		return nil
	}
	for _, id := range pausedClocks {
		t.trapFirst(trap{factor: "pause", call: unix.SYS_CLOCK_GETTIME, when: []condition{equals(0, id)}, enter: enter})
	}
	t.trapFirst(trap{factor: "pause", call: unix.SYS_GETTIMEOFDAY, enter: enter})
	if callTime >= 0 {
		t.trapFirst(trap{factor: "pause", call: callTime, enter: enter})
	}
	return nil
}
