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

func TestTheLastOfAJournal(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	for _, text := range []string{"one", "two", "three"} {
		if err := l.AppendEvent(Event{Soak: soak, At: noon, Kind: "notice", Text: text}); err != nil {
			t.Fatal(err)
		}
		if err := l.AppendEvent(Event{At: noon, Kind: "alert", Text: "of no soak"}); err != nil {
			t.Fatal(err)
		}
		if err := l.AppendAction(Action{At: noon, Who: "ana", What: text}); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		n    int
		want []string
	}{
		{2, []string{"two", "three"}},
		{10, []string{"one", "two", "three"}},
	} {
		events, err := l.LastEvents(soak, test.n)
		if err != nil {
			t.Fatal(err)
		}
		actions, err := l.LastActions(test.n)
		if err != nil {
			t.Fatal(err)
		}
		var texts, whats []string
		for _, e := range events {
			texts = append(texts, e.Text)
		}
		for _, a := range actions {
			whats = append(whats, a.What)
		}
		if diff := cmp.Diff([][]string{test.want, test.want}, [][]string{texts, whats}); diff != "" {
			t.Errorf("last %d events and actions (-want +got):\n%s", test.n, diff)
		}
	}
}
