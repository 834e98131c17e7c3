package report

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/runbook"
)

// begun is a state folder with a soak that has begun, and its ledger.
func begun(t testing.TB) (*ledger.Ledger, string) {
	t.Helper()
	dir := t.TempDir()
	l, err := ledger.Open(soak.LedgerPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if _, err := l.StartSoak(ledger.Soak{BaseSeed: 7, Config: "dir: /srv\nconfig:\n  unknown_rate: 0.001\n  workflows:\n    - name: orders\n      command: [orders]\n", ConfigDigest: "c0ffee", PlanDigest: "beef",
		Version: "v1", Host: "soak-1", Started: noon, Duration: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	session(t, l, noon)
	return l, dir
}

func session(t testing.TB, l *ledger.Ledger, at time.Time) {
	t.Helper()
	sessionOf(t, l, 7, at)
}

func sessionOf(t testing.TB, l *ledger.Ledger, pid int, at time.Time) {
	t.Helper()
	if _, err := l.StartSession(1, ledger.Session{PID: pid, Host: "soak-1", Boot: "b", Build: `{"builds":{"orders":"0123456789abcdef"}}`,
		Environment: []byte(`{"os":"linux","arch":"amd64","kernel":"6.18.4","cpus":2}`), Started: at}); err != nil {
		t.Fatal(err)
	}
}

func commit(t testing.TB, l *ledger.Ledger, at time.Time, cycles ...ledger.Cycle) {
	t.Helper()
	if err := l.Commit(1, at, cycles...); err != nil {
		t.Fatal(err)
	}
}

// cycle is one of a run that came to its end, and one that did not.
func cycle(n int) ledger.Cycle {
	key := ledger.RunKey{Soak: 1, Cycle: n, Position: 1}
	return ledger.Cycle{N: n, Started: noon, Ended: noon.Add(time.Second), RechecksSkipped: 1, GoldenBytes: 100,
		Runs: []ledger.Run{{RunKey: key, Workflow: "orders", Seed: uint64(n), Status: golden.StatusOK, Digest: golden.Digest{byte(n)}, Size: 400, Started: noon, Duration: 3 * time.Millisecond},
			{RunKey: ledger.RunKey{Soak: 1, Cycle: n, Position: 2}, Workflow: "orders", Status: golden.StatusTimeout, Message: "took longer than its 1s timeout", Started: noon, Duration: time.Second}},
		Replays: []ledger.Replay{{Run: key, Kind: ledger.ReplayCycle, Variant: "again", Verdict: replay.VerdictUnknown, Why: "not replayable, tried 2 times", Started: noon}}}
}

// portable is a rendered report without the name of its folder.
func portable(r *Report) []byte {
	r.Folder = "/var/lib/shadowrun"
	return Markdown(r)
}

// TestRenderedOfAnEmptyLedger: a soak that has begun, and no more, is a report that says so.
func TestRenderedOfAnEmptyLedger(t *testing.T) {
	_, dir := begun(t)
	r := gather(t, dir, Options{At: noon.Add(time.Hour)})
	if r.Verdict.Result != Inconclusive {
		t.Errorf("it is %s", r.Verdict.Result)
	}
	rendered(t, "empty", ".md", portable(r))
	if _, err := HTML(r); err != nil {
		t.Error(err)
	}
}

// TestRenderedOfAKilledSoak: it was killed twice, and resumed once.
func TestRenderedOfAKilledSoak(t *testing.T) {
	l, dir := begun(t)
	commit(t, l, noon.Add(time.Minute), cycle(1))
	session(t, l, noon.Add(3*time.Minute))
	commit(t, l, noon.Add(5*time.Minute), cycle(2))
	for _, a := range []ledger.Action{{At: noon.Add(-time.Hour), Who: "bob", What: "stop enabled", Detail: "before"},
		{At: noon.Add(4 * time.Minute), Who: "ada", What: "stop enabled", Detail: "the database is down"}, {At: noon.Add(4 * time.Minute), Who: "ada", What: "golden sign"}} {
		if err := l.AppendAction(a); err != nil {
			t.Fatal(err)
		}
	}
	for id, soak := range map[string]ledger.SoakID{"mine": 1, "another's": 2} {
		m := ledger.AlertMessage{Alert: ledger.Alert{ID: id, Soak: soak, Condition: "stalled", Severity: "warning", Text: "no progress", Opened: noon, Changed: noon, Messages: 1}, Kind: "opened", At: noon}
		if err := l.AppendAlerts([]ledger.AlertMessage{m}, nil); err != nil {
			t.Fatal(err)
		}
	}
	r := gather(t, dir, Options{At: noon.Add(time.Hour)})
	if r.State != Interrupted || r.Verdict.Result != Inconclusive {
		t.Errorf("it is %s, %s", r.State, r.Verdict.Result)
	}
	rendered(t, "killed", ".md", portable(r))
}

// TestEarlierEntriesAreCounted: what the tables leave out is said.
func TestEarlierEntriesAreCounted(t *testing.T) {
	l, dir := begun(t)
	for i := range maxEntries + 2 {
		at := noon.Add(time.Duration(i) * time.Second)
		if err := l.AppendAction(ledger.Action{At: at, Who: "ada", What: "stop enabled", Detail: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
		m := ledger.AlertMessage{Alert: ledger.Alert{ID: fmt.Sprint(i), Soak: 1, Condition: "stalled", Severity: "warning", Opened: at, Changed: at, Messages: 1}, Kind: "opened", At: at}
		if err := l.AppendAlerts([]ledger.AlertMessage{m}, nil); err != nil {
			t.Fatal(err)
		}
	}
	r := gather(t, dir, Options{At: noon.Add(time.Hour)})
	type cut struct{ all, listed int }
	want := []cut{{maxEntries + 2, maxEntries}, {maxEntries + 2, maxEntries}}
	if got := []cut{{r.Figures.StopsAll, len(r.Stops)}, {r.Figures.AlertsAll, len(r.Alerts)}}; !slices.Equal(want, got) || r.Stops[0].Detail != "2" || r.Alerts[0].ID != "2" {
		t.Errorf("want %v, got %v, from %q and %q", want, got, r.Stops[0].Detail, r.Alerts[0].ID)
	}
	for _, words := range []string{"2 earlier ones: shadowrun stop log", "2 earlier ones: ledger.db"} {
		if !strings.Contains(string(Markdown(r)), words) {
			t.Errorf("the report does not say %q", words)
		}
	}
}

// TestAStopThatStands is found by its file, whoever made it, also where the ledger knows of none.
func TestAStopThatStands(t *testing.T) {
	_, dir := begun(t)
	if err := os.WriteFile(filepath.Join(dir, "stop"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if r := gather(t, dir, Options{At: noon}); !strings.HasPrefix(r.StopStands, "made by hand, by ") {
		t.Errorf("stands: %q", r.StopStands)
	}
}

// TestDrills: the last journal is judged, and people and what they wrote are taken from all.
func TestDrills(t *testing.T) {
	_, dir := begun(t)
	book, err := runbook.Parse("ops", []byte("# Ops\n\n## Look {#look}\n\n```sh id=look\ntrue\n```\n"))
	if err != nil {
		t.Fatal(err)
	}
	journal := func(verdict runbook.Verdict, who string) *runbook.Journal {
		return &runbook.Journal{
			Header:    runbook.Header{ID: "d-" + who, Started: noon, Who: who, Host: "soak-1", Books: map[string]string{"ops": "000000000000"}, Before: []runbook.Preparation{{What: "backup", Done: true, By: "bob"}}, Environment: "loopback"},
			Steps:     []runbook.CarriedOut{{Scenario: "s", Book: "ops", Step: "look", Block: "true", Duration: 1500, Asserted: true, Verdict: verdict, Stdout: strings.Repeat("ä", 2000), Why: "because"}},
			Scenarios: []runbook.ScenarioEnd{{Scenario: "s", Verdict: verdict}}, End: &runbook.End{Ended: noon, Verdict: map[runbook.Verdict]runbook.Verdict{runbook.Pass: runbook.Certified, runbook.Fail: runbook.NotCertified}[verdict]},
			Observations: []runbook.Observation{{Who: "eve", Text: "slow", Step: "look"}}, FollowUps: []runbook.FollowUp{{What: "oil it", Owner: who, Due: "2026-12-01"}},
			SignOffs: []runbook.SignOff{{Who: "mara", Issues: []string{"#" + who}, Changes: []string{"oil first"}}},
		}
	}
	r := gather(t, dir, Options{At: noon, Books: []*runbook.Book{book}, Extent: runbook.Coverage([]*runbook.Book{book}, nil), Required: []string{"look", "leap"},
		Journals: []Journal{{"one", journal(runbook.Fail, "ada")}, {"two", journal(runbook.Pass, "zoe")}}})
	if diff := cmp.Diff(People{"zoe", []string{"ada", "bob", "eve", "mara", "zoe"}}, r.People); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"#ada", "#zoe"}, r.Issues); diff != "" {
		t.Errorf("issues (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]FollowUp{{"oil it", "ada", "2026-12-01"}, {"oil it", "zoe", "2026-12-01"}}, r.FollowUps); diff != "" {
		t.Errorf("follow-ups (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Coverage{{Book: "ops", Digest: book.Digest, Steps: 1, Uncovered: 1}}, r.Coverage); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"step leap: not carried out", "the runbook ops has changed since: drill again"}, r.Tabletop.Why); diff != "" || r.Tabletop.Verdict != NotCertified {
		t.Errorf("%s (-want +got):\n%s", r.Tabletop.Verdict, diff)
	}
	for digest, want := range map[string]Result{book.Digest: Certified, "000000000000": NotCertified} {
		drill := journal(runbook.Pass, "zoe")
		drill.Header.Books["ops"] = digest
		now := gather(t, dir, Options{At: noon, Books: []*runbook.Book{book}, Extent: runbook.Coverage([]*runbook.Book{book}, nil), Required: []string{"look"},
			Journals: []Journal{{"older", journal(runbook.Pass, "ada")}, {"one", drill}}})
		if got := strings.Contains(strings.Join(now.Notes, "\n"), "as it was then"); got != (want == NotCertified) {
			t.Errorf("a drill of the runbook %s: notes %q", digest, now.Notes)
		}
		if now.Tabletop.Verdict != want {
			t.Errorf("a drill of the runbook %s, which is now %s: %s, want %s", digest, book.Digest, now.Tabletop.Verdict, want)
		}
	}
	want := []TabletopStep{{"look", "s", "pass", true, 1.5, 0, "true", "…" + strings.Repeat("ä", maxEvidence), "because"}, {Step: "leap", Verdict: "not_reached", Why: "not carried out"}}
	if diff := cmp.Diff(want, r.Tabletop.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	notes := []string{"eve observed of look: slow", "eve observed of look: slow", "The drill of 2026-11-23 12:00:00 UTC, which is the one that is judged, carried out the runbook ops as it was then, not as it is now."}
	if diff := cmp.Diff(notes, r.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
