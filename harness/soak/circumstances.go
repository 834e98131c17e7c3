package soak

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
)

// kept is what a run's circumstances are kept as: what its session does not say already.
type kept struct {
	Session     int      `json:"session"`
	PIDs        []int    `json:"pids,omitempty"`
	Dirs        []string `json:"dirs,omitempty"`
	Checkpoints int      `json:"checkpoints,omitempty"`
}

// surroundings are what a session's runs have in common, kept once with the session.
type surroundings struct {
	Builds map[string]string `json:"builds"` // fingerprint by workflow
	Home   string            `json:"home"`
	User   string            `json:"user"`
}

func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// CircumstancesOf returns what surrounded a run, and how many checkpoints it took.
func CircumstancesOf(l *ledger.Reader, run ledger.Run) (*replay.Circumstances, int, error) {
	var own kept
	if err := json.Unmarshal(run.Circumstances, &own); err != nil {
		return nil, 0, fmt.Errorf("run %s: its circumstances: %w", run.RunKey, err)
	}
	sessions, err := l.Sessions(run.Soak)
	if err != nil {
		return nil, 0, err
	}
	c := &replay.Circumstances{
		RunID: harness.Position{Cycle: run.Cycle, Run: run.RunKey.Position}.String(),
		Start: run.Started, End: run.Started.Add(run.Duration), PIDs: own.PIDs, Dirs: own.Dirs,
	}
	if c.PIDs == nil {
		c.PIDs = []int{run.PID}
	}
	for _, s := range sessions {
		if s.N != own.Session {
			continue
		}
		var around surroundings
		if err := json.Unmarshal([]byte(s.Build), &around); err != nil {
			return nil, 0, fmt.Errorf("session %d: its build: %w", s.N, err)
		}
		c.Host, c.Home, c.User = s.Host, around.Home, around.User
		c.Build, c.Environment = around.Builds[run.Workflow], string(s.Environment)
		return c, own.Checkpoints, nil
	}
	return nil, 0, fmt.Errorf("run %s: session %d: %w", run.RunKey, own.Session, ledger.ErrNotFound)
}

// BuildsOf returns the fingerprints of what a session ran, by workflow.
func BuildsOf(s ledger.Session) (map[string]string, error) {
	var around surroundings
	if err := json.Unmarshal([]byte(s.Build), &around); err != nil {
		return nil, fmt.Errorf("session %d: its build: %w", s.N, err)
	}
	return around.Builds, nil
}
