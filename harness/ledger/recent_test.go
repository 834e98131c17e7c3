package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/replay"
)

// said is a piece of news in a word.
func said(news News) (all []string) {
	for _, e := range news.Events {
		all = append(all, "event "+e.Text)
	}
	for _, x := range news.Actions {
		all = append(all, "action "+x.What)
	}
	for _, c := range news.Checkpoints {
		all = append(all, fmt.Sprint("cycle ", c.Cycle))
	}
	return all
}

func TestWhoFollowsReadsEverythingOnce(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	happen := func(n int) {
		commit(t, l, soak, cycleOf(soak, n, 3))
		if err := l.AppendEvent(Event{Soak: soak, At: noon, Kind: "notice", Text: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
		if err := l.AppendAction(Action{At: noon, Who: "ada", What: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	for n := 1; n <= 3; n++ {
		happen(n)
	}
	news, err := l.Last(soak, 2)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"event 2", "event 3", "action 2", "action 3", "cycle 2", "cycle 3"}, said(news)); diff != "" {
		t.Errorf("the last two (-want +got):\n%s", diff)
	}
	mark := Mark{}.Move(news)
	happen(4)
	if news, err = l.Since(soak, mark); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"event 4", "action 4", "cycle 4"}, said(news)); diff != "" {
		t.Errorf("since (-want +got):\n%s", diff)
	}
	if news, err = l.Since(soak, mark.Move(news)); err != nil || len(said(news)) != 0 {
		t.Errorf("read twice: %v, %v", said(news), err)
	}
}

func TestCyclesWithoutTheirRuns(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	commit(t, l, soak, cycleOf(soak, 1, 3), cycleOf(soak, 2, 3))
	var ns []int
	for c, err := range l.Cycles(soak) {
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Ended.Sub(c.Started); got != time.Second {
			t.Errorf("cycle %d took %v, want a second", c.N, got)
		}
		ns = append(ns, c.N)
	}
	if diff := cmp.Diff([]int{1, 2}, ns); diff != "" {
		t.Error(diff)
	}
}

func TestStoreFigures(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	c := violated(cycleOf(soak, 1, 3), soak)
	c.Runs[1].Size = 5000
	c.Runs[2].Place = "" // pruned
	commit(t, l, soak, c)
	got, err := l.Store(soak)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(StoreFigures{Goldens: 2, Bytes: 5400, Pruned: 1, Got: 1}, got); diff != "" {
		t.Error(diff)
	}
	largest, err := l.Largest(soak, 1)
	if err != nil || len(largest) != 1 || largest[0].RunKey != c.Runs[1].RunKey {
		t.Errorf("largest %v, %v", largest, err)
	}
	newest, err := l.Newest(soak, 5)
	if err != nil || len(newest) != 2 || newest[0].RunKey != c.Runs[1].RunKey {
		t.Errorf("newest %v, %v", newest, err)
	}
	violations, err := l.LastReplays(soak, replay.VerdictViolation, 5)
	if err != nil || len(violations) != 1 || violations[0].Run != c.Runs[0].RunKey {
		t.Errorf("violations %v, %v", violations, err)
	}
}
