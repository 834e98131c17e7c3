package report

import (
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness/soak"
)

// BenchmarkAMillionRuns makes a report of a ledger of so many, and a replay of each, one in ten thousand of them a violation. Their
// goldens have been pruned: verifying goldens has a benchmark of its own.
func BenchmarkAMillionRuns(b *testing.B) {
	for _, runs := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprint(runs), func(b *testing.B) {
			l, dir := begun(b)
			commit(b, l, noon.Add(time.Second), cycle(1))
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
			multiply(b, soak.LedgerPath(dir), runs)
			b.ReportAllocs()
			for b.Loop() {
				r := gather(b, dir, Options{At: noon.Add(48 * time.Hour)})
				if got := r.RunTimes[0].Runs; got != int64(runs) {
					b.Fatalf("%d runs have a time, want %d", got, runs)
				}
				if _, err := HTML(r); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(peak(b), "peak-MiB")
		})
	}
}

// multiply puts so many runs into a ledger in place of those that are there, as fast as SQLite can.
func multiply(b *testing.B, path string, runs int) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{
		"PRAGMA journal_mode = OFF", "DELETE FROM replays", "DELETE FROM runs", "DELETE FROM cycles", "DELETE FROM checkpoints WHERE n > 1",
		`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
			INSERT INTO runs (id, workflow, seed, status, exit, digest, size, started_ns, duration_ns, pid)
			SELECT (1 << 48) + ((i / 1000 + 1) << 20) + i % 1000, 1, i, 'ok', 0, randomblob(32), 400, ?2 + i * 86400000, abs(random()) % 50000000, 7 FROM n`,
		`INSERT INTO replays (run, cycle, kind, variant, verdict, replays, differing, differences, started_ns, duration_ns, restorations)
			SELECT id, (id >> 20) & 268435455, 'cycle', 'again', iif(seed % 10000 = 9999, 'violation', 'match'), 1, 0, 0, started_ns, duration_ns, 0 FROM runs`,
		`WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i + 1 <= ?1 / 1000)
			INSERT INTO checkpoints SELECT 1, i, 1, i, ?2 + i * 86400000000, i, 0, i * 1000, 0, 0, i * 1000, 0, 0, i * 1000, i * 1000 - i / 10, 0, i / 10, 0, 0, 0, 0, 0 FROM n`,
	} {
		var args []any
		if len(query) > 100 && query[0] == 'W' {
			args = []any{runs, noon.UnixNano()}
		}
		if _, err := db.Exec(query, args...); err != nil {
			b.Fatalf("%s: %v", query, err)
		}
	}
}

// peak is the most memory that this process ever had, in MiB.
func peak(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip(err)
	}
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		return 0
	}
	kib, _ := strconv.ParseFloat(string(m[1]), 64)
	return kib / 1024
}
