//go:build linux && (amd64 || arm64)

package lab

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// wallClocks are the clocks that tell the date. The others count from the machine's start, and stay real: programs wait by them.
var wallClocks = []uint32{unix.CLOCK_REALTIME, unix.CLOCK_REALTIME_COARSE, unix.CLOCK_REALTIME_ALARM, unix.CLOCK_TAI}

// wall is the wall clock as the command is to see it, in ns since 1970.
type wall struct {
	t      *tracer
	frozen bool
	at     int64 // frozen: the instant
	shift  int64 // else: what is added
	tai    int64 // what International Atomic Time is ahead
}

// Programs that wait for a frozen clock to go on would do so for ever. After patience readings in one process
// it does, by tick each.
const (
	patience = 10_000
	tick     = int64(time.Millisecond)
)

// wallClock freezes or shifts the clock.
func wallClock(t *tracer, level string) error {
	w, err := newWall(t, level)
	if err != nil {
		return err
	}
	w.trapReadings("clock")
	w.deadlines().trap(t)
	return nil
}

// trapReadings has the wall clock read for a factor.
func (w *wall) trapReadings(factor string) {
	t := w.t
	t.hideVDSO()
	for _, id := range wallClocks {
		t.trap(trap{factor: factor, call: unix.SYS_CLOCK_GETTIME, when: []condition{equals(0, id)}, enter: w.clockGettime})
	}
	t.trap(trap{factor: factor, call: unix.SYS_GETTIMEOFDAY, enter: w.gettimeofday})
	if callTime >= 0 {
		t.trap(trap{factor: factor, call: callTime, enter: w.time})
	}
}

func newWall(t *tracer, level string) (*wall, error) {
	var real, tai unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_TAI, &tai); err != nil {
		return nil, err
	}
	if err := unix.ClockGettime(unix.CLOCK_REALTIME, &real); err != nil {
		return nil, err
	}
	w := &wall{t: t, tai: time.Duration(tai.Nano() - real.Nano()).Round(time.Second).Nanoseconds()}
	if at, err := time.Parse(time.RFC3339Nano, level); err == nil {
		if y := at.UTC().Year(); y < 1970 || y > 2200 {
			return nil, fmt.Errorf("want a year from 1970 to 2200, which all programs can count in")
		}
		w.frozen, w.at = true, at.UnixNano()
		return w, nil
	}
	shift, err := time.ParseDuration(level)
	w.shift = shift.Nanoseconds()
	return w, err
}

// now is what a thread sees without looking.
func (w *wall) now(c *tracee) int64 {
	if !w.frozen {
		return max(time.Now().UnixNano()+w.shift+w.t.ahead, 0)
	}
	return max(w.at+int64(max(0, c.proc.readings-patience))*tick, c.floor)
}

// read is a reading.
func (w *wall) read(c *tracee) int64 {
	c.proc.readings++
	return w.now(c)
}

func (w *wall) clockGettime(c *tracee) error {
	now := w.read(c)
	if uint32(c.arg(0)) == unix.CLOCK_TAI {
		now += w.tai
	}
	if err := c.write(c.arg(1), pair(now/1e9, now%1e9)); err != nil {
		return c.fault(err)
	}
	c.skip(0)
	return nil
}

func (w *wall) gettimeofday(c *tracee) error {
	now := w.read(c)
	if at := c.arg(0); at != 0 {
		if err := c.write(at, pair(now/1e9, now%1e9/1e3)); err != nil {
			return c.fault(err)
		}
	}
	if at := c.arg(1); at != 0 { // a zone, which nobody uses
		if err := c.write(at, make([]byte, 8)); err != nil {
			return c.fault(err)
		}
	}
	c.skip(0)
	return nil
}

func (w *wall) time(c *tracee) error {
	now := w.read(c) / 1e9
	if at := c.arg(0); at != 0 {
		if err := c.write(at, pair(now, 0)[:8]); err != nil {
			return c.fault(err)
		}
	}
	c.skip(now)
	return nil
}

// deadlines returns how deadlines on the wall clock are translated. Where it is frozen, a wait takes as long as it would have from the
// frozen instant, and who has waited to the end sees at least the deadline from then on: else a loop until an instant had no end.
func (w *wall) deadlines() deadlines {
	d := deadlines{clocks: wallClocks, realtime: true}
	if !w.frozen {
		d.real = func(_ *tracee, seen int64) int64 { return seen - w.shift - w.t.ahead }
		return d
	}
	d.real = func(c *tracee, seen int64) int64 { return time.Now().UnixNano() + seen - w.now(c) }
	d.waited = func(c *tracee, seen int64) { c.floor = max(c.floor, seen) }
	return d
}
