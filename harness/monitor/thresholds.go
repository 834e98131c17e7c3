package monitor

import (
	"time"

	"github.com/shadowrun/shadowrun/harness"
)

// Thresholds say from when on something is a condition.
type Thresholds struct {
	Stale        time.Duration // without progress; 0: as the soak's intervals and time-outs make it
	DiskWarning  float64       // percent in use; more is a condition
	DiskCritical float64
	GoldenSize   int64 // bytes; more is a condition
}

// ThresholdsOf returns those of a configuration, with its defaults.
func ThresholdsOf(c harness.MonitorConfig) Thresholds {
	c = c.Defaults()
	return Thresholds{time.Duration(c.Stale), c.DiskWarning, c.DiskCritical, int64(c.GoldenSize)}
}

// StaleAfter is how long a soak may go without progress: where nothing else is said the longest of ten
// minutes, two intervals and the longest time-out. A cycle that took longer than its interval stands for
// it. While findings are explained, which commits nothing, one explanation's time is added.
func (t Thresholds) StaleAfter(o Observation) time.Duration {
	after := t.Stale
	if after == 0 {
		after = max(harness.DefaultStale, 2*o.Cycle)
		if o.Config.Interval != nil {
			after = max(after, 2*time.Duration(*o.Config.Interval))
		}
		for _, w := range o.Config.Workflows {
			after = max(after, time.Duration(w.Timeout))
		}
	}
	if o.Phase() == PhaseExplaining {
		after += o.Config.Budget.Time
	}
	return after
}
