package cmd

import (
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/monitor/serve"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// servedForms are the documents of --listen.
var servedForms = serve.Forms{
	Status: func(s monitor.Status) any { return newStatusJSON(s) },
	Findings: func(s monitor.Status) any {
		return findingsJSON{jsonVersion, int64(s.Soak.ID), newStatusJSON(s).Findings}
	},
	Finding:  func(f serve.Finding) any { return newServedFindingJSON(f) },
	Progress: func(p serve.Progress) any { return newProgressJSON(p) },
}

type servedFindingJSON struct {
	Version     int                    `json:"version"`
	Finding     findingJSON            `json:"finding"`
	Explain     string                 `json:"explain"`
	Variant     string                 `json:"variant,omitempty"`
	Differences []servedDifferenceJSON `json:"differences"`
	Omitted     int                    `json:"omitted"`
}

// servedDifferenceJSON has the values as text, too: numbers that a browser reads lose digits.
type servedDifferenceJSON struct {
	replay.Difference
	WantText string `json:"want_text,omitempty"`
	GotText  string `json:"got_text,omitempty"`
}

func newServedFindingJSON(f serve.Finding) servedFindingJSON {
	j := servedFindingJSON{
		Version: jsonVersion, Finding: newFindingJSON(f.Finding), Explain: "shadowrun explain " + runName(f.Shortest) + soak.StateFlag(f.State),
		Variant: f.Variant, Differences: []servedDifferenceJSON{}, Omitted: f.Omitted,
	}
	for _, d := range f.Differences {
		j.Differences = append(j.Differences, servedDifferenceJSON{d.Difference, string(d.Want), string(d.Got)})
	}
	return j
}

type progressJSON struct {
	Version   int                 `json:"version"`
	Soak      int64               `json:"soak"`
	At        time.Time           `json:"at"`
	Started   time.Time           `json:"started"`
	Points    []pointJSON         `json:"points"`
	Bounds    []float64           `json:"run_bounds_seconds"`
	Workflows []workflowShareJSON `json:"workflows"`
}

type pointJSON struct {
	At        time.Time `json:"at"`
	Cycle     int       `json:"cycle"`
	Runs      int64     `json:"runs"`
	Replays   int64     `json:"replays"`
	Match     int64     `json:"match"`
	Leak      int64     `json:"leak"`
	Violation int64     `json:"violation"`
	Drift     int64     `json:"drift"`
	Unknown   int64     `json:"unknown"`
}

type workflowShareJSON struct {
	Workflow  string  `json:"workflow"`
	Runs      int64   `json:"runs"`
	Seconds   float64 `json:"run_seconds"`
	Histogram []int64 `json:"histogram"`
	Match     int64   `json:"match"`
	Leak      int64   `json:"leak"`
	Violation int64   `json:"violation"`
	Drift     int64   `json:"drift"`
	Unknown   int64   `json:"unknown"`
}

func newProgressJSON(p serve.Progress) progressJSON {
	j := progressJSON{
		Version: jsonVersion, Soak: int64(p.Soak.ID), At: p.At.UTC(), Started: p.Soak.Started,
		Points: []pointJSON{}, Bounds: []float64{}, Workflows: []workflowShareJSON{},
	}
	for _, c := range p.Course {
		j.Points = append(j.Points, newPointJSON(c))
	}
	for _, bound := range serve.RunBounds {
		j.Bounds = append(j.Bounds, bound.Seconds())
	}
	for _, w := range p.Workflows {
		of := w.Verdicts
		j.Workflows = append(j.Workflows, workflowShareJSON{w.Name, w.Runs, w.Duration.Seconds(), w.Buckets, of[replay.VerdictMatch],
			of[replay.VerdictLeak], of[replay.VerdictViolation], of[replay.VerdictDrift], of[replay.VerdictUnknown]})
	}
	return j
}

func newPointJSON(c ledger.Checkpoint) pointJSON {
	return pointJSON{c.Committed, c.Cycle, c.Runs, c.Replays, c.Match, c.Leak, c.Violation, c.Drift, c.Unknown}
}
