package alert

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// Kind is what a message tells of an alert.
type Kind string

const (
	Opened   Kind = "opened"
	Changed  Kind = "changed" // its severity
	Resolved Kind = "resolved"
	Test     Kind = "test" // of nothing but the way to the receiver
)

// FinishedCondition is the condition of the alert that announces a soak's end. It is open until another
// soak begins.
const FinishedCondition = "finished"

// Message is a change of an alert. Its number counts the alert's messages from 1.
type Message struct {
	Kind  Kind
	N     int
	At    time.Time
	Alert ledger.Alert
}

// ID is the same for every receiver and every attempt, so that one that gets a message twice can tell.
func (m Message) ID() string { return fmt.Sprintf("%s.%d", m.Alert.ID, m.N) }

// Book is the alerts that are open.
type Book struct {
	host string
	open []ledger.Alert
	// past counts the alerts of each condition of each soak, open ones too: with it the id of the next
	// one is the same whether the ledger could be written meanwhile or not.
	past map[string]int
}

// NewBook returns a host's book of the alerts that there were so far.
func NewBook(host string, all []ledger.Alert) *Book {
	b := &Book{host: host, past: map[string]int{}}
	for _, a := range all {
		b.past[a.Condition]++
		if a.Resolved.IsZero() {
			b.open = append(b.open, a)
		}
	}
	return b
}

// Open returns the alerts that are open, the oldest first.
func (b *Book) Open() []ledger.Alert { return slices.Clone(b.open) }

// Step returns what is to be told of a look at a soak, resolved alerts first. Where the look saw nothing of the
// soak, what it told of before is left as it was.
func (b *Book) Step(s monitor.Status) []Message {
	seen := alertsOf(s)
	var messages []Message
	b.open = slices.DeleteFunc(b.open, func(a ledger.Alert) bool {
		if now, holds := seen[a.Condition]; holds && (now.Soak == a.Soak || !ofOneSoak(a.Condition)) || blind(s, a.Condition) {
			return false
		}
		a.Resolved, a.Changed, a.Messages = s.At, s.At, a.Messages+1
		messages = append(messages, Message{Resolved, a.Messages, s.At, a})
		return true
	})
	for i := range b.open {
		a := &b.open[i]
		now, holds := seen[a.Condition]
		if !holds {
			continue
		}
		delete(seen, a.Condition)
		a.Text, a.Next = now.Text, now.Next
		if now.Severity != a.Severity {
			a.Severity, a.Changed, a.Messages = now.Severity, s.At, a.Messages+1
			messages = append(messages, Message{Changed, a.Messages, s.At, *a})
		}
	}
	for _, a := range slices.SortedFunc(valuesOf(seen), func(x, y ledger.Alert) int { return cmp.Compare(x.Condition, y.Condition) }) {
		b.past[a.Condition]++
		a.ID = b.id(s, a.Condition)
		a.Messages = 1
		b.open = append(b.open, a)
		messages = append(messages, Message{Opened, 1, s.At, a})
	}
	return messages
}

func valuesOf(m map[string]ledger.Alert) func(func(ledger.Alert) bool) {
	return func(yield func(ledger.Alert) bool) {
		for _, a := range m {
			if !yield(a) {
				return
			}
		}
	}
}

// id is that of the latest alert of a condition. It follows from what is so again after a restart, so that a daemon that
// could not keep an alert calls it the same; and what receivers were told of another host's soak, or of one in
// a ledger that was removed, has another.
func (b *Book) id(s monitor.Status, condition string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %q %d", b.host, s.Dir, s.Soak.Started.UnixNano(), condition, b.past[condition]))
	return hex.EncodeToString(sum[:8])
}

// ofOneSoak reports whether a condition is over with the soak that it was seen of. What room there is, whether the ledger can be
// read and whether a stop stands are the state folder's.
func ofOneSoak(condition string) bool {
	id := monitor.ID(condition)
	return monitor.PartOf(id) != monitor.PartDisk && id != monitor.LedgerUnreadable && id != monitor.StopStands
}

// blind reports whether a look could not see if a condition holds.
func blind(s monitor.Status, condition string) bool {
	if s.Unread == nil {
		return false
	}
	part := monitor.PartOf(monitor.ID(condition))
	return part != monitor.PartDisk && condition != string(monitor.LedgerUnreadable)
}

// alertsOf are the conditions of a soak that somebody is to be told of, by their names. That no soak has run yet is none:
// a monitor may be started first.
func alertsOf(s monitor.Status) map[string]ledger.Alert {
	all := map[string]ledger.Alert{}
	for _, c := range s.Conditions {
		if c.Severity == monitor.SeverityNote && c.ID != monitor.StopStands || c.ID == monitor.NoSoak {
			continue
		}
		all[string(c.ID)] = ledger.Alert{Soak: s.Soak.ID, Condition: string(c.ID), Severity: c.Severity.String(), Text: cut(c.Text), Next: c.Next, Opened: s.At, Changed: s.At}
	}
	if s.Phase() == monitor.PhaseFinished {
		severity := monitor.SeverityNote
		if s.Outcome != soak.Pass {
			severity = monitor.SeverityWarning
		}
		all[FinishedCondition] = ledger.Alert{Soak: s.Soak.ID, Condition: FinishedCondition, Severity: severity.String(), Opened: s.At, Changed: s.At,
			Text: cut(fmt.Sprintf("soak %d is over: %s: %s", s.Soak.ID, s.Outcome, s.Why)), Next: "shadowrun summary" + soak.StateFlag(s.Dir)}
	}
	return all
}
