package ledger

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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
	commit(t, l, soak, rest, cycleOf(soak, 2, 4))
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

// Whatever is committed, in whatever groups and over whatever sessions, the carried sums
// are what counting the rows gives.
func TestSumsAreWhatCountingGives(t *testing.T) {
	dir := t.TempDir()
	files := 0
	rapid.Check(t, func(t *rapid.T) {
		files++
		path := filepath.Join(dir, fmt.Sprint(files, ".db"))
		l, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { l.Close() }()
		soak, err := l.StartSoak(Soak{Started: noon})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.StartSession(soak, Session{Started: noon}); err != nil {
			t.Fatal(err)
		}
		for n := 1; n < 8; {
			var group []Cycle
			for range rapid.IntRange(1, 3).Draw(t, "group") {
				group = append(group, drawCycle(t, soak, n))
				n++
			}
			if err := l.Commit(soak, noon.Add(time.Duration(n)*20*time.Minute), group...); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "resumed") {
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if l, err = Open(path); err != nil {
					t.Fatal(err)
				}
			}
		}
		got, err := l.Totals(soak)
		if diff := cmp.Diff(count(t, l, soak), got); diff != "" || err != nil {
			t.Fatalf("totals: %v (-counted +carried):\n%s", err, diff)
		}
		hours, err := l.Hourly(soak)
		if err != nil {
			t.Fatal(err)
		}
		var sum Counters
		for _, h := range hours {
			sum = h.Done.Minus(Counters{}.Minus(sum))
			if sum != h.Total {
				t.Fatalf("hour %d: its progress adds up to %+v, want %+v", h.N, sum, h.Total)
			}
		}
		if sum != got {
			t.Fatalf("hours add up to %+v, want %+v", sum, got)
		}
	})
}

func drawCycle(t *rapid.T, soak SoakID, n int) Cycle {
	c := cycleOf(soak, n, rapid.IntRange(0, 20).Draw(t, "runs"))
	for i := range c.Runs {
		c.Runs[i].Status = rapid.SampledFrom([]golden.Status{golden.StatusOK, golden.StatusExit, golden.StatusTimeout, golden.StatusAbandoned}).Draw(t, "status")
		if !c.Runs[i].Status.Replayable() {
			c.Runs[i].Digest, c.Runs[i].Place = golden.Digest{}, ""
		}
		c.Replays[i].Verdict = rapid.SampledFrom([]replay.Verdict{replay.VerdictMatch, replay.VerdictLeak, replay.VerdictViolation,
			replay.VerdictDrift, replay.VerdictUnknown}).Draw(t, "verdict")
		c.Replays[i].Kind = rapid.SampledFrom([]ReplayKind{ReplayCycle, ReplayRecheck}).Draw(t, "kind")
		c.Replays[i].Restorations = rapid.IntRange(0, 2).Draw(t, "restorations")
	}
	c.Overrun = time.Duration(rapid.IntRange(0, 1).Draw(t, "overrun"))
	c.GoldenBytes = 0
	return c
}

func count(t *rapid.T, l *Ledger, soak SoakID) (c Counters) {
	row := l.Reader.db.QueryRow(`WITH p AS (SELECT * FROM replays WHERE run >> 48 = ?1), r AS (SELECT * FROM runs WHERE soak = ?1)
		SELECT (SELECT count(*) FROM cycles WHERE soak = ?1), (SELECT count(*) FROM cycles WHERE soak = ?1 AND overrun_ns > 0),
		(SELECT count(*) FROM r), (SELECT count(*) FROM r WHERE status = 'timeout'), (SELECT count(*) FROM r WHERE status = 'abandoned'),
		(SELECT count(*) FROM r WHERE digest IS NOT NULL), (SELECT ifnull(sum(size), 0) FROM r WHERE digest IS NOT NULL), 0,
		(SELECT count(*) FROM p), (SELECT count(*) FROM p WHERE verdict = 'match'), (SELECT count(*) FROM p WHERE verdict = 'leak'),
		(SELECT count(*) FROM p WHERE verdict = 'violation'), (SELECT count(*) FROM p WHERE verdict = 'drift'),
		(SELECT count(*) FROM p WHERE verdict = 'unknown'), (SELECT count(*) FROM p WHERE kind = 'recheck'), 0,
		(SELECT ifnull(sum(restorations), 0) FROM p)`, soak)
	if err := row.Scan(c.fields()...); err != nil {
		t.Fatal(err)
	}
	return c
}
