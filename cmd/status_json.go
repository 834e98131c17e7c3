package cmd

import (
	"time"

	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type statusJSON struct {
	Version     int             `json:"version"`
	At          time.Time       `json:"at"`
	State       string          `json:"state"`
	Health      monitor.State   `json:"health"`
	ExitStatus  int             `json:"exit_status"`
	Conditions  []conditionJSON `json:"conditions"`
	Phase       monitor.Phase   `json:"phase"`
	Soak        int64           `json:"soak,omitempty"`
	Outcome     soak.Outcome    `json:"outcome,omitempty"`
	Why         string          `json:"why,omitempty"`
	Started     time.Time       `json:"started,omitzero"`
	Ended       time.Time       `json:"ended,omitzero"`
	Process     processJSON     `json:"process"`
	Stop        stopStateJSON   `json:"stop"`
	Active      float64         `json:"active_seconds"`
	Duration    float64         `json:"duration_seconds"`
	Left        *float64        `json:"left_seconds,omitempty"`
	Deadline    time.Time       `json:"deadline,omitzero"`
	CyclesLimit int             `json:"cycles_limit"`
	Cycle       int             `json:"cycle"`
	Last        time.Time       `json:"last_progress,omitzero"`
	Age         float64         `json:"progress_age_seconds"`
	StaleAfter  float64         `json:"stale_after_seconds"`
	Rate        float64         `json:"runs_per_second"`
	Figures     countersJSON    `json:"figures"`
	Findings    []findingJSON   `json:"findings"`
	GoldenBytes int64           `json:"golden_folder_bytes"`
	Disks       []diskJSON      `json:"disks"`
	NotSeen     []string        `json:"not_seen"`
}

type conditionJSON struct {
	ID       monitor.ID   `json:"id"`
	Severity string       `json:"severity"`
	Part     monitor.Part `json:"part"`
	Text     string       `json:"text"`
	Since    time.Time    `json:"since,omitzero"`
	Next     string       `json:"next,omitempty"`
}

type processJSON struct {
	PID    int       `json:"pid,omitempty"`
	Host   string    `json:"host,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	Alive  bool      `json:"alive"`
	Paused bool      `json:"paused,omitempty"`
	Jump   float64   `json:"clock_jump_seconds,omitempty"`
}

type stopStateJSON struct {
	On    bool      `json:"on"`
	Since time.Time `json:"since,omitzero"`
	Who   string    `json:"who,omitempty"`
	Why   string    `json:"why,omitempty"`
}

type diskJSON struct {
	Name     string  `json:"name"`
	Path     string  `json:"path"`
	Size     int64   `json:"size_bytes"`
	Free     int64   `json:"free_bytes"`
	Used     float64 `json:"used_percent"`
	Inodes   float64 `json:"inodes_used_percent,omitempty"`
	ReadOnly bool    `json:"read_only,omitempty"`
	Same     string  `json:"same_as,omitempty"`
	Error    string  `json:"error,omitempty"`
}

func newStatusJSON(s monitor.Status) statusJSON {
	j := statusJSON{
		Version: jsonVersion, At: s.At.UTC(), State: s.Dir, Health: s.State, ExitStatus: s.ExitStatus, Phase: s.Phase(),
		Conditions: []conditionJSON{}, Findings: []findingJSON{}, Disks: []diskJSON{}, NotSeen: append([]string{}, s.Blind...),
		Soak: int64(s.Soak.ID), Outcome: s.Outcome, Why: s.Why, Started: s.Soak.Started, Ended: s.Soak.Ended,
		Process: processJSON{s.Process.PID, s.Process.Host, s.Process.Since.UTC(), s.Process.Alive, s.Process.Paused, s.Process.Jump.Seconds()},
		Stop:    stopStateJSON{s.Stop.On, s.Stop.Since.UTC(), s.Stop.Who, s.Stop.Why},
		Active:  s.Active().Seconds(), Duration: s.Soak.Duration.Seconds(), Deadline: s.Deadline().UTC(), CyclesLimit: s.Soak.Cycles,
		Cycle: s.Last.Cycle, Last: s.Last.Committed, Age: s.Age().Seconds(), StaleAfter: s.StaleAfter.Seconds(), Rate: s.Rate(),
		Figures: newCountersJSON(s.Last.Counters), GoldenBytes: s.Goldens,
	}
	if left, limited := s.Left(); limited {
		seconds := left.Seconds()
		j.Left = &seconds
	}
	for _, c := range s.Conditions {
		j.Conditions = append(j.Conditions, conditionJSON{c.ID, c.Severity.String(), monitor.PartOf(c.ID), c.Text, c.Since.UTC(), c.Next})
	}
	for _, f := range s.Findings {
		j.Findings = append(j.Findings, newFindingJSON(f))
	}
	for _, d := range s.Disks {
		row := diskJSON{Name: d.Name, Path: d.Path, Size: d.Size, Free: d.Free, Used: d.Used, Inodes: d.Inodes, ReadOnly: d.ReadOnly, Same: d.Same}
		if d.Err != nil {
			row.Error = d.Err.Error()
		}
		j.Disks = append(j.Disks, row)
	}
	return j
}
