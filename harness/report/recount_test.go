package report

import (
	"database/sql"
	"fmt"
	"maps"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	_ "modernc.org/sqlite" // plain SQL, without the ledger's own queries

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// accounts is the ledger's file, read with queries of the tests' own: from runs, replays and differences, and not from the sums
// that a soak keeps.
type accounts struct {
	t  *testing.T
	db *sql.DB
}

func openAccounts(t *testing.T, dir string) accounts {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: soak.LedgerPath(dir), RawQuery: "mode=ro"}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return accounts{t, db}
}

func (a accounts) number(query string, args ...any) int64 {
	a.t.Helper()
	var n sql.NullInt64
	if err := a.db.QueryRow(query, args...).Scan(&n); err != nil {
		a.t.Fatalf("%s: %v", query, err)
	}
	return n.Int64
}

// numbers returns the numbers of a query's rows, by its first column.
func (a accounts) numbers(query string, args ...any) map[string][]int64 {
	a.t.Helper()
	rows, err := a.db.Query(query, args...)
	if err != nil {
		a.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	all := map[string][]int64{}
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			a.t.Fatal(err)
		}
		all[name] = append(all[name], n)
	}
	if err := rows.Err(); err != nil {
		a.t.Fatal(err)
	}
	return all
}

// counts counts again what is true of a soak; while says of which part of it, by replays' and runs' cycles.
func (a accounts) counts(while string) Counts {
	a.t.Helper()
	run := func(what, where string) int64 {
		return a.number("SELECT " + what + " FROM (SELECT *, cycle AS done_in FROM runs) WHERE soak = 1 AND " + while + " AND " + where)
	}
	replay := func(what, where string) int64 {
		return a.number("SELECT " + what + " FROM (SELECT *, cycle AS done_in FROM replays) WHERE kind <> 'manual' AND run >> 48 = 1 AND " + while + " AND " + where)
	}
	c := Counts{
		Cycles: a.number("SELECT count(*) FROM (SELECT *, n AS done_in FROM cycles) WHERE soak = 1 AND " + while), Overruns: a.number("SELECT count(*) FROM (SELECT *, n AS done_in FROM cycles) WHERE soak = 1 AND overrun_ns > 0 AND " + while),
		Runs: run("count(*)", "true"), Unfinished: run("count(*)", "digest IS NULL AND status <> 'abandoned'"), Abandoned: run("count(*)", "status = 'abandoned'"),
		Replays: replay("count(*)", "true"), Match: replay("count(*)", "verdict = 'match'"), Leak: replay("count(*)", "verdict = 'leak'"),
		Violation: replay("count(*)", "verdict = 'violation'"), Drift: replay("count(*)", "verdict = 'drift'"), Unknown: replay("count(*)", "verdict = 'unknown'"),
		Rechecks: replay("count(*)", "kind = 'recheck'"), Restorations: replay("sum(restorations)", "true"),
		Goldens: run("count(*)", "digest IS NOT NULL"), TraceBytes: run("sum(size)", "digest IS NOT NULL"),
	}
	c.Mismatches = replay("count(*)", "verdict NOT IN ('match', 'unknown')")
	return c
}

// TestEveryFigureRecounted holds a report of two hours' worth of a soak to what its runs and replays say.
func TestEveryFigureRecounted(t *testing.T) {
	s, of := viewFaulty(t)
	a := openAccounts(t, s.Dir)
	r := gather(t, s.Dir, Options{At: of.Ended.Add(time.Hour)})
	f := r.Figures
	if f.Total.Runs < 2122 || f.Total.Violation == 0 || f.Total.Leak == 0 || f.Total.Unfinished == 0 || f.Total.Restorations == 0 || len(r.Interruptions) != 1 {
		t.Fatalf("that is no soak of thousands of runs, with faults: %+v", f.Total)
	}

	want := a.counts("true")
	ignore := cmpopts.IgnoreFields(Counts{}, "GoldenBytes") // the ledger has only its sum; the files are asked below
	if diff := cmp.Diff(want, f.Total, ignore); diff != "" {
		t.Errorf("sums (-want +got):\n%s", diff)
	}
	files, err := filepath.Glob(filepath.Join(soak.GoldenDir(s.Dir), "*"))
	if err != nil {
		t.Fatal(err)
	}
	var onDisk int64
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			onDisk += info.Size()
		}
	}
	if share := float64(f.Total.GoldenBytes) / float64(onDisk); share < 0.9 || share > 1 {
		t.Errorf("goldens take %d bytes; the files, with their heads and signatures, have %d", f.Total.GoldenBytes, onDisk)
	}
	if rate := float64(want.Mismatches) / float64(want.Replays-want.Unknown); math.Abs(rate-f.Rate) > 1e-12 {
		t.Errorf("rate %v, want %v", f.Rate, rate)
	}
	active := a.number("SELECT sum(ended_ns - started_ns) FROM sessions WHERE soak = 1")
	if got := time.Duration(f.Active * 1e9); got.Round(time.Microsecond) != time.Duration(active).Round(time.Microsecond) {
		t.Errorf("active %v, want %v", got, time.Duration(active))
	}
	if clean := a.number("SELECT count(*) FROM runs r WHERE EXISTS (SELECT 1 FROM replays p WHERE p.run = r.id AND p.kind = 'cycle' AND p.verdict IN ('match', 'leak'))"); r.Bound.Clean != clean || r.Bound.Rate95 != 1 {
		t.Errorf("bound %+v; want %d clean runs, and no bound where there were violations", r.Bound, clean)
	}
	goldens, traces := a.number("SELECT count(place) FROM runs"), a.number("SELECT count(got_place) FROM replays")
	if s := r.Store; s.Goldens != goldens || s.Traces != traces || s.InStore != goldens+traces || s.Wrong+s.Elsewhere != 0 {
		t.Errorf("%+v; want %d goldens and %d traces, which are all in the store, and no problem", s, goldens, traces)
	}
}

// TestProgressionRecounted: a cycle counts for the period in which it was acknowledged.
func TestProgressionRecounted(t *testing.T) {
	s, of := viewFaulty(t)
	a := openAccounts(t, s.Dir)
	for _, every := range []time.Duration{100 * time.Millisecond, time.Second, time.Hour} {
		periods, err := s.Ledger.Progression(of.ID, every)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range periods {
			last := func(n int) int64 { // cycle that was acknowledged by the end of a period
				return a.number("SELECT max(cycle) FROM checkpoints WHERE soak = 1 AND (committed_ns - ?) / ? <= ?", of.Started.UnixNano(), int64(every), n)
			}
			upTo := fmt.Sprintf("done_in <= %d", last(p.N))
			within := fmt.Sprintf("%s AND done_in > %d", upTo, last(p.N-1))
			for _, part := range []struct {
				name string
				want Counts
				got  ledger.Counters
			}{{"in", a.counts(within), p.Done}, {"by the end of", a.counts(upTo), p.Total}} {
				if diff := cmp.Diff(part.want, newCounts(part.got), cmpopts.IgnoreFields(Counts{}, "GoldenBytes")); diff != "" {
					t.Errorf("%s period %d of %v (-want +got):\n%s", part.name, p.N, every, diff)
				}
			}
		}
	}
}

func TestRunTimesRecounted(t *testing.T) {
	s, of := viewFaulty(t)
	a := openAccounts(t, s.Dir)
	r := gather(t, s.Dir, Options{At: of.Ended})
	took := a.numbers("SELECT w.name, r.duration_ns FROM runs r JOIN workflows w ON w.id = r.workflow WHERE r.status <> 'abandoned' ORDER BY 2")
	var want []RunTime
	for _, name := range slices.Sorted(maps.Keys(took)) {
		all := took[name]
		rank := func(p float64) float64 { return float64(all[int(math.Ceil(p*float64(len(all))))-1]) / 1e9 }
		x := RunTime{Workflow: name, Runs: int64(len(all)), Min: float64(all[0]) / 1e9, P50: rank(.50), P95: rank(.95), Max: float64(all[len(all)-1]) / 1e9}
		for _, ns := range all {
			up := 0.0
			for _, b := range buckets {
				if time.Duration(ns) <= b {
					up = b.Seconds()
					break
				}
			}
			if n := len(x.Histogram); n > 0 && x.Histogram[n-1].UpTo == up {
				x.Histogram[n-1].Runs++
			} else {
				x.Histogram = append(x.Histogram, Bucket{up, 1})
			}
		}
		want = append(want, x)
	}
	if diff := cmp.Diff(want, r.RunTimes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFindingsRecounted: a finding was seen as often as replays differ where it points.
func TestFindingsRecounted(t *testing.T) {
	s, of := viewFaulty(t)
	a := openAccounts(t, s.Dir)
	r := gather(t, s.Dir, Options{At: of.Ended})
	seen := map[string]int64{}
	for _, f := range r.Findings {
		seen[f.Workflow+" "+f.Path] += f.Count
	}
	want := map[string]int64{}
	for name, n := range a.numbers(`SELECT w.name || ' ' || d.path, count(DISTINCT p.id) FROM differences d JOIN replays p ON p.id = d.replay
		JOIN runs r ON r.id = p.run JOIN workflows w ON w.id = r.workflow WHERE d.rule IS NULL AND d.class <> 'derived' GROUP BY 1`) {
		want[name] = n[0]
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("findings by workflow and path (-want +got):\n%s", diff)
	}
	var unfinished []string
	for _, u := range r.Unknowns {
		if u.What == "run" {
			unfinished = append(unfinished, u.Run)
		}
	}
	var runs []string
	for name := range a.numbers("SELECT run_id, 1 FROM runs WHERE status = ?", string(golden.StatusTimeout)) {
		runs = append(runs, name)
	}
	slices.Sort(unfinished)
	slices.Sort(runs)
	if diff := cmp.Diff(runs, unfinished); diff != "" {
		t.Errorf("runs that left no golden (-want +got):\n%s", diff)
	}
}
