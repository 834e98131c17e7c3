package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSoaksAndSessions(t *testing.T) {
	l, path := openLedger(t)
	if _, err := l.Latest(); !errors.Is(err, ErrNotFound) {
		t.Errorf("latest of none: %v", err)
	}
	soak := startSoak(t, l)
	commit(t, l, soak, cycleOf(soak, 1, 1)) // 31 s after noon; then it is killed
	if got, err := l.Active(soak); got != 31*time.Second || err != nil {
		t.Errorf("active %v, %v; want 31s: up to the last checkpoint", got, err)
	}
	n, err := l.StartSession(soak, Session{PID: 8, Environment: []byte("{}"), Started: noon.Add(time.Hour)})
	if n != 2 || err != nil {
		t.Fatalf("session %d, %v; want 2", n, err)
	}
	commit(t, l, soak, cycleOf(soak, 2, 1))
	if err := l.EndSession(soak, n, noon.Add(2*time.Hour), "done"); err != nil {
		t.Fatal(err)
	}
	if err := l.EndSoak(soak, noon.Add(2*time.Hour), "PASS"); err != nil {
		t.Fatal(err)
	}
	if got, err := l.Active(soak); got != time.Hour+31*time.Second || err != nil {
		t.Errorf("active %v, %v; want 1h0m31s", got, err)
	}
	if c, _ := l.LastCheckpoint(soak); c.Session != 2 {
		t.Errorf("the checkpoint names session %d, want 2", c.Session)
	}
	last, err := l.LastCycle(soak)
	began := noon.Add(time.Minute)
	if diff := cmp.Diff(Cycle{N: 2, Started: began, Ended: began.Add(time.Second)}, last); diff != "" || err != nil {
		t.Errorf("last cycle: %v (-want +got):\n%s", err, diff)
	}
	if _, err := l.LastCycle(soak + 1); !errors.Is(err, ErrNotFound) {
		t.Errorf("last cycle of none: %v", err)
	}

	r, err := View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := r.Latest()
	want := Soak{ID: soak, BaseSeed: 1<<64 - 1, Config: "workers: 3\n", ConfigDigest: "cd", PlanDigest: "pd", Version: "v1", Host: "here",
		Started: noon, Duration: 24 * time.Hour, Ended: noon.Add(2 * time.Hour), Outcome: "PASS"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	sessions, err := r.Sessions(soak)
	wantSessions := []Session{
		{1, 7, "here", "boot", "b1", []byte(`{"cpus":2}`), noon, noon.Add(31 * time.Second), "killed"},
		{2, 8, "", "", "", []byte("{}"), noon.Add(time.Hour), noon.Add(2 * time.Hour), "done"},
	}
	if diff := cmp.Diff(wantSessions, sessions); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}

	if _, err := l.StartSession(soak, Session{Started: noon.Add(3 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Soak(soak); s.Outcome != "" || !s.Ended.IsZero() {
		t.Errorf("a resumed soak has ended %v with %q", s.Ended, s.Outcome)
	}
	if err := l.EndSession(soak, 9, noon, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("ending session 9: %v", err)
	}
	if _, err := l.StartSession(9, Session{}); err == nil {
		t.Error("a session of no soak")
	}
}

// A soak that is resumed with other limits keeps them, for whoever asks later whether it is done.
func TestSetLimits(t *testing.T) {
	l, _ := openLedger(t)
	soak := startSoak(t, l)
	if err := l.SetLimits(soak, time.Hour, 7); err != nil {
		t.Fatal(err)
	}
	if s, err := l.Soak(soak); s.Duration != time.Hour || s.Cycles != 7 || err != nil {
		t.Errorf("%v and %d cycles, %v; want 1h and 7", s.Duration, s.Cycles, err)
	}
	if err := l.SetLimits(9, 0, 0); !errors.Is(err, ErrNotFound) {
		t.Errorf("limits of no soak: %v", err)
	}
}
