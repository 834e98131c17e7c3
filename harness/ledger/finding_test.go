package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/replay"
)

func TestFindingsAccumulate(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	see := func(n int, class replay.Class, size int64) Cycle {
		c := cycleOf(soak, n, 1)
		at := Sight{RunKey{soak, n, 1}, noon.Add(time.Duration(n) * time.Minute)}
		c.Findings = []Sighting{{Key: "f1", Workflow: "io", Cause: replay.CauseClock, Class: class, Pattern: "/a/*", Count: 2, First: at, Last: at,
			Example: jsontext.Value(`{"n":` + string(rune('0'+n)) + `}`), Shortest: at.Run, Size: size, Reproduction: "shadowrun replay " + at.Run.String()}}
		c.Rules = []RuleAudit{{Rule: "ignore /a", Matched: 3, Hid: 2, EqualAnyway: 1}}
		return c
	}
	commit(t, l, soak, see(1, replay.ClassVolatile, 50), see(2, replay.ClassViolation, 20))
	commit(t, l, soak, see(3, replay.ClassVolatile, 20))

	want := Finding{Soak: soak, Sighting: Sighting{Key: "f1", Workflow: "io", Cause: replay.CauseClock, Class: replay.ClassViolation, Pattern: "/a/*", Count: 6,
		First: Sight{RunKey{soak, 1, 1}, noon.Add(time.Minute)}, Last: Sight{RunKey{soak, 3, 1}, noon.Add(3 * time.Minute)},
		Example: jsontext.Value(`{"n":1}`), Shortest: RunKey{soak, 2, 1}, Size: 20, Reproduction: "shadowrun replay c2r1"}}
	got, err := l.Findings(soak)
	if diff := cmp.Diff([]Finding{want}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	audits, err := l.RuleAudits(soak)
	if diff := cmp.Diff([]RuleAudit{{"ignore /a", 9, 6, 3}}, audits); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}

	a, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Accept(Acceptance{Key: "f2", Reason: "r", Until: noon}); !errors.Is(err, ErrNotFound) {
		t.Errorf("accepting what is not there: %v", err)
	}
	if err := a.Accept(Acceptance{Key: "f1"}); err == nil {
		t.Error("accepted without a reason")
	}
	for _, reason := range []string{"known", "still known"} {
		if err := a.Accept(Acceptance{Key: "f1", Reason: reason, Until: noon.Add(time.Hour), Who: "ana", At: noon}); err != nil {
			t.Fatal(err)
		}
	}
	next := startSoak(t, l)
	again := see(1, replay.ClassVolatile, 50)
	again.Runs[0].RunKey, again.Replays[0].Run.Soak = RunKey{next, 1, 1}, next
	s := &again.Findings[0]
	s.First.Run.Soak, s.Last.Run.Soak, s.Shortest.Soak = next, next, next
	commit(t, l, next, again)
	for _, soak := range []SoakID{soak, next} {
		got, err := l.Findings(soak)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&Acceptance{"f1", "still known", noon.Add(time.Hour), "ana", noon}, got[0].Accepted); diff != "" {
			t.Errorf("soak %d (-want +got):\n%s", soak, diff)
		}
		if !got[0].AcceptedAt(noon) || got[0].AcceptedAt(noon.Add(time.Hour)) {
			t.Error("an acceptance holds until its time, and not at it")
		}
	}
}
