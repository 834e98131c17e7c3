package ledger

import (
	"testing"
	"time"
)

func TestAMendHoldsUntilTheFindingIsSeenAgain(t *testing.T) {
	accepted := Acceptance{Key: "f1", Reason: "r", At: noon, Until: noon.Add(time.Hour)}
	mended := Acceptance{Key: "f1", Reason: "r", At: noon, Until: noon}
	for _, c := range []struct {
		name         string
		said         Acceptance
		last, at     time.Time
		holds, again bool
	}{
		{"accepted, and seen since", accepted, noon.Add(time.Minute), noon.Add(2 * time.Minute), true, false},
		{"accepted, and it has expired", accepted, noon.Add(-time.Minute), noon.Add(time.Hour), false, false},
		{"mended, and not seen since", mended, noon.Add(-time.Minute), noon.AddDate(1, 0, 0), true, false},
		{"mended, last seen at that instant", mended, noon, noon.AddDate(1, 0, 0), true, false},
		{"mended, and seen again", mended, noon.Add(1), noon.Add(time.Minute), false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Finding{Sighting: Sighting{Key: "f1", Last: Sight{At: c.last}}}
			f.judge(c.said)
			if holds, again := f.AcceptedAt(c.at), f.Again != nil; holds != c.holds || again != c.again {
				t.Errorf("holds %t, seen again %t; want %t, %t", holds, again, c.holds, c.again)
			}
		})
	}
}
