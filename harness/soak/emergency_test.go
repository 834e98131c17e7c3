package soak_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	emergency "github.com/shadowrun/shadowrun/harness/stop"
)

// change enables or disables the stop as an operator does: from another process.
func change(t *testing.T, config, state, to string) {
	t.Helper()
	command(t, config, state, "stop", to, "--reason", "the database is down", "--who", "ada").mustExit(t, 0)
}

// started is how many executions of the gated workflow began in its second cycle.
func started(config string) int {
	text, _ := os.ReadFile(filepath.Join(filepath.Dir(config), "waiting"))
	return bytes.Count(text, []byte("\n"))
}

// A soak is stopped while both its workers are busy and a third run waits for one. It starts nothing more, waits, and goes on
// when it may; all in all it does what one does that nobody stopped.
func TestEmergencyStop(t *testing.T) {
	for _, c := range []struct {
		policy    string
		gateFirst bool // what is in flight finishes only once the gate is open
	}{{harness.InFlightFinish, true}, {harness.InFlightAbandon, false}} {
		t.Run(c.policy, func(t *testing.T) {
			config, state := gatedSoak(t, "1h")
			text, err := os.ReadFile(config)
			if err != nil {
				t.Fatal(err)
			}
			write(t, config, string(text)+"stop: {in_flight: "+c.policy+"}\n")
			s, said := hanging(t, config, state)
			change(t, config, state, "enable")
			enabled := time.Now()
			wait(t, "the soak to see it", func() bool { return said.has(`"kind":"halt"`) })
			if took := time.Since(enabled); took > time.Second {
				t.Errorf("it was seen after %v", took)
			}
			if c.gateFirst {
				openGate(t, config)
			}
			wait(t, "the soak to be stopped", func() bool { return said.has(`"kind":"stopped"`) })
			wait(t, "a second to pass", func() bool { return time.Since(enabled) > 1200*time.Millisecond })
			if n := started(config); n != 2 {
				t.Errorf("%d executions began, want the 2 that were in flight", n)
			}
			if left, err := proc.Sweep(state); err != nil || len(left) > 0 {
				t.Errorf("processes are there while it is stopped: %v, %v", left, err)
			}
			openGate(t, config)
			change(t, config, state, "disable")
			s.Wait()
			s.checkStatus(t, 0)
			checkResumes(t, config, state, false)
			checkStoppedSessions(t, state)
			if !said.has(`"kind":"goes_on"`) || !said.has("by ada on ") || !said.has("the database is down") {
				t.Errorf("it said\n%s", &said.text)
			}
			if diff := cmp.Diff([]string{emergency.ActionEnable, emergency.ActionSeen, emergency.ActionDisable, emergency.ActionOver}, audit(t, state)); diff != "" {
				t.Errorf("audit log (-want +got)\n%s", diff)
			}
		})
	}
}

// checkStoppedSessions checks that the ledger knows of two parts of the soak, and why the first ended, and that the time between
// them is not active.
func checkStoppedSessions(t *testing.T, state string) {
	t.Helper()
	sessions, err := view(t, state).Ledger.Sessions(1)
	if err != nil || len(sessions) != 2 {
		t.Fatalf("%d sessions, %v; want 2", len(sessions), err)
	}
	if why := sessions[0].EndedWhy; !strings.HasPrefix(why, "emergency stop by ada on ") || !strings.HasSuffix(why, ": the database is down") {
		t.Errorf("the first ended because of %q", why)
	}
	if sessions[1].EndedWhy != "finished" {
		t.Errorf("the second ended because of %q", sessions[1].EndedWhy)
	}
	between := sessions[1].Started.Sub(sessions[0].Ended)
	whole := sessions[1].Ended.Sub(sessions[0].Started)
	if active := summaryOf(t, state).Active; between <= 0 || active != whole-between {
		t.Errorf("active for %v of %v, stopped for %v", active, whole, between)
	}
}

func audit(t *testing.T, state string) (what []string) {
	t.Helper()
	entries, err := emergency.Log(view(t, state).Ledger)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		what = append(what, e.What)
	}
	return what
}

// However often it is stopped, and wherever in its cycles, a soak does what one does that nobody stopped.
func TestManyEmergencyStops(t *testing.T) {
	const cycles, stops = "40", 4
	policies := []string{harness.InFlightFinish, harness.InFlightAbandon}
	if testing.Short() {
		policies = policies[:1]
	}
	for _, policy := range policies {
		t.Run(policy, func(t *testing.T) {
			flows := writeFiles(t, map[string]string{"shadowrun.yaml": mixed + "stop: {in_flight: " + policy + "}\n",
				"flow.sh": notedFlow + "; sleep 0.02", "notes": ""}) // so that cycles enough are left when it has been stopped so often
			config, state := filepath.Join(flows, "shadowrun.yaml"), t.TempDir()
			s, said := command(t, config, state, "--cycles", cycles, "--progress", "json"), new(talk)
			s.Stderr = said
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			noted := func() int {
				text, _ := os.ReadFile(filepath.Join(flows, "notes"))
				return bytes.Count(text, []byte("\n"))
			}
			for i := range stops {
				before := noted()
				wait(t, "some executions", func() bool { return noted() > before+i })
				write(t, emergency.Path(state), "")
				wait(t, "it to be stopped", func() bool { return said.count(`"kind":"stopped"`) == i+1 })
				if err := os.Remove(emergency.Path(state)); err != nil {
					t.Fatal(err)
				}
				wait(t, "it to go on", func() bool { return said.count(`"kind":"goes_on"`) == i+1 })
			}
			s.Wait()
			s.checkStatus(t, 0)
			undisturbed := t.TempDir()
			command(t, config, undisturbed, "--cycles", cycles).mustExit(t, 0)
			checkSame(t, undisturbed, state)
			mustVerify(t, state)
		})
	}
}

// Killed while it is stopped, a soak that is resumed still is.
func TestKilledWhileStopped(t *testing.T) {
	config, state := gatedSoak(t, "1h")
	s, said := hanging(t, config, state)
	change(t, config, state, "enable")
	wait(t, "the soak to see it", func() bool { return said.has(`"kind":"halt"`) })
	openGate(t, config)
	wait(t, "the soak to be stopped", func() bool { return said.has(`"kind":"stopped"`) })
	s.Process.Kill()
	s.Wait()
	resumed, said := command(t, config, state, "--resume", "--progress", "json"), new(talk)
	resumed.Stderr = said
	if err := resumed.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "it to be stopped again", func() bool { return said.has(`"kind":"stopped"`) })
	if n := started(config); n != 2 {
		t.Errorf("%d executions began, want the 2 before it was killed", n)
	}
	change(t, config, state, "disable")
	resumed.Wait()
	resumed.checkStatus(t, 0)
	checkResumes(t, config, state, false)
}

// A soak under --exit-on-stop ends, resumable; and does not begin while the stop stands.
func TestExitOnStop(t *testing.T) {
	config, state := gatedSoak(t, "1h")
	s, said := command(t, config, state, "--cycles", "2", "--progress", "json", "--exit-on-stop"), new(talk)
	s.Stderr = said
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "two runs of cycle 2", func() bool { return started(config) == 2 })
	change(t, config, state, "enable")
	wait(t, "the soak to see it", func() bool { return said.has(`"kind":"halt"`) })
	openGate(t, config)
	s.Wait()
	s.checkStatus(t, 4)
	before := doneBy(t, state)
	again := command(t, config, state, "--resume", "--exit-on-stop")
	again.mustExit(t, 4)
	if got := again.err.String(); !strings.Contains(got, "emergency stop by ada on ") || !strings.Contains(got, "shadowrun stop status") {
		t.Errorf("it said %q", got)
	}
	if diff := cmp.Diff(before, doneBy(t, state)); diff != "" {
		t.Errorf("it did something (-before +after)\n%s", diff)
	}
	change(t, config, state, "disable")
	checkResumes(t, config, state, true)
}

// A stop that stands when a soak begins, made with touch, is waited out; a signal ends the waiting.
func TestStopThatStandsAtTheStart(t *testing.T) {
	flows := writeFiles(t, map[string]string{"shadowrun.yaml": mixed, "flow.sh": notedFlow})
	config, state := filepath.Join(flows, "shadowrun.yaml"), t.TempDir()
	write(t, emergency.Path(state), "")
	s, said := command(t, config, state, "--cycles", "2", "--progress", "json"), new(talk)
	s.Stderr = said
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the soak to wait", func() bool { return said.has(`"kind":"stopped"`) })
	s.Process.Signal(syscall.SIGINT)
	s.Wait()
	s.checkStatus(t, 4)
	if exists(filepath.Join(flows, "notes")) {
		t.Error("a workflow was started")
	}
	if err := os.Remove(emergency.Path(state)); err != nil {
		t.Fatal(err)
	}
	command(t, config, state, "--resume").mustExit(t, 0)
	undisturbed := t.TempDir()
	command(t, config, undisturbed, "--cycles", "2").mustExit(t, 0)
	checkSame(t, undisturbed, state)
}

// The variable of the old scripts can't be lifted for a process that runs, so none is begun under it.
func TestStopByTheEnvironment(t *testing.T) {
	for value, refused := range map[string]bool{"1": true, "true": true, "anything": true, "0": false, "false": false, "False": false, "": false} {
		t.Setenv("WORKFLOW_EMERGENCY_STOP", value)
		o, _ := shellSoak(t, `echo "{\"seed\":$1,\"stop\":\"$WORKFLOW_EMERGENCY_STOP\"}"`, 0)
		o.Config.PassEnv = []string{"WORKFLOW_EMERGENCY_STOP"}
		id, err := soak.Run(t.Context(), nil, o)
		if refused != errors.Is(err, soak.ErrEmergencyStop) || refused != (id == 0) {
			t.Errorf("%q: soak %d, %v; want it refused: %t", value, id, err, refused)
		}
		if refused && exists(soak.LedgerPath(o.Dir)) {
			t.Errorf("%q: it left a ledger", value)
		}
	}
}

// The deadline moves by as long as the soak was stopped, however long.
func TestDeadlineMovesByAStop(t *testing.T) {
	var mu sync.Mutex
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	set := func(by time.Duration) time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(by)
		return at
	}
	o, _ := shellSoak(t, steadyScript, 1)
	o.Cycles, o.Duration = 0, time.Second
	o.Now = func() time.Time { return set(time.Millisecond) }
	stops := 0
	o.Notify = func(e harness.Event) {
		switch {
		case e.Kind == harness.EventCycle && stops == 0:
			stops++
			write(t, emergency.Path(o.Dir), "")
			set(-time.Hour) // which counts for nothing
		case e.Kind == harness.EventStopped:
			set(24 * time.Hour)
			if err := os.Remove(emergency.Path(o.Dir)); err != nil {
				t.Error(err)
			}
		}
	}
	got := mustSoak(t, o)
	if got.Outcome != soak.Pass || got.Active < time.Second || got.Active > 2*time.Second {
		t.Errorf("%s after %v of active time; want PASS after a second", got.Outcome, got.Active)
	}
	sessions, err := view(t, o.Dir).Ledger.Sessions(1)
	if err != nil || len(sessions) != 2 || sessions[1].Started.Sub(sessions[0].Ended) < 24*time.Hour {
		t.Errorf("%d sessions, %v; want 2, a day apart", len(sessions), err)
	}
}

// A stop that comes while the last replay of all is in flight has nothing left to stop: the soak is over, and does not wait.
func TestStopDuringTheLastReplay(t *testing.T) {
	const script = `
if ! mkdir once 2>/dev/null; then
	: >"$2"
	while [ ! -e gate ]; do sleep 0.01; done
fi
` + steadyScript
	o, path := shellSoak(t, script, 0)
	o.Cycles, o.Config.RunsPerCycle = 1, 1
	o.Config.Workflows[0].Command = append(o.Config.Workflows[0].Command, emergency.Path(o.Dir))
	seen := false
	o.Notify = func(e harness.Event) {
		switch e.Kind {
		case harness.EventHalt:
			seen = true
			write(t, filepath.Join(filepath.Dir(path), "gate"), "")
		case harness.EventStopped:
			t.Error("it waits")
			os.Remove(emergency.Path(o.Dir))
		}
	}
	if got := mustSoak(t, o); got.Outcome != soak.Pass || !seen {
		t.Errorf("%s; the stop was seen: %t", got.Outcome, seen)
	}
}

// Whoever reads the ledger of a stopped soak finds it neither ended nor at work.
func TestLedgerOfAStoppedSoak(t *testing.T) {
	o, _ := shellSoak(t, steadyScript, 0)
	o.Cycles = 1000
	o.Notify = func(e harness.Event) {
		switch e.Kind {
		case harness.EventCycle:
			write(t, emergency.Path(o.Dir), "")
		case harness.EventStopped:
			s := view(t, o.Dir)
			of, err := s.Soak(0)
			if err != nil || of.Outcome != "" || !of.Ended.IsZero() {
				t.Errorf("outcome %q, ended %v, %v", of.Outcome, of.Ended, err)
			}
			if _, held, err := ledger.HolderOf(o.Dir); err != nil || !held {
				t.Errorf("held: %t, %v", held, err)
			}
		}
	}
	stop := make(chan struct{})
	go func() {
		for {
			if s, err := soak.View(o.Dir); err == nil {
				for e, err := range s.Ledger.Events(1) {
					if err == nil && e.Kind == string(harness.EventStopped) {
						s.Close()
						close(stop)
						return
					}
				}
				s.Close()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if _, err := soak.Run(t.Context(), stop, o); err != nil {
		t.Fatal(err)
	}
	if got := summaryOf(t, o.Dir); got.Outcome != soak.Interrupted {
		t.Errorf("stopped by a signal meanwhile: %s", got.Outcome)
	}
}
