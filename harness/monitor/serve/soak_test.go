package serve

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/replay"
)

const twoWorkflows = "config:\n  workflows:\n    - name: orders\n      command: [orders]\n    - name: prices\n      command: [prices]\n"

// openSoak begins a soak of two workflows in a ledger of a state folder.
func openSoak(t *testing.T) (*ledger.Ledger, ledger.SoakID, string) {
	t.Helper()
	dir := t.TempDir()
	l, err := ledger.Open(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, startSoak(t, l), dir
}

func startSoak(t *testing.T, l *ledger.Ledger) ledger.SoakID {
	t.Helper()
	id, err := l.StartSoak(ledger.Soak{Config: twoWorkflows, Host: "here", Started: noon, Duration: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	startSession(t, l, id)
	return id
}

func startSession(t *testing.T, l *ledger.Ledger, id ledger.SoakID) {
	t.Helper()
	if _, err := l.StartSession(id, ledger.Session{PID: 7, Host: "here", Environment: []byte("{}"), Started: noon}); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, l *ledger.Ledger, id ledger.SoakID, cycles ...ledger.Cycle) {
	t.Helper()
	if err := l.Commit(id, noon.Add(time.Duration(cycles[0].N)*time.Minute), cycles...); err != nil {
		t.Fatal(err)
	}
}

// run is a run of a workflow that took some milliseconds.
func run(soak ledger.SoakID, cycle, position int, workflow string, millis int) ledger.Run {
	return ledger.Run{RunKey: ledger.RunKey{Soak: soak, Cycle: cycle, Position: position}, Workflow: workflow, Status: golden.StatusOK,
		Digest: golden.Digest{byte(cycle), byte(position)}, Place: "1:2:3", Size: 400, Started: noon, Duration: time.Duration(millis) * time.Millisecond}
}

func replayed(of ledger.Run, v replay.Verdict, found ...ledger.Difference) ledger.Replay {
	return ledger.Replay{Run: of.RunKey, Kind: ledger.ReplayCycle, Variant: "again", Verdict: v, Replays: 1, Started: noon, Found: found}
}

// sighting is what a run shows of a finding.
func sighting(of ledger.Run, d replay.Difference) ledger.Sighting {
	sight := ledger.Sight{Run: of.RunKey, At: noon}
	pattern := replay.Pattern(d.Path)
	return ledger.Sighting{Key: replay.FindingKey(of.Workflow, d.Cause, pattern), Workflow: of.Workflow, Cause: d.Cause, Class: d.Class,
		Pattern: pattern, Count: 1, First: sight, Last: sight, Shortest: of.RunKey, Reproduction: "shadowrun replay " + of.String() + " -n 10"}
}

// soakStatus is the status of a soak of two cycles that has a finding.
func soakStatus(t *testing.T) (monitor.Status, ledger.Finding) {
	t.Helper()
	l, id, dir := openSoak(t)
	a, b := run(id, 1, 1, "orders", 4), run(id, 1, 2, "prices", 40)
	price := replay.Difference{Path: "/3/price", GotPath: "/3/price", Kind: replay.Changed, Want: []byte("9007199254740993"), Got: []byte("1e400"), Class: replay.ClassViolation, Cause: replay.CauseUnattributed}
	sum := replay.Difference{Path: "/sum", GotPath: "/sum", Kind: replay.Changed, Want: []byte("1"), Got: []byte("2"), Class: replay.ClassDerived, DerivedFrom: price.Path}
	covered := price
	covered.Path, covered.GotPath = "/4/price", "/4/price"
	booked := replay.Difference{Path: "/booked", GotPath: "/booked", Kind: replay.Changed, Want: []byte("1"), Got: []byte("2"), Class: replay.ClassVolatile, Cause: replay.CauseClock}
	commit(t, l, id, ledger.Cycle{N: 1, Ended: noon, Runs: []ledger.Run{a, b}, Findings: []ledger.Sighting{sighting(b, price)},
		Replays: []ledger.Replay{replayed(a, replay.VerdictMatch), replayed(b, replay.VerdictViolation,
			ledger.Difference{Difference: covered, Rule: "volatile /4/price"}, ledger.Difference{Difference: booked}, ledger.Difference{Difference: sum}, ledger.Difference{Difference: price})}})
	c := run(id, 2, 1, "orders", 6)
	commit(t, l, id, ledger.Cycle{N: 2, Ended: noon, Runs: []ledger.Run{c}, Replays: []ledger.Replay{replayed(c, replay.VerdictMatch)}})
	seen := monitor.Look(dir, monitor.Options{Now: func() time.Time { return noon.Add(time.Hour) }})
	if seen.Unread != nil || len(seen.Findings) != 1 {
		t.Fatalf("unread %v, %d findings", seen.Unread, len(seen.Findings))
	}
	return monitor.Status{Observation: seen, Health: monitor.Health{State: monitor.Healthy, StaleAfter: 10 * time.Minute}}, seen.Findings[0]
}
