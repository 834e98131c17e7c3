package serve

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// maxDifferences is how many of a finding's differences are served.
const maxDifferences = 100

// Finding is a finding, with the differences that the shortest run of it shows.
type Finding struct {
	ledger.Finding
	State       string              // the state folder
	Variant     string              // of the replay that shows them; empty: none that was kept does
	Differences []ledger.Difference // its own, then what derives from them
	Omitted     int                 // how many more there were
}

// readFinding reads the finding whose key begins so.
func readFinding(o monitor.Observation, key string) (Finding, error) {
	var found []ledger.Finding
	for _, f := range o.Findings {
		if strings.HasPrefix(f.Key, key) {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return Finding{}, fmt.Errorf("%d findings begin with %q; want one: %w", len(found), key, ledger.ErrNotFound)
	}
	f := Finding{Finding: found[0], State: o.Dir}
	l, err := ledger.View(soak.LedgerPath(o.Dir))
	if err != nil {
		return f, err
	}
	defer l.Close()
	for _, run := range []ledger.RunKey{f.Shortest, f.First.Run, f.Last.Run} {
		if err := f.readDifferences(l, run); err != nil || len(f.Differences) > 0 {
			return f, err
		}
	}
	return f, nil
}

// readDifferences reads those of a run, from its latest replay that shows the finding.
func (f *Finding) readDifferences(l *ledger.Reader, run ledger.RunKey) error {
	replays, err := l.Replays(run)
	if err != nil {
		return err
	}
	for i := len(replays) - 1; i >= 0; i-- {
		p := replays[i]
		if p.Kind == ledger.ReplayManual || p.Verdict == replay.VerdictMatch {
			continue
		}
		all, err := l.Differences(p.ID)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return err
		}
		if mine := f.mine(all); len(mine) > 0 {
			f.Variant, f.Differences = p.Variant, mine[:min(len(mine), maxDifferences)]
			f.Omitted = len(mine) - len(f.Differences)
			return nil
		}
	}
	return nil
}

// mine returns the differences that make the finding up, and then those that derive from them: what
// [replay.Group] put there.
func (f *Finding) mine(all []ledger.Difference) (mine []ledger.Difference) {
	roots := map[string]bool{}
	var derived []ledger.Difference
	for _, d := range all {
		switch {
		case d.Rule != "":
		case d.Class == replay.ClassDerived:
			derived = append(derived, d)
		case replay.FindingKey(f.Workflow, d.Cause, replay.Pattern(d.Path)) == f.Key:
			roots[d.Path] = true
			mine = append(mine, d)
		}
	}
	for _, d := range derived {
		if roots[d.DerivedFrom] || replay.FindingKey(f.Workflow, d.Cause, replay.Pattern(d.Path)) == f.Key {
			mine = append(mine, d)
		}
	}
	return mine
}
