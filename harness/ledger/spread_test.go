package ledger

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

func TestRunSpreads(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	if got, err := l.RunSpreads(soak); err != nil || got != nil {
		t.Errorf("before the first run: %v, %v", got, err)
	}
	var took []time.Duration
	for n := 1; n <= 41; n++ {
		c := cycleOf(soak, n, 1)
		c.Runs[0].Duration = time.Duration(n*17%41+1) * time.Millisecond
		took = append(took, c.Runs[0].Duration)
		if n == 41 {
			c.Runs = append(c.Runs, Run{RunKey: RunKey{soak, n, 2}, Workflow: "once", Status: golden.StatusTimeout, Started: noon, Duration: time.Minute},
				Run{RunKey: RunKey{soak, n, 3}, Workflow: "once", Status: golden.StatusAbandoned, Started: noon, Duration: time.Hour})
		}
		commit(t, l, soak, c)
	}
	commit(t, l, startSoak(t, l), cycleOf(2, 1, 3))
	slices.Sort(took)
	got, err := l.RunSpreads(soak)
	want := []RunSpread{{"io", 41, took[0], took[20], took[38], took[40]}, {"once", 1, time.Minute, time.Minute, time.Minute, time.Minute}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestProgressionByMinutes(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	for n := 1; n <= 5; n++ { // half a minute each, and a second
		commit(t, l, soak, cycleOf(soak, n, 1))
	}
	periods, err := l.Progression(soak, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, p := range periods {
		got = append(got, int64(p.N), int64(p.Start.Sub(noon)/time.Second), p.Done.Runs, p.Total.Runs)
	}
	if diff := cmp.Diff([]int64{0, 0, 1, 1, 1, 60, 2, 3, 2, 120, 2, 5}, got); diff != "" {
		t.Errorf("number, second of its start, runs in it, runs by its end (-want +got):\n%s", diff)
	}
}
