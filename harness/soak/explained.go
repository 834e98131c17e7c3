package soak

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// Recorded returns the differences that a run's replays showed, but for what rules cover.
func Recorded(l *ledger.Reader, run ledger.RunKey) ([]replay.Difference, error) {
	replays, err := l.Replays(run)
	if err != nil {
		return nil, err
	}
	var recorded []replay.Difference
	for _, p := range replays {
		differences, err := l.Differences(p.ID)
		if err != nil {
			return nil, err
		}
		for _, d := range differences {
			if d.Rule == "" {
				recorded = append(recorded, d.Difference)
			}
		}
	}
	return recorded, nil
}

// Explained returns what an explanation of a run, whose replays showed recorded, says of those of its workflow's findings that
// have a field in it.
func Explained(findings []ledger.Finding, run ledger.RunKey, recorded []replay.Difference, x *explain.Explanation, at time.Time) ([]ledger.Explanation, error) {
	document, err := json.Marshal(x)
	if err != nil {
		return nil, fmt.Errorf("explanation: %w", err)
	}
	var rows []ledger.Explanation
	for _, f := range findings {
		if f.Workflow != x.Workflow {
			continue
		}
		if field := x.Field(replay.Finding{Class: f.Class, Cause: f.Cause, Pattern: f.Pattern}, recorded); field != nil {
			rows = append(rows, ledger.Explanation{Finding: f.Key, Run: run, At: at, Path: field.Path, Class: field.Class, Cause: field.Cause,
				Proof: field.Proof, Runs: x.Runs, Document: document})
		}
	}
	return rows, nil
}
