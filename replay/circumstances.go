package replay

import "time"

// Circumstances is what surrounded one run. It is kept beside the trace and outside its
// digest: it tells a reading of the world from a value that depends on it.
type Circumstances struct {
	RunID string    `json:"run_id"`
	Start time.Time `json:"start"` // wall clock, before the run's first instruction
	End   time.Time `json:"end"`   // wall clock, after its last
	PIDs  []int     `json:"pids"`  // the root process and the descendants that were seen
	Host  string    `json:"host"`
	Dirs  []string  `json:"dirs"` // the run's private folders; the same order in every run of a workflow
	Home  string    `json:"home"`
	User  string    `json:"user"`

	// Made are the paths of files and folders that the run made where there was none: temporary ones are made
	// so. Only a run in the lab is followed so closely, and nothing keeps it.
	Made []string `json:"-"`

	// Fingerprints of the program and of what it ran in: opaque, equal or not.
	Build       string `json:"build"`
	Environment string `json:"environment"`
}

// Duration is the time from start to end, never negative: a clock that was set back
// during the run gives zero.
func (c *Circumstances) Duration() time.Duration {
	return max(0, c.End.Sub(c.Start))
}
