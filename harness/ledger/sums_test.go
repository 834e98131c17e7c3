package ledger

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// Whatever is committed, in whatever groups and over whatever sessions, the carried sums
// are what counting the rows gives.
func TestSumsAreWhatCountingGives(t *testing.T) {
	l, _ := openLedger(t)
	rapid.Check(t, func(t *rapid.T) {
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
				if _, err := l.StartSession(soak, Session{Started: noon}); err != nil {
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
	c := cycleOf(soak, n, rapid.IntRange(0, 8).Draw(t, "runs"))
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
	var r, p Counters // of runs, and of replays
	from, to := Filter{Soak: soak}.bounds()
	for query, fields := range map[string][]any{
		"SELECT count(*), count(*) FILTER (WHERE overrun_ns > 0) FROM cycles WHERE soak = ?1 >> 48": {&r.Cycles, &r.Overruns},
		`SELECT count(*), count(*) FILTER (WHERE status = 'timeout'), count(*) FILTER (WHERE status = 'abandoned'),
			count(digest), ifnull(sum(size) FILTER (WHERE digest IS NOT NULL), 0) FROM runs WHERE id BETWEEN ?1 AND ?2`: {
			&r.Runs, &r.Unfinished, &r.Abandoned, &r.Goldens, &r.TraceBytes},
		`SELECT count(*), count(*) FILTER (WHERE verdict = 'match'), count(*) FILTER (WHERE verdict = 'leak'),
			count(*) FILTER (WHERE verdict = 'violation'), count(*) FILTER (WHERE verdict = 'drift'), count(*) FILTER (WHERE verdict = 'unknown'),
			count(*) FILTER (WHERE kind = 'recheck'), ifnull(sum(restorations), 0) FROM replays WHERE run BETWEEN ?1 AND ?2`: {
			&p.Replays, &p.Match, &p.Leak, &p.Violation, &p.Drift, &p.Unknown, &p.Rechecks, &p.Restorations},
	} {
		if err := l.Reader.db.QueryRow(query, from, to).Scan(fields...); err != nil {
			t.Fatal(err)
		}
	}
	return r.Minus(Counters{}.Minus(p))
}
