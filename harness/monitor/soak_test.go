package monitor_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(bin, "shadowrun")
	out, err := exec.Command("go", "build", "-o", path, "../../cmd/shadowrun").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, os.Chmod(bin, 0o755) // for other users
})

// command is the real binary on a state folder; it is killed with the test.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatalf("go build: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, path, append(args, "--state", dir)...)
	c.Dir = filepath.Dir(dir)
	return c
}

// mustExit runs the binary to its end, checks its exit status and returns its standard output.
func mustExit(t *testing.T, status int, c *exec.Cmd) string {
	t.Helper()
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	c.Run()
	if got := c.ProcessState.ExitCode(); got != status {
		t.Fatalf("%v: exit status %d, want %d\n%s%s", c.Args[1:], got, status, &out, &stderr)
	}
	return out.String()
}

// steady is a configuration with a workflow that is quick, and always does the same.
const steady = `
interval: 100ms
runs_per_cycle: 2
workers: 2
workflows:
  - name: steady
    command: [sh, -c, 'echo "$SHADOWRUN_SEED"']
    output: text
`

// stateFor writes a configuration and returns a state folder beside it.
func stateFor(t *testing.T, config string) (dir string) {
	t.Helper()
	at := t.TempDir()
	if err := os.WriteFile(filepath.Join(at, "shadowrun.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(at, "state")
}

// start starts a soak in the background.
func start(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	c := command(t, dir, append([]string{"--progress", "none"}, args...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Process.Kill()
		c.Wait()
	})
	return c
}

func signal(t *testing.T, c *exec.Cmd, s syscall.Signal) {
	t.Helper()
	if err := c.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// await looks until it sees what is wanted.
func await(t *testing.T, dir string, limits monitor.Thresholds, want func(monitor.Status) bool) monitor.Status {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	over := time.After(30 * time.Second)
	for {
		seen := monitor.Look(dir, monitor.Options{})
		s := monitor.Status{Observation: seen, Health: monitor.Judge(seen, limits)}
		if want(s) {
			return s
		}
		select {
		case <-tick.C:
		case <-over:
			t.Fatalf("it did not come to that: %s %s %+v\n%+v", s.Phase(), verdictOf(s.Health), s.Conditions, s.Process)
		}
	}
}

func under(state monitor.State, ids ...monitor.ID) func(monitor.Status) bool {
	return func(s monitor.Status) bool {
		return s.State == state && fmt.Sprint(idsOf(s)) == fmt.Sprint(ids)
	}
}

func idsOf(s monitor.Status) []monitor.ID { return ids(s.Health) }

// roomy are thresholds that no disk of whoever tests exceeds.
var roomy = monitor.Thresholds{DiskWarning: 100, DiskCritical: 100, GoldenSize: 1 << 40}

// What befalls a real soak, one thing after another, and what is then seen of it.
func TestASoakFromItsStartToItsEnd(t *testing.T) {
	self(t)
	dir := stateFor(t, steady)
	impatient := roomy
	impatient.Stale = time.Second
	check := func(status int) {
		t.Helper()
		mustExit(t, status, command(t, dir, "check", "--stale", "1s", "--disk-warning", "100", "--disk-critical", "100"))
	}

	c := start(t, dir)
	s := await(t, dir, roomy, func(s monitor.Status) bool { return s.Last.Cycle >= 2 })
	if s.State != monitor.Healthy || s.Process.PID != c.Process.Pid || s.Phase() != monitor.PhaseRunning || s.Goldens == 0 {
		t.Errorf("under way: %s %s, %d bytes of goldens, process %+v", s.Phase(), verdictOf(s.Health), s.Goldens, s.Process)
	}

	signal(t, c, syscall.SIGSTOP)
	s = await(t, dir, impatient, under(monitor.Warning, monitor.Stale))
	if want := fmt.Sprintf("kill -CONT %d", c.Process.Pid); !s.Process.Paused || s.Conditions[0].Next != want {
		t.Errorf("stopped by a signal: %+v, want %s", s.Conditions, want)
	}
	check(1)
	signal(t, c, syscall.SIGCONT)
	await(t, dir, impatient, under(monitor.Healthy))

	signal(t, c, syscall.SIGKILL)
	c.Wait()
	// What it was about to start as it died may hold its lock for another instant.
	await(t, dir, roomy, under(monitor.Critical, monitor.ProcessDead))
	check(2)

	c = start(t, dir, "--resume")
	await(t, dir, roomy, func(s monitor.Status) bool { return s.Phase() == monitor.PhaseRunning && s.State == monitor.Healthy })
	mustExit(t, 0, command(t, dir, "stop", "enable", "--reason", "drill", "--who", "ada"))
	s = await(t, dir, impatient, func(s monitor.Status) bool { return s.State == monitor.Stopped && !s.Session.Ended.IsZero() })
	if why := s.Stop.Why; why != "drill" || s.Process.PID != c.Process.Pid {
		t.Errorf("emergency stop: %q, process %+v", why, s.Process)
	}
	check(0)
	signal(t, c, syscall.SIGKILL)
	c.Wait()
	await(t, dir, roomy, under(monitor.Critical, monitor.ProcessDead, monitor.StopStands))
	c = start(t, dir, "--resume")
	await(t, dir, roomy, under(monitor.Stopped, monitor.StopStands))
	mustExit(t, 0, command(t, dir, "stop", "disable"))
	await(t, dir, roomy, func(s monitor.Status) bool { return s.Phase() == monitor.PhaseRunning && s.State == monitor.Healthy })
	signal(t, c, syscall.SIGTERM)
	c.Wait()
	if s = judged(dir); s.State != monitor.Stopped || s.ExitStatus != 0 {
		t.Errorf("interrupted: %s %s", s.Phase(), verdictOf(s.Health))
	}
	check(0)

	mustExit(t, 0, command(t, dir, "--resume", "--cycles", fmt.Sprint(s.Last.Cycle+2)))
	if s = judged(dir); s.State != monitor.Finished || s.ExitStatus != 0 {
		t.Errorf("at its end: %s %s", s.Phase(), verdictOf(s.Health))
	}
	check(0)
}

// Whoever looks at a soak that does well, at whatever instant, sees nothing else.
func TestAHealthySoakNeverPages(t *testing.T) {
	self(t)
	dir := stateFor(t, steady)
	seen := map[string]int{}
	for i := range 4 {
		c := start(t, dir, "--cycles", "5")
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		for over := false; !over; {
			select {
			case err := <-ended:
				if over = true; err != nil {
					t.Errorf("the soak: %v", err)
				}
			default:
			}
			o := monitor.Look(dir, monitor.Options{})
			h := monitor.Judge(o, roomy)
			seen[string(h.State)]++
			if fresh := o.Phase() == monitor.PhaseNone && i == 0 && !over; h.ExitStatus != 0 && !fresh {
				t.Fatalf("soak %d: %s %s: %+v\n%+v\n%+v", i+1, o.Phase(), verdictOf(h), h.Conditions, o.Process, o.Session)
			}
		}
	}
	if seen["HEALTHY"] == 0 || seen["FINISHED"] == 0 {
		t.Errorf("looked, and saw only %v", seen)
	}
}

func TestASoakThatFails(t *testing.T) {
	dir := stateFor(t, `
workflows:
  - name: random
    command: [sh, -c, 'cat /proc/sys/kernel/random/uuid']
    output: text
`)
	mustExit(t, 1, command(t, dir, "--quick"))
	s := judged(dir)
	if got := verdictOf(s.Health); got != "FINISHED 2 [violation]" {
		t.Errorf("%s: %+v", got, s.Conditions)
	}
	if c := s.Conditions[0]; c.Next != s.Findings[0].Reproduction || c.Since.IsZero() {
		t.Errorf("%+v, want since when, and the command of %+v", c, s.Findings[0])
	}
	for _, f := range s.Findings {
		mustExit(t, 0, command(t, dir, "findings", "accept", f.Key, "--reason", "known"))
	}
	if got := verdictOf(judged(dir).Health); got != "FINISHED 0 []" {
		t.Errorf("accepted: %s", got)
	}
	late := monitor.Look(dir, monitor.Options{Now: func() time.Time { return time.Now().AddDate(0, 2, 0) }})
	if got := verdictOf(monitor.Judge(late, roomy)); got != "FINISHED 2 [violation]" {
		t.Errorf("once the acceptances have expired: %s", got)
	}
}

// Who may only read sees the same, while the soak runs and after it was killed.
func TestAnotherUserLooks(t *testing.T) {
	if os.Getuid() != 0 {
		skip(t, "only root can look as another user")
	}
	self(t)
	dir := stateFor(t, steady)
	if err := os.Chmod(filepath.Dir(filepath.Dir(dir)), 0o755); err != nil {
		t.Fatal(err)
	}
	asNobody := func(args ...string) *exec.Cmd {
		c := command(t, dir, append(args, "--disk-warning", "100", "--disk-critical", "100")...)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		return c
	}
	c := start(t, dir)
	await(t, dir, roomy, func(s monitor.Status) bool { return s.Last.Cycle >= 2 })
	mustExit(t, 0, asNobody("check"))
	mustExit(t, 0, asNobody("sanity"))
	signal(t, c, syscall.SIGKILL)
	c.Wait()
	await(t, dir, roomy, under(monitor.Critical, monitor.ProcessDead))
	mustExit(t, 2, asNobody("check"))
	mustExit(t, 0, asNobody("status"))
}
