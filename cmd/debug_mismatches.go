package cmd

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// lastUnknown is how many of the replays that came to nothing are shown.
const lastUnknown = 5

// mismatchesJSON is what a soak's verdicts other than match come to.
type mismatchesJSON struct {
	Version   int            `json:"version"`
	Soak      int64          `json:"soak"`
	Replays   int64          `json:"replays"`
	Leak      int64          `json:"leak"`
	Violation int64          `json:"violation"`
	Drift     int64          `json:"drift"`
	Unknown   int64          `json:"unknown"`
	Findings  []mismatchJSON `json:"findings"`
	Latest    []verdictJSON  `json:"latest_unknown"`

	findings []ledger.Finding
}

// mismatchJSON is a finding, when it was seen last, and what to do about it.
type mismatchJSON struct {
	Finding findingJSON  `json:"finding"`
	Latest  *verdictJSON `json:"latest,omitempty"`
	Next    []string     `json:"next"`
}

// verdictJSON is what a replay came to.
type verdictJSON struct {
	Run     string    `json:"run"`
	At      time.Time `json:"at"`
	Variant string    `json:"variant"`
	Verdict string    `json:"verdict"`
	Why     string    `json:"why"`
}

func newVerdictJSON(p ledger.Replay) verdictJSON {
	return verdictJSON{runName(p.Run), p.Started, p.Variant, string(p.Verdict), p.Why}
}

func (a *app) mismatchesIn(s *soak.State, of ledger.Soak) (debugView, error) {
	sums, err := s.Ledger.Totals(of.ID)
	if err != nil {
		return nil, err
	}
	v := mismatchesJSON{Version: jsonVersion, Soak: int64(of.ID), Replays: sums.Replays, Leak: sums.Leak, Violation: sums.Violation,
		Drift: sums.Drift, Unknown: sums.Unknown, Findings: []mismatchJSON{}, Latest: []verdictJSON{}}
	findings, err := s.Ledger.Findings(of.ID)
	if err != nil {
		return nil, err
	}
	for i, f := range findings {
		if !f.AcceptedAt(time.Now()) {
			findings[i].Accepted = nil
		}
	}
	for _, f := range gravestFirst(findings) {
		m := mismatchJSON{Next: a.nextOf(f, s.Dir)}
		switch p, err := lastDiffering(s.Ledger, f.Last.Run); {
		case err == nil:
			latest := newVerdictJSON(p)
			m.Latest = &latest
		case !errors.Is(err, ledger.ErrNotFound):
			return nil, err
		}
		f.Reproduction += a.soakFlag
		m.Finding = newFindingJSON(f)
		v.Findings, v.findings = append(v.Findings, m), append(v.findings, f)
	}
	unknown, err := s.Ledger.LastReplays(of.ID, replay.VerdictUnknown, lastUnknown)
	for _, p := range unknown {
		v.Latest = append(v.Latest, newVerdictJSON(p))
	}
	return v, err
}

// nextOf are the commands that a finding leads to.
func (a *app) nextOf(f ledger.Finding, dir string) []string {
	state := soak.StateFlag(dir) + a.soakFlag
	return []string{f.Reproduction + a.soakFlag, "shadowrun findings show " + shortKey(f.Key) + state,
		"shadowrun explain " + runName(f.Shortest) + state}
}

// lastDiffering returns the last replay of a run that did not match.
func lastDiffering(l *ledger.Reader, run ledger.RunKey) (ledger.Replay, error) {
	rows, err := l.Replays(run)
	if err != nil {
		return ledger.Replay{}, err
	}
	for i := len(rows) - 1; i >= 0; i-- {
		if v := rows[i].Verdict; v != replay.VerdictMatch && v != replay.VerdictUnknown {
			return rows[i], nil
		}
	}
	return ledger.Replay{}, ledger.ErrNotFound
}

func (v mismatchesJSON) write(out io.Writer) {
	fmt.Fprintf(out, "soak %d: %s in %s: %d leak, %d violation, %d drift; %d unknown\n", v.Soak,
		mismatches(v.Leak+v.Violation+v.Drift), quantity(v.Replays, "replay"), v.Leak, v.Violation, v.Drift, v.Unknown)
	for i, m := range v.Findings {
		class, cause := classAndCause(v.findings[i])
		f := m.Finding
		fmt.Fprintf(out, "\n%s  %s, %s, %s, at %s, seen %d ×\n", shortKey(f.Key), printable(f.Workflow), class, cause, printable(orRoot(f.Pattern)), f.Count)
		if x := v.findings[i].Accepted; x != nil {
			fmt.Fprintf(out, "  %s by %s: %s\n", x, printable(x.Who), shortened(x.Reason))
		}
		if x := v.findings[i].Again; x != nil {
			fmt.Fprintf(out, "  %s by %s, seen again: %s\n", x, printable(x.Who), shortened(x.Reason))
		}
		if m.Latest != nil {
			fmt.Fprintf(out, "  latest  %s\n", m.Latest.text())
		}
		for _, next := range m.Next {
			fmt.Fprintf(out, "  next    %s\n", printable(next))
		}
	}
	if len(v.Latest) > 0 {
		fmt.Fprintln(out, "\nnot replayable, the latest")
		for _, u := range v.Latest {
			fmt.Fprintf(out, "  %s\n", u.text())
		}
	}
}

func (v verdictJSON) text() string {
	return fmt.Sprintf("%s under %s, %s: %s: %s", v.Run, v.Variant, v.At.Format(time.RFC3339), v.Verdict, shortened(v.Why))
}
