package ledger

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommitCounts(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	commit(t, l, soak, cycleOf(soak, 1, 9), cycleOf(soak, 2, 9))
	commit(t, l, soak, cycleOf(soak, 3, 4))
	got, err := l.Totals(soak)
	if err != nil {
		t.Fatal(err)
	}
	want := Counters{Cycles: 3, Runs: 22, Goldens: 22, TraceBytes: 22 * 400, GoldenBytes: 2200, Replays: 22, Match: 22}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("totals (-want +got):\n" + diff)
	}
	k := RunKey{soak, 2, 3}
	run, err := l.Run(k)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(cycleOf(soak, 2, 9).Runs[2], run); diff != "" {
		t.Error("run (-want +got):\n" + diff)
	}
}
