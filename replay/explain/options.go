package explain

import (
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/replay"
)

// Options say what to explain and how much it may cost. Workflow, Seed and Factors are the
// caller's; of the rest the zero value works.
type Options struct {
	Workflow string
	Seed     uint64
	Factors  []Factor // as probed; one that is not listed is not available

	MaxRuns   int         // 0 stands for 240
	Exhausted func() bool // whether the time is up; nil: never. It is asked before each run
	Alpha     float64     // the chance of any false accusation in the whole explanation; 0 stands for 0.05
	Rules     *replay.RuleSet
	Random    uint64         // from which the order of the runs follows
	Base      time.Time      // the first instant at which the clock is frozen; zero stands for 2025-03-04T05:06:07.089012345Z
	MaxSeed   uint64         // other seeds that are tried are at most this; 0 stands for 2^31-1
	Progress  func(Progress) // nil: nobody is told
}

// Progress says how far an explanation has come.
type Progress struct {
	Stage string // such as "pin one factor"
	Runs  int    // so far
	Max   int    // runs, at most
	Open  int    // fields that vary and are not settled
}

// DefaultMaxRuns is what [Options.MaxRuns] means where it is 0.
const DefaultMaxRuns = 240

func (o *Options) fillDefault() error {
	if o.MaxRuns == 0 {
		o.MaxRuns = DefaultMaxRuns
	}
	if o.Alpha == 0 {
		o.Alpha = 0.05
	}
	if o.Base.IsZero() {
		o.Base = time.Date(2025, 3, 4, 5, 6, 7, 89012345, time.UTC)
	}
	if o.MaxSeed == 0 {
		o.MaxSeed = 1<<31 - 1
	}
	if o.Exhausted == nil {
		o.Exhausted = func() bool { return false }
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	switch {
	case o.MaxRuns < 2:
		return fmt.Errorf("a budget of %d runs compares nothing: give at least 2", o.MaxRuns)
	case o.Alpha < 0 || o.Alpha >= 1:
		return fmt.Errorf("a chance of false accusations of %g: give one above 0 and below 1", o.Alpha)
	}
	return nil
}
