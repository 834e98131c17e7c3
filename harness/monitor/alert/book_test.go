package alert

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// seen is a look at a soak with these conditions.
func seen(minute int, conditions ...monitor.Condition) monitor.Status {
	o := monitor.Observation{At: noon.Add(time.Duration(minute) * time.Minute), Dir: "/state"}
	o.Soak.ID, o.Sessions, o.Process.Alive = 1, 1, true
	return monitor.Status{Observation: o, Health: monitor.Health{Conditions: conditions}}
}

func condition(id monitor.ID, severity monitor.Severity) monitor.Condition {
	return monitor.Condition{ID: id, Severity: severity, Text: "text of " + string(id)}
}

func over(minute int) monitor.Status {
	s := seen(minute)
	s.Soak.Ended, s.Soak.Cycles, s.Last.Cycle, s.Outcome = s.At, 3, 3, soak.Pass
	return s
}

// of is a look at another soak.
func of(id ledger.SoakID, s monitor.Status) monitor.Status {
	s.Soak.ID, s.Soak.Started = id, noon.Add(time.Duration(id)*time.Second)
	return s
}

func unread(minute int) monitor.Status {
	s := seen(minute, condition(monitor.LedgerUnreadable, monitor.SeverityUnknown))
	s.Unread, s.Soak.ID = fmt.Errorf("torn"), 0
	return s
}

func TestWhatIsToldOfLooks(t *testing.T) {
	stale, leak := condition(monitor.Stale, monitor.SeverityWarning), condition(monitor.Leak, monitor.SeverityWarning)
	worse := condition(monitor.Leak, monitor.SeverityCritical)
	full := condition(monitor.DiskFull, monitor.SeverityCritical)
	for _, test := range []struct {
		name  string
		looks []monitor.Status
		want  []string
	}{
		{"all is well", []monitor.Status{seen(0), seen(5)}, nil},
		{"a condition that lasts is told once", []monitor.Status{seen(0, stale), seen(5, stale), seen(10, stale)}, []string{"0 opened stale 1"}},
		{"and again where it comes again", []monitor.Status{seen(0, stale), seen(5), seen(10, stale)}, []string{"0 opened stale 1", "5 resolved stale 1", "10 opened stale 2"}},
		{"each has an alert of its own", []monitor.Status{seen(0, stale, leak), seen(5, leak)}, []string{"0 opened leak 1", "0 opened stale 1", "5 resolved stale 1"}},
		{"one that becomes graver is the same", []monitor.Status{seen(0, leak), seen(5, worse), seen(10)}, []string{"0 opened leak 1", "5 changed leak 1", "10 resolved leak 1"}},
		{"a note is no alert", []monitor.Status{seen(0, condition(monitor.ClockJumped, monitor.SeverityNote))}, nil},
		{"but a stop is", []monitor.Status{seen(0, condition(monitor.StopStands, monitor.SeverityNote)), seen(5)}, []string{"0 opened stopped 1", "5 resolved stopped 1"}},
		{"a monitor may be there before the soak", []monitor.Status{seen(0, condition(monitor.NoSoak, monitor.SeverityUnknown)), seen(5)}, nil},
		{"the end is announced until another begins", []monitor.Status{seen(0), over(5), over(10), seen(15)}, []string{"5 opened finished 1", "15 resolved finished 1"}},
		{"what one soak came to is over with the next, which has its own", []monitor.Status{seen(0, leak), of(2, over(5)), of(3, over(10)), of(3, seen(15, leak))},
			[]string{"0 opened leak 1", "5 resolved leak 1", "5 opened finished 1", "10 resolved finished 1", "10 opened finished 2", "15 resolved finished 2", "15 opened leak 2"}},
		{"a condition of two soaks is two alerts", []monitor.Status{seen(0, leak), of(2, seen(5, leak))}, []string{"0 opened leak 1", "5 resolved leak 1", "5 opened leak 2"}},
		{"but a disk is not a soak's", []monitor.Status{seen(0, full), of(2, seen(5, full))}, []string{"0 opened disk_full 1"}},
		{"what can't be seen is not over", []monitor.Status{seen(0, stale), unread(5), seen(10, stale)}, []string{"0 opened stale 1", "5 opened ledger_unreadable 1", "10 resolved ledger_unreadable 1"}},
		{"but a disk can be seen", []monitor.Status{seen(0, full), unread(5)}, []string{"0 opened disk_full 1", "5 resolved disk_full 1", "5 opened ledger_unreadable 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			book := NewBook("soak-1", nil)
			lives := map[string]map[string]int{}
			var got []string
			for _, s := range test.looks {
				for _, m := range book.Step(s) {
					c := m.Alert.Condition
					if lives[c] == nil {
						lives[c] = map[string]int{}
					}
					if lives[c][m.Alert.ID] == 0 {
						lives[c][m.Alert.ID] = len(lives[c]) + 1
					}
					got = append(got, fmt.Sprintf("%.0f %s %s %d", m.At.Sub(noon).Minutes(), m.Kind, c, lives[c][m.Alert.ID]))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A daemon that is started anew goes on with the alerts that were open, also where their last state was not
// kept.
func TestBookGoesOn(t *testing.T) {
	stale := condition(monitor.Stale, monitor.SeverityWarning)
	first := NewBook("soak-1", nil)
	opened := first.Step(seen(0, stale))[0].Alert
	for _, test := range []struct {
		name string
		kept []ledger.Alert
		want []Kind
	}{{"kept", []ledger.Alert{opened}, []Kind{Resolved}}, {"not kept", nil, []Kind{Opened, Resolved}}} {
		t.Run(test.name, func(t *testing.T) {
			book := NewBook("soak-1", test.kept)
			var got []Kind
			for _, m := range append(book.Step(seen(5, stale)), book.Step(seen(10))...) {
				got = append(got, m.Kind)
				if m.Alert.ID != opened.ID {
					t.Errorf("%s is about %s, want %s", m.Kind, m.Alert.ID, opened.ID)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A receiver that takes no message twice would miss one whose id it has seen before.
func TestNoTwoAlertsShareAnID(t *testing.T) {
	stale := condition(monitor.Stale, monitor.SeverityWarning)
	ids := map[string]string{}
	for name, open := range map[string]func() []Message{
		"an alert":                  func() []Message { return NewBook("soak-1", nil).Step(seen(0, stale)) },
		"another host's":            func() []Message { return NewBook("soak-2", nil).Step(seen(0, stale)) },
		"one of a ledger made anew": func() []Message { return NewBook("soak-1", nil).Step(of(1, seen(0, stale))) },
		"one of another condition":  func() []Message { return NewBook("soak-1", nil).Step(seen(0, condition(monitor.Leak, 1))) },
	} {
		id := open()[0].Alert.ID
		if other := ids[id]; other != "" {
			t.Errorf("%s and %s are both %s", name, other, id)
		}
		ids[id] = name
	}
}

// What an operator wrote can be a whole file, and say what it likes.
func TestTextIsCutAndInOneLine(t *testing.T) {
	hostile := condition(monitor.Stale, monitor.SeverityWarning)
	hostile.Text = "a\nb\x1b[2J\u202e\xff" + strings.Repeat("x", 1e6)
	m := NewBook("soak-1", nil).Step(seen(0, hostile))[0]
	if got := len([]rune(m.Alert.Text)); got != longestText+1 {
		t.Errorf("a text of %d runes, want %d", got, longestText+1)
	}
	if line, want := m.Line(), "alert "+m.ID()+" warning stale: a b [2J \uFFFDxxx"; !strings.HasPrefix(line, want) {
		t.Errorf("line %.80q, want %q", line, want)
	}
}

// Whatever comes and goes, with restarts between: an alert is opened once and resolved at most once, its messages are
// numbered without a gap, no two lives share an id, and what is open is what was seen last.
func TestEveryLifeHasOneID(t *testing.T) {
	ids := []monitor.ID{monitor.Stale, monitor.Leak, monitor.DiskFull}
	rapid.Check(t, func(t *rapid.T) {
		book := NewBook("soak-1", nil)
		kept := map[string]ledger.Alert{}
		ended := map[string]bool{}
		for minute := range rapid.IntRange(1, 30).Draw(t, "looks") {
			if rapid.IntRange(0, 4).Draw(t, "restart") == 0 {
				all := slices.SortedFunc(valuesOf(kept), func(a, b ledger.Alert) int { return a.Opened.Compare(b.Opened) })
				book = NewBook("soak-1", all)
			}
			var conditions []monitor.Condition
			for _, id := range ids {
				if severity := rapid.IntRange(0, 3).Draw(t, string(id)); severity > 0 {
					conditions = append(conditions, condition(id, monitor.Severity(severity)))
				}
			}
			for _, m := range book.Step(seen(minute, conditions...)) {
				was, known := kept[m.Alert.ID]
				switch {
				case ended[m.Alert.ID]:
					t.Fatalf("%s after its end", m.ID())
				case (m.Kind == Opened) == known:
					t.Fatalf("%s is %s, and it was known: %v", m.ID(), m.Kind, known)
				case m.N != was.Messages+1:
					t.Fatalf("message %d after %d", m.N, was.Messages)
				}
				kept[m.Alert.ID], ended[m.Alert.ID] = m.Alert, m.Kind == Resolved
			}
			var open, want []string
			for _, a := range book.Open() {
				open = append(open, a.Condition)
			}
			for _, c := range conditions {
				want = append(want, string(c.ID))
			}
			slices.Sort(open)
			slices.Sort(want)
			if diff := cmp.Diff(want, open); diff != "" {
				t.Fatalf("open (-want +got):\n%s", diff)
			}
		}
	})
}
