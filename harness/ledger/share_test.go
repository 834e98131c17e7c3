package ledger

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

func TestRunShares(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	run := func(cycle, position int, workflow string, took time.Duration, status golden.Status) Run {
		return Run{RunKey: RunKey{soak, cycle, position}, Workflow: workflow, Status: status, Started: noon, Duration: took}
	}
	commit(t, l, soak,
		Cycle{N: 1, Ended: noon, Runs: []Run{
			run(1, 1, "a", 10*time.Millisecond, golden.StatusOK), run(1, 2, "a", 11*time.Millisecond, golden.StatusOK), run(1, 3, "b", 0, golden.StatusOK)}},
		Cycle{N: 2, Ended: noon, Runs: []Run{
			run(2, 1, "a", time.Minute, golden.StatusTimeout), run(2, 2, "b", time.Second, golden.StatusAbandoned)}})
	other := startSoak(t, l)
	commit(t, l, other, cycleOf(other, 1, 3))
	bounds := []time.Duration{10 * time.Millisecond, time.Second}
	for _, test := range []struct {
		name   string
		filter Filter
		want   []RunShare
	}{
		{"all of a soak, a bound among those that do not exceed it", Filter{Soak: soak}, []RunShare{
			{"a", 0, 1, 10 * time.Millisecond}, {"a", 1, 1, 11 * time.Millisecond}, {"a", 2, 1, time.Minute}, {"b", 0, 1, 0}}},
		{"from a cycle on", Filter{Soak: soak, FirstCycle: 2}, []RunShare{{"a", 2, 1, time.Minute}}},
		{"of a workflow", Filter{Soak: soak, Workflow: "b"}, []RunShare{{"b", 0, 1, 0}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := l.RunShares(test.filter, bounds)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestVerdictSharesGoOnWhereTheyWere(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	if got, upTo, err := l.VerdictShares(soak, 0); err != nil || got != nil || upTo != 0 {
		t.Errorf("before the first replay: %v, %d, %v", got, upTo, err)
	}
	commit(t, l, soak, cycleOf(soak, 1, 3))
	first, upTo, err := l.VerdictShares(soak, 0)
	if err != nil {
		t.Fatal(err)
	}
	second := cycleOf(soak, 2, 3)
	second.Replays[0].Verdict = replay.VerdictViolation
	commit(t, l, soak, second)
	a, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.AppendReplay(Replay{Run: RunKey{soak, 1, 1}, Variant: "again", Verdict: replay.VerdictViolation, Started: noon}); err != nil {
		t.Fatal(err)
	}
	next, upTo, err := l.VerdictShares(soak, upTo)
	if err != nil {
		t.Fatal(err)
	}
	none, _, err := l.VerdictShares(soak, upTo)
	if err != nil {
		t.Fatal(err)
	}
	one := func(workflow string, v replay.Verdict) VerdictShare { return VerdictShare{workflow, v, 1} }
	want := [][]VerdictShare{
		{one("compute", "match"), one("io", "match"), one("llm", "match")},
		{one("compute", "match"), one("io", "violation"), one("llm", "match")},
		nil,
	}
	if diff := cmp.Diff(want, [][]VerdictShare{first, next, none}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCourse(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	if got, err := l.Course(soak, 5); err != nil || got != nil {
		t.Errorf("before the first: %v, %v", got, err)
	}
	other := startSoak(t, l)
	commit(t, l, other, cycleOf(other, 1, 1))
	for n := 1; n <= 11; n++ {
		commit(t, l, soak, cycleOf(soak, n, 1))
	}
	for _, test := range []struct {
		most int
		want string
	}{
		{600, "1 2 3 4 5 6 7 8 9 10 11"},
		{11, "1 2 3 4 5 6 7 8 9 10 11"},
		{10, "1 3 5 7 9 11"},
		{6, "1 3 5 7 9 11"},
		{5, "1 4 7 10 11"},
		{2, "1 11"},
	} {
		t.Run(fmt.Sprintf("at most %d", test.most), func(t *testing.T) {
			course, err := l.Course(soak, test.most)
			var got []string
			for _, c := range course {
				got = append(got, fmt.Sprint(c.Runs))
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
