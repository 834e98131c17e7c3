package ledger

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestActionsAreAppendOnly(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	if err := l.AppendAction(Action{At: noon, Who: "ana", What: "stop", Detail: "drill"}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"UPDATE actions SET who = 'bob'", "DELETE FROM actions",
		"INSERT OR REPLACE INTO actions (id, at_ns, who, what, detail) VALUES (1, 0, 'bob', '', '')"} {
		if err := l.c.one(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v, want append-only", statement, err)
		}
	}
	for a, err := range l.Actions() {
		if diff := cmp.Diff(Action{1, noon, "ana", "stop", "drill"}, a); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
	for _, s := range []SoakID{0, soak} {
		if err := l.AppendEvent(Event{Soak: s, At: noon, Kind: "kind", Text: "text"}); err != nil {
			t.Fatal(err)
		}
		var got []Event
		for e, err := range l.Events(s) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		if diff := cmp.Diff([]Event{{int64(s) + 1, s, noon, "kind", "text"}}, got); diff != "" {
			t.Errorf("events of %d (-want +got):\n%s", s, diff)
		}
	}
}
