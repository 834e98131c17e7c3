package explain

import (
	"fmt"

	"github.com/shadowrun/shadowrun/replay"
)

// nature turns a proven dependence into a leak where the value is, in the runs that were looked
// at, a reading of what the factor is: a process id, an address, a name for a temporary file. One run in ten may
// be without evidence: a small number may be a process id of its run by chance, and is called none.
func (e *experiment) nature(c *column, f *Field) {
	if f.Class != replay.ClassViolation {
		return
	}
	runs := "every run"
	is := func(cause replay.Cause) bool {
		ok, of := e.t.share(c.path, func(k classified) bool { return k.class == replay.ClassVolatile && k.cause == cause })
		if ok < of && 10*ok >= 9*of {
			runs = "nearly every run"
		}
		return of > 0 && 10*ok >= 9*of
	}
	switch {
	case f.Factor == "pid" && is(replay.CausePID), f.Factor == "address" && is(replay.CauseAddress):
		f.Class = replay.ClassVolatile
	case f.Factor == "cputime":
		if _, ok := e.t.measured(c.path, e.untreated()); ok {
			f.Class = replay.ClassVolatile
		}
	case (f.Factor == "entropy" || f.Factor == "at-random" || f.Factor == "pid" || f.Factor == "clock" || f.Factor == "") && is(replay.CausePath):
		f.Class, f.Cause, f.With = replay.ClassVolatile, replay.CausePath, []replay.Cause{}
		f.Proof += "; it is a name for a temporary file in " + runs
	case f.Factor == "": // several factors
		if e.t.all(c.path, func(k classified) bool { return k.class == replay.ClassVolatile }) {
			f.Class = replay.ClassVolatile
			f.Proof += "; each part that differs is a reading of the world in every run"
		}
	}
	if f.Class == replay.ClassVolatile && f.Cause != replay.CausePath && f.Factor != "cputime" && f.Factor != "" {
		f.Proof += "; in " + runs + " that was looked at it is that run's own"
	}
}

// leastEvidence is how many differing runs it takes to go by the values where no experiment can say.
const leastEvidence = 4

// byEvidence explains a field that no experiment settles by what its values are, if they say the
// same in every run that was looked at, treated ones included: a monotonic clock, a port.
func (e *experiment) byEvidence(c *column, f *Field) bool {
	causes := map[replay.Cause]int{}
	n, why, beyond := 0, "", 0
	e.t.each(c.path, func(r *run, k classified) {
		if _, treated := r.arm.Treatment["clock"]; treated && k.class != replay.ClassVolatile {
			beyond++ // a clock that is not the program's shows another time than that
			return
		}
		n++
		if k.class == replay.ClassVolatile {
			causes[k.cause]++
			why = k.why
		}
	})
	if n < leastEvidence || len(causes) != 1 {
		return false
	}
	for cause, times := range causes {
		if times < n || beyond > 0 && cause != replay.CauseClock || cause == replay.CauseDuration && e.available("pause") && !e.unread("pause") {
			return false
		}
		f.Class, f.Cause, f.Suspected = replay.ClassVolatile, cause, true
	}
	f.Proof = fmt.Sprintf("by its values alone, in %d differing runs: %s", n, why)
	if beyond > 0 {
		f.Proof += "; it is a clock's that treating the program's does not reach, such as the time of a file"
	}
	return true
}
