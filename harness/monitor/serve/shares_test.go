package serve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/replay"
)

// told is a workflow's share as a line: runs, milliseconds, verdicts, and the buckets that are not empty.
func told(w Workflow) string {
	line := fmt.Sprintf("%s %d %d", w.Name, w.Runs, w.Duration.Milliseconds())
	for _, v := range verdicts {
		if w.Verdicts[v] > 0 {
			line += fmt.Sprintf(" %s=%d", v, w.Verdicts[v])
		}
	}
	for i, n := range w.Buckets {
		if n > 0 {
			line += fmt.Sprintf(" [%d]=%d", i, n)
		}
	}
	return line
}

// What is counted on is what a count from the start would say, whatever comes between two looks.
func TestSharesFollowTheLedger(t *testing.T) {
	l, id, dir := openSoak(t)
	abandoned := run(id, 3, 2, "prices", 1)
	abandoned.Status, abandoned.Digest, abandoned.Place = golden.StatusAbandoned, golden.Digest{}, ""
	a, b, c, again := run(id, 1, 1, "orders", 1), run(id, 2, 1, "orders", 30), run(id, 3, 1, "prices", 8), run(id, 3, 2, "prices", 9)
	var other ledger.SoakID
	var s shares
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"before anything was committed", func() {}, "orders 0 0; prices 0 0"},
		{"a cycle", func() {
			commit(t, l, id, ledger.Cycle{N: 1, Ended: noon, Runs: []ledger.Run{a}, Replays: []ledger.Replay{replayed(a, replay.VerdictMatch)}})
		}, "orders 1 1 match=1 [0]=1; prices 0 0"},
		{"nothing new", func() {}, "orders 1 1 match=1 [0]=1; prices 0 0"},
		{"two more, the last with an abandoned run", func() {
			commit(t, l, id, ledger.Cycle{N: 2, Ended: noon, Runs: []ledger.Run{b}, Replays: []ledger.Replay{replayed(b, replay.VerdictLeak)}},
				ledger.Cycle{N: 3, Ended: noon, Runs: []ledger.Run{c, abandoned}, Replays: []ledger.Replay{replayed(c, replay.VerdictMatch)}})
		}, "orders 2 31 match=1 leak=1 [0]=1 [4]=1; prices 1 8 match=1 [2]=1"},
		{"which is made up for", func() {
			startSession(t, l, id)
			commit(t, l, id, ledger.Cycle{N: 3, Ended: noon, Runs: []ledger.Run{again}, Replays: []ledger.Replay{replayed(again, replay.VerdictViolation)}})
		}, "orders 2 31 match=1 leak=1 [0]=1 [4]=1; prices 2 17 match=1 violation=1 [2]=2"},
		{"the next cycle", func() {
			d := run(id, 4, 1, "orders", 3600_000)
			commit(t, l, id, ledger.Cycle{N: 4, Ended: noon, Runs: []ledger.Run{d}, Replays: []ledger.Replay{replayed(d, replay.VerdictUnknown)}})
		}, "orders 3 3600031 match=1 leak=1 unknown=1 [0]=1 [4]=1 [16]=1; prices 2 17 match=1 violation=1 [2]=2"},
		{"another soak", func() {
			other = startSoak(t, l)
			e := run(other, 1, 1, "prices", 2)
			commit(t, l, other, ledger.Cycle{N: 1, Ended: noon, Runs: []ledger.Run{e}, Replays: []ledger.Replay{replayed(e, replay.VerdictMatch)}})
		}, "orders 0 0; prices 1 2 match=1 [1]=1"},
	} {
		step.do()
		seen := monitor.Look(dir, monitor.Options{})
		var fresh shares
		for name, follower := range map[string]*shares{"counted on": &s, "counted from the start": &fresh} {
			workflows, err := follower.follow(seen)
			var got []string
			for _, w := range workflows {
				got = append(got, told(w))
			}
			if diff := cmp.Diff(step.want, strings.Join(got, "; ")); err != nil || diff != "" {
				t.Errorf("%s, %s: %v (-want +got):\n%s", step.name, name, err, diff)
			}
		}
	}
	late := monitor.Observation{At: noon, Soak: ledger.Soak{ID: id}}
	workflows, err := s.follow(late)
	if diff := cmp.Diff("prices 1 2 match=1 [1]=1", told(workflows[1])); err != nil || diff != "" {
		t.Errorf("who looked before, and asks after: %v (-want +got):\n%s", err, diff)
	}
}
