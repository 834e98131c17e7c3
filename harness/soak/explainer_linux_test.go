//go:build linux && amd64

package soak_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	emergency "github.com/shadowrun/shadowrun/harness/stop"
	"github.com/shadowrun/shadowrun/replay"
)

// noisyScript draws a number, and in the lab, where a tracer holds it, waits for a gate first.
const noisyScript = `
if [ ! -e gate ] && ! grep -q '^TracerPid:.0$' /proc/$$/status; then
	echo $$ >waiting.tmp && mv waiting.tmp waiting
	exec sleep 600
fi
echo "{\"seed\":$1,\"noise\":$(head -c 4 /dev/urandom | od -An -tu4)}"
`

// noisySoak is a soak in which one field of one workflow differs, and is to be explained.
func noisySoak(t *testing.T, cycles int) (o soak.Options, dir string) {
	t.Helper()
	o, script := shellSoak(t, noisyScript, 0)
	o.Config.Explain, o.Config.RunsPerCycle, o.Cycles = harness.ExplainOnMismatch, 1, cycles
	return o, filepath.Dir(script)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// wantExplained checks that the one finding of the soak is explained, and that this was said once.
func wantExplained(t *testing.T, dir string) {
	t.Helper()
	s := view(t, dir)
	of, err := s.Soak(0)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := s.Ledger.Findings(of.ID)
	if err != nil || len(findings) != 1 {
		t.Fatalf("%d findings, %v; want one", len(findings), err)
	}
	x := findings[0].Explained
	if x == nil || x.Path != "/noise" || x.Class != replay.ClassViolation || x.Cause != replay.CauseRNG {
		t.Errorf("explained: %+v", x)
	}
	said := slices.DeleteFunc(saidOfExplaining(t, s, of.ID), func(text string) bool { return !strings.Contains(text, " is explained") })
	if len(said) != 1 {
		t.Errorf("said %q, want that it was explained, once", said)
	}
}

func saidOfExplaining(t *testing.T, s *soak.State, id ledger.SoakID) (said []string) {
	t.Helper()
	for e, err := range s.Ledger.Events(id) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(e.Text, "explained") {
			said = append(said, e.Text)
		}
	}
	return said
}

// A soak that is stopped ends the experiment that is under way, and its resumption makes it anew.
func TestExplanationIsLeftToTheResumption(t *testing.T) {
	o, dir := noisySoak(t, 1000)
	stop := make(chan struct{})
	var once sync.Once
	o.Notify = func(e harness.Event) {
		if e.Kind == harness.EventCycle {
			once.Do(func() {
				wait(t, "a run in the lab", func() bool { return exists(filepath.Join(dir, "waiting")) })
				close(stop)
			})
		}
	}
	began := time.Now()
	if _, err := soak.Run(t.Context(), stop, o); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 50*time.Second {
		t.Errorf("it waited for the run in the lab: %v", took)
	}
	wantNone(t, "waiting", dir)
	s := view(t, o.Dir)
	of, err := s.Soak(0)
	if err != nil {
		t.Fatal(err)
	}
	if said := saidOfExplaining(t, s, of.ID); len(said) != 1 || !strings.HasPrefix(said[0], "1 of the findings could not be explained in time") || of.Outcome != string(soak.Fail) && of.Outcome != string(soak.Interrupted) {
		t.Errorf("stopped: %s, said %q", of.Outcome, said)
	}

	write(t, filepath.Join(dir, "gate"), "")
	o.Resume, stop = true, make(chan struct{})
	o.Notify = func(e harness.Event) {
		if strings.Contains(e.Text, " is explained") {
			close(stop)
		}
	}
	if _, err := soak.Run(t.Context(), stop, o); err != nil {
		t.Fatal(err)
	}
	wantExplained(t, o.Dir)
}

// wantNone checks that the process whose pid is in a file is gone.
func wantNone(t *testing.T, file, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	pid := strings.TrimSpace(string(text))
	if line, err := os.ReadFile("/proc/" + pid + "/cmdline"); err == nil && slices.Contains(strings.Split(string(line), "\x00"), "600") {
		t.Errorf("process %s is still there: %q", pid, line)
	}
}

// An emergency stop ends the experiments, too, and they are made anew when it is over.
func TestExplanationWaitsForTheEndOfAnEmergencyStop(t *testing.T) {
	o, dir := noisySoak(t, 1000)
	o.Config.Stop.InFlight = harness.InFlightAbandon
	stop := make(chan struct{})
	var once sync.Once
	o.Notify = func(e harness.Event) {
		switch {
		case e.Kind == harness.EventCycle:
			once.Do(func() {
				wait(t, "a run in the lab", func() bool { return exists(filepath.Join(dir, "waiting")) })
				write(t, emergency.Path(o.Dir), "")
			})
		case e.Kind == harness.EventStopped:
			wantNone(t, "waiting", dir)
			write(t, filepath.Join(dir, "gate"), "")
			if err := os.Remove(emergency.Path(o.Dir)); err != nil {
				t.Error(err)
			}
		case strings.Contains(e.Text, " is explained"):
			close(stop)
		}
	}
	if _, err := soak.Run(t.Context(), stop, o); err != nil {
		t.Fatal(err)
	}
	wantExplained(t, o.Dir)
	s := view(t, o.Dir)
	of, err := s.Soak(0)
	if err != nil {
		t.Fatal(err)
	}
	if said := saidOfExplaining(t, s, of.ID); len(said) != 1 {
		t.Errorf("said %q, want that it is explained, and nothing of the stop", said)
	}
}

// However many findings wait, a soak at its end explains for the time of one explanation only.
func TestExplainingAtTheEndIsBounded(t *testing.T) {
	o, dir := boundedAtTheEnd(t, 3*time.Second)
	for budget := 6 * time.Second; !exists(filepath.Join(dir, "waiting")) && budget < time.Minute; budget *= 2 {
		o, dir = boundedAtTheEnd(t, budget) // a loaded machine had not come to the lab
	}
	wantNone(t, "waiting", dir)
	s := view(t, o.Dir)
	of, err := s.Soak(0)
	if err != nil {
		t.Fatal(err)
	}
	want := "1 of the findings could not be explained in time: shadowrun explain c1r1" + soak.StateFlag(o.Dir)
	if said := saidOfExplaining(t, s, of.ID); len(said) != 1 || said[0] != want {
		t.Errorf("said %q, want %q", said, want)
	}
	if active, err := s.Ledger.Active(of.ID); err != nil || active >= o.Config.Budget.Time {
		t.Errorf("%v of active time, %v: that includes the time of explaining at the end", active, err)
	}
}

func boundedAtTheEnd(t *testing.T, budget time.Duration) (soak.Options, string) {
	t.Helper()
	o, dir := noisySoak(t, 1)
	o.Config.Budget.Time = budget
	began := time.Now()
	mustSoak(t, o)
	if took := time.Since(began); took > budget+40*time.Second {
		t.Errorf("it waited for the run in the lab: %v", took)
	}
	return o, dir
}

// What the experiments of a killed soak left, processes and folders, is gone once the soak is resumed.
func TestExperimentsOfAKilledSoakAreSwept(t *testing.T) {
	dir := writeFiles(t, map[string]string{"flow.sh": noisyScript, "shadowrun.yaml": `
runs_per_cycle: 1
workers: 1
interval: 0s
recheck: 0
explain: on-mismatch
workflows:
  - name: w
    command: [sh, flow.sh, "{seed}"]
    output: json
`})
	state, config := t.TempDir(), filepath.Join(dir, "shadowrun.yaml")
	temporary := t.TempDir()
	s := command(t, config, state, "--cycles", "1")
	s.Env = append(os.Environ(), "TMPDIR="+temporary)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "a run in the lab", func() bool { return exists(filepath.Join(dir, "waiting")) })
	if err := unix.Kill(s.Process.Pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.Wait()
	write(t, filepath.Join(dir, "gate"), "")
	again := command(t, config, state, "--resume", "--cycles", "2")
	again.Env = s.Env
	again.mustExit(t, 1)
	wantNone(t, "waiting", dir)
	wantExplained(t, state)
	for _, where := range []string{temporary, filepath.Join(state, "work", "*")} {
		if left, _ := filepath.Glob(filepath.Join(where, "*")); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}
