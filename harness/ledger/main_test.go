package ledger

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("LEDGER_TEST_WRITER"); path != "" {
		os.Exit(writeUntilKilled(path))
	}
	goleak.VerifyTestMain(m)
}

// noon is when the tests' soaks start.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func openLedger(t testing.TB) (*Ledger, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, path
}

// startSoak starts a soak and its first session.
func startSoak(t testing.TB, l *Ledger) SoakID {
	t.Helper()
	soak, err := l.StartSoak(Soak{BaseSeed: 1<<64 - 1, Config: "workers: 3\n", ConfigDigest: "cd", PlanDigest: "pd", Version: "v1", Host: "here", Started: noon, Duration: 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.StartSession(soak, Session{PID: 7, Host: "here", Boot: "boot", Build: "b1", Environment: []byte(`{"cpus":2}`), Started: noon}); err != nil {
		t.Fatal(err)
	}
	return soak
}

// cycleOf returns a cycle of runs that matched, of about the size of a soak's.
func cycleOf(soak SoakID, n, runs int) Cycle {
	start := noon.Add(time.Duration(n) * 30 * time.Second)
	c := Cycle{N: n, Started: start, Ended: start.Add(time.Second), GoldenBytes: int64(runs) * 100}
	for p := 1; p <= runs; p++ {
		key := RunKey{soak, n, p}
		c.Runs = append(c.Runs, Run{RunKey: key, Workflow: []string{"compute", "io", "llm"}[p%3], Seed: uint64(n)<<40 + uint64(p),
			Status: golden.StatusOK, Digest: golden.Digest{byte(n), byte(n >> 8), byte(p), 31: 1}, Place: fmt.Sprintf("%d:%d:%d", n/1000+1, n*4096, p), Size: 400,
			Started: start, Duration: time.Millisecond, PID: 1000 + p})
		c.Replays = append(c.Replays, Replay{Run: key, Kind: ReplayCycle, Variant: "again", Verdict: replay.VerdictMatch,
			Replays: 1, Started: start.Add(time.Millisecond), Duration: time.Millisecond})
	}
	return c
}

func commit(t testing.TB, l *Ledger, soak SoakID, cycles ...Cycle) {
	t.Helper()
	if err := l.Commit(soak, cycles[len(cycles)-1].Ended, cycles...); err != nil {
		t.Fatal(err)
	}
}

// skip skips, loudly; where CI is set, nothing may be skipped.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("cannot be skipped in CI: " + why)
	}
	t.Skip("SKIPPED: " + why)
}
