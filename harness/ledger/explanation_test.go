package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/replay"
)

func TestExplanations(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	at := Sight{RunKey{soak, 1, 1}, noon}
	c := cycleOf(soak, 1, 1)
	for _, key := range []string{"f1", "f2"} {
		c.Findings = append(c.Findings, Sighting{Key: key, Workflow: "io", Cause: replay.CauseUnattributed, Class: replay.ClassViolation,
			Count: 1, First: at, Last: at, Shortest: at.Run, Reproduction: "shadowrun replay c1r1"})
	}
	commit(t, l, soak, c)

	if _, err := l.Explanation(soak, "f1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("before it was explained: %v, want ErrNotFound", err)
	}
	a, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	want := Explanation{Finding: "f1", Run: at.Run, At: noon.Add(time.Minute), Path: "/a", Class: replay.ClassViolation,
		Cause: replay.CauseRNG, Proof: "one value in 8 of 8 runs", Runs: 96, Document: jsontext.Value(`{"version":1}`)}
	nothing := Explanation{Finding: "f1", Run: at.Run, At: noon, Proof: "time was up", Runs: 3}
	for _, x := range []Explanation{nothing, want} { // the later takes the place of the earlier
		if err := a.Explain(x); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Explanation(soak, "f1")
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	findings, err := l.Findings(soak)
	if err != nil {
		t.Fatal(err)
	}
	want.Document = nil
	if diff := cmp.Diff(&want, findings[0].Explained); diff != "" || findings[1].Explained != nil {
		t.Errorf("f2 has %v, f1 (-want +got):\n%s", findings[1].Explained, diff)
	}
	if err := a.Explain(Explanation{Finding: "f1", Run: RunKey{soak, 9, 9}, Proof: "p"}); err == nil {
		t.Error("a run that is not there was taken")
	}
}
