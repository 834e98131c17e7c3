package soak

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// Explained returns what an explanation of a run says of those of its workflow's findings that
// have a field in it.
func Explained(findings []ledger.Finding, run ledger.RunKey, x *explain.Explanation, at time.Time) ([]ledger.Explanation, error) {
	document, err := json.Marshal(x)
	if err != nil {
		return nil, fmt.Errorf("explanation: %w", err)
	}
	var rows []ledger.Explanation
	for _, f := range findings {
		if f.Workflow != x.Workflow {
			continue
		}
		for _, field := range x.Fields {
			if replay.Pattern(field.Path) != f.Pattern {
				continue
			}
			rows = append(rows, ledger.Explanation{Finding: f.Key, Run: run, At: at, Path: field.Path, Class: field.Class, Cause: field.Cause,
				Proof: field.Proof, Runs: x.Runs, Document: document})
			break
		}
	}
	return rows, nil
}
