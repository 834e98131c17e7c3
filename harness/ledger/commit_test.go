package ledger

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

func TestTotalsSumCommits(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	third := cycleOf(soak, 3, 4)
	third.Overrun, third.RechecksSkipped = time.Second, 2
	third.Replays[0].Verdict, third.Replays[0].Restorations = replay.VerdictLeak, 3
	third.Replays[1].Verdict = replay.VerdictUnknown
	third.Replays = append(third.Replays, Replay{Run: RunKey{soak, 1, 2}, Kind: ReplayRecheck, Variant: "again", Verdict: replay.VerdictViolation})
	third.Runs[3].Status, third.Runs[3].Digest = golden.StatusTimeout, golden.Digest{}
	commit(t, l, soak, cycleOf(soak, 1, 9), cycleOf(soak, 2, 9))
	commit(t, l, soak, third)

	got, err := l.LastCheckpoint(soak)
	if err != nil {
		t.Fatal(err)
	}
	want := Checkpoint{N: 2, Session: 1, Cycle: 3, Committed: third.Ended, Counters: Counters{
		Cycles: 3, Overruns: 1, Runs: 22, Unfinished: 1, Goldens: 21, TraceBytes: 21 * 400, GoldenBytes: 2200,
		Replays: 23, Match: 20, Leak: 1, Violation: 1, Unknown: 1, Rechecks: 1, RechecksSkipped: 2, Restorations: 3,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("checkpoint (-want +got):\n" + diff)
	}
}

func TestCommitRefuses(t *testing.T) {
	change := func(n int, do func(c *Cycle)) func(SoakID) []Cycle {
		return func(soak SoakID) []Cycle {
			c := cycleOf(soak, n, 3)
			do(&c)
			return []Cycle{c}
		}
	}
	tests := []struct {
		name   string
		cycles func(SoakID) []Cycle
		want   string
		is     error
	}{
		{"the last cycle again", change(2, func(*Cycle) {}), "commit cycle 2", ErrAlreadyCommitted},
		{"an older cycle again", change(1, func(*Cycle) {}), "commit cycle 1", ErrAlreadyCommitted},
		{"a cycle left out", change(4, func(*Cycle) {}), "the last one committed is 2, so the next is 3", nil},
		{"a good cycle, then one again", func(s SoakID) []Cycle { return []Cycle{cycleOf(s, 3, 3), cycleOf(s, 3, 3)} }, "commit cycle 3", ErrAlreadyCommitted},
		{"a position twice", change(3, func(c *Cycle) { c.Runs[1].Position = 1 }), "UNIQUE", nil},
		{"a position too large", change(3, func(c *Cycle) { c.Runs[1].Position = maxPosition + 1 }), "a position of 0 to 1048575", nil},
		{"a run of another cycle", change(3, func(c *Cycle) { c.Runs[1].Cycle = 2 }), "run c2r2", nil},
		{"a replay of no run", change(3, func(c *Cycle) { c.Replays[0].Run.Position = 99 }), "FOREIGN KEY", nil},
		{"a replay by hand", change(3, func(c *Cycle) { c.Replays[0].Kind = ReplayManual }), `kind "manual"`, nil},
		{"no verdict", change(3, func(c *Cycle) { c.Replays[0].Verdict = "" }), `no such verdict as ""`, nil},
		{"an abandoned run's golden", change(3, func(c *Cycle) { c.Runs[0].Status = golden.StatusAbandoned }), "yet has a golden", nil},
		{"a finding of another soak", change(3, func(c *Cycle) { c.Findings = []Sighting{{Key: "k", First: Sight{Run: RunKey{9, 1, 1}}}} }), "of soak 9", nil},
	}
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	commit(t, l, soak, cycleOf(soak, 1, 3), cycleOf(soak, 2, 3))
	want, err := l.LastCheckpoint(soak)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := l.Commit(soak, noon, test.cycles(soak)...)
			if err == nil || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			got, err := l.LastCheckpoint(soak)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("a refused commit left something: %v (-want +got):\n%s", err, diff)
			}
			if n := len(allRuns(t, l.Reader, soak)); n != 6 {
				t.Errorf("%d runs, want 6", n)
			}
		})
	}
	commit(t, l, soak, cycleOf(soak, 3, 3))
	if err := l.Commit(99, noon, cycleOf(99, 1, 1)); !errors.Is(err, ErrNotFound) {
		t.Errorf("commit to no soak: %v, want ErrNotFound", err)
	}
}

func allRuns(t testing.TB, r *Reader, soak SoakID) []Run {
	t.Helper()
	var all []Run
	for run, err := range r.Runs(Filter{Soak: soak}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, run)
	}
	return all
}

func TestAbandonedRunsAreMadeUpFor(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	whole := cycleOf(soak, 1, 4)
	stopped := cycleOf(soak, 1, 4)
	for i := 2; i < 4; i++ {
		stopped.Runs[i] = Run{RunKey: whole.Runs[i].RunKey, Workflow: whole.Runs[i].Workflow, Seed: whole.Runs[i].Seed, Status: golden.StatusAbandoned}
	}
	stopped.Replays, stopped.GoldenBytes = stopped.Replays[:2], 200
	commit(t, l, soak, stopped)
	if got, _ := l.Totals(soak); got.Runs != 4 || got.Abandoned != 2 || got.Goldens != 2 {
		t.Errorf("stopped: %+v, want 4 runs, 2 of them abandoned, 2 goldens", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.StartSession(soak, Session{Started: noon.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	rest := cycleOf(soak, 1, 4)
	rest.Runs, rest.Replays, rest.GoldenBytes = rest.Runs[2:], rest.Replays[2:], 200
	twice := rest
	twice.Runs = whole.Runs[1:]
	if err := l.Commit(soak, noon, twice); !errors.Is(err, ErrAlreadyCommitted) {
		t.Errorf("making up for a run that was not abandoned: %v, want ErrAlreadyCommitted", err)
	}
	half := rest // one of the two, and then the other
	half.Runs, half.Replays, half.GoldenBytes = rest.Runs[:1], rest.Replays[:1], 100
	rest.Runs, rest.Replays, rest.GoldenBytes = rest.Runs[1:], rest.Replays[1:], 100
	commit(t, l, soak, half)
	commit(t, l, soak, rest)
	if err := l.Commit(soak, noon, Cycle{N: 1}); !errors.Is(err, ErrAlreadyCommitted) {
		t.Errorf("nothing more to make up for: %v, want ErrAlreadyCommitted", err)
	}
	commit(t, l, soak, cycleOf(soak, 2, 4))
	if err := l.Commit(soak, noon, rest); !errors.Is(err, ErrAlreadyCommitted) {
		t.Errorf("making up twice: %v, want ErrAlreadyCommitted", err)
	}

	undisturbed, _ := openLedger(t)
	commit(t, undisturbed, startSoak(t, undisturbed), whole, cycleOf(soak, 2, 4))
	want, _ := undisturbed.Totals(soak)
	got, err := l.Totals(soak)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("totals: %v (-undisturbed +resumed):\n%s", err, diff)
	}
	if diff := cmp.Diff(allRuns(t, undisturbed.Reader, soak), allRuns(t, l.Reader, soak)); diff != "" {
		t.Error("runs (-undisturbed +resumed):\n" + diff)
	}
}
