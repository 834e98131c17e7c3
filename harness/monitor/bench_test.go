package monitor_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// million is a soak of so many runs, in the cycles and commits of a long one.
const million, aCycle = 1_000_000, 100

func cycleOf(id ledger.SoakID, n int) ledger.Cycle {
	start := noon.Add(time.Duration(n) * time.Second)
	c := ledger.Cycle{N: n, Started: start, Ended: start.Add(time.Second), GoldenBytes: aCycle * 100}
	for p := range aCycle {
		key := ledger.RunKey{Soak: id, Cycle: n, Position: p + 1}
		c.Runs = append(c.Runs, ledger.Run{RunKey: key, Workflow: []string{"compute", "io", "llm"}[p%3], Seed: uint64(n)<<40 + uint64(p),
			Status: golden.StatusOK, Digest: golden.Digest{byte(n), byte(n >> 8), byte(p), 31: 1}, Place: fmt.Sprintf("%d:%d:%d", n/1000+1, n*4096, p),
			Size: 400, Started: start, Duration: time.Millisecond, PID: 1000 + p})
		c.Replays = append(c.Replays, ledger.Replay{Run: key, Kind: ledger.ReplayCycle, Variant: "again", Verdict: replay.VerdictMatch,
			Replays: 1, Started: start, Duration: time.Millisecond})
	}
	return c
}

// underWay begins a soak in dir whose session does not end.
func underWay(b *testing.B, dir string) (*ledger.Ledger, ledger.SoakID) {
	b.Helper()
	l, err := ledger.Open(soak.LedgerPath(dir))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	id, err := l.StartSoak(ledger.Soak{Config: "config: {version: 1}", Started: noon, Duration: 24 * time.Hour})
	if err == nil {
		_, err = l.StartSession(id, ledger.Session{PID: 4711, Environment: []byte("{}"), Started: noon})
	}
	if err != nil {
		b.Fatal(err)
	}
	return l, id
}

// BenchmarkStatus measures what 'shadowrun status' and 'check' do, on a soak of a million runs that
// is being written to.
func BenchmarkStatus(b *testing.B) {
	dir := b.TempDir()
	l, id := underWay(b, dir)
	for n := 1; n <= million/aCycle; n++ {
		if err := l.Commit(id, noon.Add(time.Duration(n)*time.Second), cycleOf(id, n)); err != nil {
			b.Fatal(err)
		}
	}
	thresholds := monitor.ThresholdsOf(harness.MonitorConfig{})
	for b.Loop() {
		o := monitor.Look(dir, monitor.Options{})
		if h := monitor.Judge(o, thresholds); o.Last.Runs != million {
			b.Fatalf("%s, %d runs", h.State, o.Last.Runs)
		}
	}
}

// BenchmarkWriter measures durable pairs of a run and its replay, alone and while ten readers look once a
// second each, twice as often as 'shadowrun status --watch'.
func BenchmarkWriter(b *testing.B) {
	for _, readers := range []int{0, 10} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			dir := filepath.Clean(b.TempDir())
			l, id := underWay(b, dir)
			done := make(chan struct{})
			var group sync.WaitGroup
			var looks [10]int
			for r := range readers {
				group.Go(func() {
					tick := time.NewTicker(time.Second)
					defer tick.Stop()
					for {
						select {
						case <-done:
							return
						case <-tick.C:
							monitor.Look(dir, monitor.Options{})
							looks[r]++
						}
					}
				})
			}
			n := 0
			for b.Loop() {
				n++
				if err := l.Commit(id, noon.Add(time.Duration(n)*time.Second), cycleOf(id, n)); err != nil {
					b.Fatal(err)
				}
			}
			elapsed := b.Elapsed().Seconds()
			close(done)
			group.Wait()
			sum := 0
			for _, l := range looks {
				sum += l
			}
			b.ReportMetric(float64(n)*aCycle/elapsed, "pairs/s")
			b.ReportMetric(float64(sum)/elapsed, "looks/s")
		})
	}
}
