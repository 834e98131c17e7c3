package ledger

import (
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

func TestGoldensMove(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	c := cycleOf(soak, 1, 4)
	for i := range c.Runs {
		c.Runs[i].Place = string(rune('a' + i))
	}
	c.Replays[0].Verdict, c.Replays[0].GotPlace, c.Replays[0].GotDigest = replay.VerdictLeak, "z", golden.Digest{7}
	at := Sight{Run: RunKey{soak, 1, 1}}
	c.Findings = []Sighting{{Key: "f", First: at, Last: at, Shortest: RunKey{soak, 1, 3}}}
	commit(t, l, soak, c)
	places := func(seq func(func(Golden, error) bool)) string {
		var s []string
		for g, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			s = append(s, g.Run.String()+"="+g.Place)
		}
		return strings.Join(s, " ")
	}
	if got, want := places(l.Goldens(soak)), "c1r1=a c1r2=b c1r3=c c1r4=d c1r1=z"; got != want {
		t.Errorf("goldens %s, want %s", got, want)
	}
	if got, want := places(l.FindingGoldens()), "c1r1=a c1r3=c c1r1=z"; got != want {
		t.Errorf("goldens of findings %s, want %s", got, want)
	}
	var moves []golden.Moved
	for _, places := range [][2]string{{"a", "A"}, {"b", ""}, {"z", "Z"}, {"nowhere", "N"}} {
		moves = append(moves, golden.Moved{From: golden.Ref{Place: places[0]}, To: golden.Ref{Place: places[1]}})
	}
	for range 2 { // a prune that is killed and run again tells the same moves
		if err := l.MoveGoldens(moves); err != nil {
			t.Fatal(err)
		}
		if got, want := places(l.Goldens(0)), "c1r1=A c1r3=c c1r4=d c1r1=Z"; got != want {
			t.Errorf("goldens %s, want %s", got, want)
		}
	}
	if run, err := l.Run(RunKey{soak, 1, 2}); run.Digest.IsZero() || run.Place != "" || err != nil {
		t.Errorf("a pruned run: digest %s, place %q, %v", run.Digest, run.Place, err)
	}
	if places(l.Goldens(soak+1)) != "" {
		t.Error("goldens of no soak")
	}
}
