package harness

import (
	"errors"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// Record is where a soak's results go, and where the goldens of its older runs come from.
type Record interface {
	// Commit makes cycles durable, in order: their goldens first, then what is said of them.
	// Where it returns nil they are acknowledged. It is called from one goroutine; the
	// traces are the caller's again when it returns.
	Commit(cycles []CycleResult) error

	// Golden returns an acknowledged run with its trace. It is [ErrNoGolden] where the run
	// left none, or it was pruned.
	Golden(at Position) (OlderRun, error)
}

// ErrNoGolden is what an older run without a golden is refused with.
var ErrNoGolden = errors.New("the run has no golden")

// OlderRun is a run of an earlier cycle.
type OlderRun struct {
	Trace         *golden.Trace
	Circumstances *replay.Circumstances
	Checkpoints   int
}

// RunResult is a run of the plan and what it came to.
type RunResult struct {
	PlannedRun
	Execution
}

// ReplayResult is a run's replay and its verdict.
type ReplayResult struct {
	PlannedRun        // the run, with the variant that it was replayed under
	Recheck      bool // of a run of an older cycle
	Started      time.Time
	Duration     time.Duration
	Checked      replay.Checked
	Got          *golden.Trace // the first that differed; nil where none did
	GotStderr    []byte        // the end of what that run wrote to its standard error
	TraceSize    int64         // of the run's own trace, in bytes
	Restorations int
}

// CycleResult is all that came of one cycle, or of the rest of one that was stopped.
type CycleResult struct {
	N               int
	Started, Ended  time.Time
	Overrun         time.Duration // past its interval; 0: none
	Runs            []RunResult   // in the order of the plan
	Replays         []ReplayResult
	RechecksSkipped int               // planned, but without a golden
	Builds          map[string]string // fingerprints of the workflows' builds that it was run with
	Notices         []string          // for people
}

// Close gives up the cycle's traces.
func (c *CycleResult) Close() {
	for i := range c.Runs {
		c.Runs[i].Close()
	}
	for i := range c.Replays {
		if c.Replays[i].Got != nil {
			c.Replays[i].Got.Close()
		}
	}
}

// bytes is what the cycle's traces weigh, for bounding what waits to be committed.
func (c *CycleResult) bytes() (n int64) {
	for _, r := range c.Runs {
		if r.Trace != nil {
			n += r.Trace.Size()
		}
	}
	for _, p := range c.Replays {
		if p.Got != nil {
			n += p.Got.Size()
		}
	}
	return n
}
