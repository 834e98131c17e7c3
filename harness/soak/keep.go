package soak

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// named yields all goldens that the ledger names. An error ends it and is left in *failed.
func named(l *ledger.Reader, failed *error) iter.Seq[golden.Ref] {
	return func(yield func(golden.Ref) bool) {
		for g, err := range l.Goldens(0) {
			if err != nil {
				*failed = err
				return
			}
			if !yield(g.Ref) {
				return
			}
		}
	}
}

// Verify checks all goldens of a state folder against the ledger, their digests and signatures.
func Verify(s *State) ([]golden.Problem, golden.VerifyStats, error) {
	ring, err := OpenRing(s.Dir, true)
	if err != nil {
		return nil, golden.VerifyStats{}, err
	}
	var failed error
	problems, stats, err := golden.VerifySegments(GoldenDir(s.Dir), ring, named(s.Ledger, &failed))
	return problems, stats, errors.Join(err, failed)
}

// alone calls f while no soak runs on a state folder and no other command changes it. What f did
// is recorded as an action.
func alone(dir, who string, at time.Time, f func(*ledger.Ledger, *golden.Ring) (what, detail string, err error)) error {
	if _, err := os.Stat(LedgerPath(dir)); err != nil {
		return fmt.Errorf("%s: %w", dir, ErrNoSoak)
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	lock, err := ledger.LockState(dir, ledger.Holder{PID: os.Getpid(), Host: host, Started: at})
	if err != nil {
		return err
	}
	defer lock.Unlock()
	l, err := ledger.Open(LedgerPath(dir))
	if err != nil {
		return err
	}
	defer l.Close()
	ring, err := OpenRing(dir, false)
	if err != nil {
		return err
	}
	what, detail, err := f(l, ring)
	if err != nil || what == "" {
		return err
	}
	return l.AppendAction(ledger.Action{At: at, Who: who, What: what, Detail: detail})
}

// RotateKey makes a new key and signs all goldens with it.
func RotateKey(dir, who string, at time.Time) (stats golden.RotateStats, err error) {
	err = alone(dir, who, at, func(_ *ledger.Ledger, ring *golden.Ring) (string, string, error) {
		stats, err = golden.RotateKey(GoldenDir(dir), ring)
		return "rotate-key", "key " + stats.Key, err
	})
	return stats, err
}

// Archive writes all goldens to a verified archive at path.
func Archive(dir, path, who string, at time.Time) (stats golden.ArchiveStats, err error) {
	err = alone(dir, who, at, func(l *ledger.Ledger, ring *golden.Ring) (string, string, error) {
		var failed error
		stats, err = golden.Archive(path, GoldenDir(dir), ring, named(l.Reader, &failed))
		return "archive", path, errors.Join(err, failed)
	})
	return stats, err
}

// PruneOptions say what is pruned.
type PruneOptions struct {
	Before time.Time // goldens of runs that started earlier go
	DryRun bool
	Who    string
	Now    time.Time
}

// PruneStats say what was pruned.
type PruneStats struct {
	Dropped, Kept int64
	ForFindings   int64            // of Kept, those that are old enough but that a finding refers to
	Freed         int64            // bytes
	Problems      []golden.Problem // segments that were left as they were: not all of them could be read
}

// Prune removes old goldens, but none that a finding refers to and none that the ledger does
// not name.
func Prune(dir string, o PruneOptions) (stats PruneStats, err error) {
	err = alone(dir, o.Who, o.Now, func(l *ledger.Ledger, ring *golden.Ring) (string, string, error) {
		drop, err := prunable(l.Reader, o.Before, &stats)
		if err != nil || o.DryRun {
			return "", "", err
		}
		pruned, err := golden.Prune(GoldenDir(dir), ring, golden.PruneOptions{
			Keep:   func(r golden.Ref) bool { return !drop[r.Place] },
			Commit: l.MoveGoldens,
		})
		stats.Dropped, stats.Freed, stats.Problems = pruned.Dropped, pruned.Freed, pruned.Problems
		return "prune", fmt.Sprintf("%d goldens from before %s", pruned.Dropped, o.Before.UTC().Format(time.RFC3339)), err
	})
	return stats, err
}

// prunable returns the places of the goldens that may go.
func prunable(l *ledger.Reader, before time.Time, stats *PruneStats) (map[string]bool, error) {
	wanted := map[string]bool{}
	for g, err := range l.FindingGoldens() {
		if err != nil {
			return nil, err
		}
		wanted[g.Place] = true
	}
	soaks, err := l.Soaks()
	if err != nil {
		return nil, err
	}
	drop := map[string]bool{}
	for _, s := range soaks {
		for run, err := range l.Runs(ledger.Filter{Soak: s.ID}) {
			switch {
			case err != nil:
				return nil, err
			case run.Place == "":
			case !run.Started.Before(before):
				stats.Kept++
			case wanted[run.Place]:
				stats.Kept++
				stats.ForFindings++
			default:
				drop[run.Place] = true
			}
		}
		for p, err := range l.NotMatching(ledger.Filter{Soak: s.ID}) {
			if err != nil {
				return nil, err
			}
			if p.GotPlace != "" && p.Started.Before(before) && !wanted[p.GotPlace] {
				drop[p.GotPlace] = true
			}
		}
	}
	stats.Dropped = int64(len(drop))
	return drop, nil
}
