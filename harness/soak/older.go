package soak

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// FolderName names a soak in the paths of its executions' folders.
func FolderName(id ledger.SoakID) string { return "s" + strconv.FormatInt(int64(id), 10) }

// FindRun returns a run from the ledger.
func FindRun(s *State, key ledger.RunKey) (ledger.Run, error) {
	run, err := s.Ledger.Run(key)
	if errors.Is(err, ledger.ErrNotFound) {
		at := harness.Position{Cycle: key.Cycle, Run: key.Position}
		return run, fmt.Errorf("soak %d has no run %s", key.Soak, at)
	}
	return run, err
}

// Older returns a run with its golden, ready to be replayed. The caller closes the trace.
func Older(s *State, key ledger.RunKey) (harness.OlderRun, harness.PlannedRun, error) {
	run, err := FindRun(s, key)
	if err != nil {
		return harness.OlderRun{}, harness.PlannedRun{}, err
	}
	at := harness.Position{Cycle: run.Cycle, Run: run.RunKey.Position}
	planned := harness.PlannedRun{Position: at, ID: at.String(), Workflow: run.Workflow, Seed: run.Seed}
	older, err := older(s.Ledger, s.Golden.Get, run)
	return older, planned, err
}

// older returns a run with its golden, from whatever reads the store.
func older(l *ledger.Reader, get func(golden.Ref) (*golden.Trace, error), run ledger.Run) (harness.OlderRun, error) {
	at := harness.Position{Cycle: run.Cycle, Run: run.RunKey.Position}
	if run.Place == "" {
		why := fmt.Sprintf("it ended with %s: %s", run.Status, run.Message)
		if !run.Digest.IsZero() {
			why = "it was pruned"
		}
		return harness.OlderRun{}, fmt.Errorf("run %s: %w: %s", at, harness.ErrNoGolden, why)
	}
	circumstances, checkpoints, err := CircumstancesOf(l, run)
	if err != nil {
		return harness.OlderRun{}, err
	}
	trace, err := get(golden.Ref{Digest: run.Digest, Place: run.Place})
	if err != nil {
		return harness.OlderRun{}, fmt.Errorf("run %s: %w", at, err)
	}
	return harness.OlderRun{Trace: trace, Circumstances: circumstances, Checkpoints: checkpoints}, nil
}
