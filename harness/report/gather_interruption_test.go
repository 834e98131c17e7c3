package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

const stopped = "emergency stop by ada: the database is down"

// stoppedInMidCycle is a soak whose second cycle an emergency stop ended, of which a run was not carried out.
func stoppedInMidCycle(t *testing.T) (*ledger.Ledger, string) {
	t.Helper()
	l, dir := begun(t)
	cut := cycle(2)
	cut.Runs[1].Status, cut.Runs[1].Message, cut.Runs[1].Duration = golden.StatusAbandoned, "stopped before it was launched", 0
	whole := cycle(1)
	whole.Runs, whole.Replays = whole.Runs[:1], nil
	cut.Replays = nil
	commit(t, l, noon.Add(time.Minute), whole, cut)
	if err := l.EndSession(1, 1, noon.Add(time.Minute), stopped); err != nil {
		t.Fatal(err)
	}
	return l, dir
}

func event(t *testing.T, l *ledger.Ledger, after time.Duration, kind string) {
	t.Helper()
	if err := l.AppendEvent(ledger.Event{Soak: 1, At: noon.Add(after), Kind: kind}); err != nil {
		t.Fatal(err)
	}
}

func sectionOf(t *testing.T, r *Report, title string) string {
	t.Helper()
	_, text, found := strings.Cut(string(Markdown(r)), "\n## "+title+"\n")
	if !found {
		t.Fatalf("there is no section %q", title)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// What an emergency stop cut short is neither done nor lost: it waits, and the report says for what.
func TestRunsThatWaitAreSaidTo(t *testing.T) {
	for _, test := range []struct {
		name        string
		state, stop string
		want        string
	}{
		{"a stop stands, and the soak waits", Running, "by ada", "until the emergency stop is lifted"},
		{"a stop stands, and nobody carries it on", Interrupted, "by ada", "until the emergency stop is lifted and shadowrun --resume goes on"},
		{"it goes on", Running, "", "for the soak to make up for them"},
		{"it was stopped", Interrupted, "", "until shadowrun --resume goes on"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := sample()
			r.State, r.StopStands, r.Unknowns, r.Figures.Total.Abandoned = test.state, test.stop, nil, 9
			want := "\nNot yet: 9 runs of the last cycle wait " + test.want + ".\n\nNothing else: every other run and every replay came to a verdict.\n"
			if diff := cmp.Diff(want, sectionOf(t, r, "What could not be checked")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if want := "2,160 workflow runs (9 still to be done), "; !strings.Contains(string(Markdown(r)), want) {
				t.Errorf("it does not say %q", want)
			}
		})
	}
}

// A soak that an emergency stop holds has a process, and is interrupted all the same.
func TestAStopThatHoldsASoakIsAnInterruption(t *testing.T) {
	_, dir := stoppedInMidCycle(t)
	lock, err := ledger.LockState(dir, ledger.Holder{PID: 7, Host: "soak-1"})
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	r := gather(t, dir, Options{At: noon.Add(time.Hour)})
	ended := noon.Add(time.Minute)
	if diff := cmp.Diff([]Interruption{{1, "soak-1", 7, noon, &ended, stopped}}, r.Interruptions); diff != "" || r.State != Running {
		t.Errorf("%s (-want +got):\n%s", r.State, diff)
	}
	want := []Gap{{What: "nothing has run since session 1", From: &ended, Seconds: 59 * 60}, {What: "runs of the last cycle that wait for the soak to make up for them", Count: 1}}
	if diff := cmp.Diff(want, r.Gaps[:2]); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

// A process that was killed while its soak stood still had closed its session: what it did not enter tells.
func TestKilledWhileItStoodStill(t *testing.T) {
	killed := stopped + "; killed, or its machine was, while it stood still: it did not say that it ended"
	for _, test := range []struct {
		name  string
		after func(t *testing.T, l *ledger.Ledger)
		want  []string
	}{
		{"nobody goes on", func(*testing.T, *ledger.Ledger) {}, []string{killed}},
		{"another process goes on", func(t *testing.T, l *ledger.Ledger) { sessionOf(t, l, 8, noon.Add(time.Hour)) }, []string{killed, "killed, or its machine was: it did not say that it ended"}},
		{"the same goes on", func(t *testing.T, l *ledger.Ledger) { sessionOf(t, l, 7, noon.Add(time.Hour)) }, []string{stopped, "killed, or its machine was: it did not say that it ended"}},
		{"another process waits for the stop's end, is stopped, and says so", func(t *testing.T, l *ledger.Ledger) {
			event(t, l, 20*time.Minute, soak.EventBegan)
			event(t, l, 30*time.Minute, soak.EventEnded)
			sessionOf(t, l, 9, noon.Add(time.Hour))
		}, []string{killed, "killed, or its machine was: it did not say that it ended"}},
		{"it was stopped, and said so", func(t *testing.T, l *ledger.Ledger) {
			event(t, l, 30*time.Minute, soak.EventEnded)
			sessionOf(t, l, 8, noon.Add(time.Hour))
		}, []string{stopped, "killed, or its machine was: it did not say that it ended"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, dir := stoppedInMidCycle(t)
			test.after(t, l)
			var got []string
			for _, i := range gather(t, dir, Options{At: noon.Add(2 * time.Hour)}).Interruptions {
				got = append(got, i.Why)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
