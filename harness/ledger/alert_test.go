package ledger

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// toldAt is a message of an alert, so many minutes after noon.
func toldAt(minutes int, id, kind string, n int) AlertMessage {
	at := noon.Add(time.Duration(minutes) * time.Minute)
	a := Alert{ID: id, Soak: 1, Condition: "stale", Severity: "warning", Text: kind + " " + id, Next: "shadowrun sanity", Opened: noon, Changed: at, Messages: n}
	if kind == "resolved" {
		a.Resolved = at
	}
	return AlertMessage{Alert: a, Kind: kind, At: at}
}

// tell records messages for the receivers "pager" and "chat", by an appender of its own, as each look of a monitor does.
func tell(t *testing.T, path string, messages ...AlertMessage) {
	t.Helper()
	appendTo(t, path, func(a *Appender) error { return a.AppendAlerts(messages, []string{"pager", "chat"}) })
}

func deliver(t *testing.T, path string, d Delivery) {
	t.Helper()
	appendTo(t, path, func(a *Appender) error { return a.RecordDelivery(d) })
}

func appendTo(t *testing.T, path string, do func(*Appender) error) {
	t.Helper()
	a, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := do(a); err != nil {
		t.Fatal(err)
	}
}

// waits returns what waits for whom.
func waits(t *testing.T, r *Reader) (all []string) {
	t.Helper()
	waiting, err := r.Waiting()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range waiting {
		all = append(all, d.Receiver+": "+d.Alert.Text)
	}
	return all
}

func alerts(t *testing.T, r *Reader) []Alert {
	t.Helper()
	all, err := r.Alerts()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// An alert is as its last message left it, and each message waits as it was then, in order.
func TestAlertsAndWhatWaits(t *testing.T) {
	l, path := openLedger(t)
	opened, second, resolved := toldAt(0, "a", "opened", 1), toldAt(1, "b", "opened", 1), toldAt(2, "a", "resolved", 2)
	tell(t, path, opened, second)
	tell(t, path, resolved)
	if diff := cmp.Diff([]Alert{resolved.Alert, second.Alert}, alerts(t, l.Reader)); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	want := []string{"chat: opened a", "pager: opened a", "chat: opened b", "pager: opened b", "chat: resolved a", "pager: resolved a"}
	if diff := cmp.Diff(want, waits(t, l.Reader)); diff != "" {
		t.Errorf("waiting (-want +got):\n%s", diff)
	}
	waiting, err := l.Reader.Waiting()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Delivery{AlertMessage: opened, Receiver: "chat"}, waiting[0]); diff != "" {
		t.Errorf("the first that waits (-want +got):\n%s", diff)
	}
}

// A monitor that was killed before it knew that a message was kept appends it again.
func TestMessageIsKeptOnce(t *testing.T) {
	l, path := openLedger(t)
	opened, resolved := toldAt(0, "a", "opened", 1), toldAt(2, "a", "resolved", 2)
	tell(t, path, opened)
	tell(t, path, opened, resolved)
	deliver(t, path, Delivery{AlertMessage: opened, Receiver: "pager", Tries: 1, Delivered: noon})
	tell(t, path, opened) // later than what it led to
	if diff := cmp.Diff([]Alert{resolved.Alert}, alerts(t, l.Reader)); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"chat: opened a", "chat: resolved a", "pager: resolved a"}, waits(t, l.Reader)); diff != "" {
		t.Errorf("waiting (-want +got):\n%s", diff)
	}
}

// An attempt that failed is counted, one that did not ends the wait of that receiver alone, and one for what the ledger does
// not know (it was made anew) does nothing.
func TestDeliveries(t *testing.T) {
	l, path := openLedger(t)
	opened := toldAt(0, "a", "opened", 1)
	tell(t, path, opened)
	deliver(t, path, Delivery{AlertMessage: opened, Receiver: "pager", Tries: 3, Error: "it answered 503"})
	deliver(t, path, Delivery{AlertMessage: opened, Receiver: "chat", Tries: 1, Delivered: noon.Add(time.Minute)})
	deliver(t, path, Delivery{AlertMessage: toldAt(0, "other", "opened", 1), Receiver: "pager", Tries: 1})
	waiting, err := l.Reader.Waiting()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Delivery{{AlertMessage: opened, Receiver: "pager", Tries: 3, Error: "it answered 503"}}, waiting); diff != "" {
		t.Errorf("waiting (-want +got):\n%s", diff)
	}
	deliver(t, path, Delivery{AlertMessage: opened, Receiver: "pager", Tries: 4, Delivered: noon.Add(time.Hour)})
	if got := waits(t, l.Reader); got != nil {
		t.Errorf("waiting: %q, want nothing", got)
	}
}

// A ledger from before there were alerts takes them, and keeps what it has.
func TestOlderLedgerTakesAlerts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	older, err := open(path, migrations()[:2])
	if err != nil {
		t.Fatal(err)
	}
	soak := startSoak(t, older)
	commit(t, older, soak, cycleOf(soak, 1, 9))
	want := allRuns(t, older.Reader, soak)
	if err := older.Close(); err != nil {
		t.Fatal(err)
	}
	tell(t, path, toldAt(0, "a", "opened", 1))
	r, err := View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if diff := cmp.Diff([]string{"chat: opened a", "pager: opened a"}, waits(t, r)); diff != "" {
		t.Errorf("waiting (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, allRuns(t, r, soak)); diff != "" {
		t.Errorf("runs (-before +after):\n%s", diff)
	}
}
