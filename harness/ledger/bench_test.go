package ledger

import (
	"fmt"
	"testing"
)

// BenchmarkCommit measures durable pairs of a run and its replay, in cycles of nine.
func BenchmarkCommit(b *testing.B) {
	for _, group := range []int{1, 11, 100, 1000} {
		b.Run(fmt.Sprintf("cycles=%d", group), func(b *testing.B) {
			l, _ := openLedger(b)
			soak := startSoak(b, l)
			n := 0
			b.ResetTimer()
			for b.Loop() {
				var cycles []Cycle
				for range group {
					n++
					cycles = append(cycles, cycleOf(soak, n, 9))
				}
				commit(b, l, soak, cycles...)
			}
			b.ReportMetric(float64(n)*9/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}
