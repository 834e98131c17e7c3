package cmd

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/runbook/deploy"
)

// What can happen to a soak is told by every way that an operator looks: the status, the status of 'check', a metric that Prometheus has
// scraped, a rule that fires, and one alert at a receiver, which is resolved when it is over.
func TestIncidentsAreToldOnceByEveryWay(t *testing.T) {
	if testing.Short() {
		t.Skip("all of it is in other processes")
	}
	for _, incident := range []struct {
		name         string
		monitor      string // more of the configuration's
		small        bool   // the state folder is a small file system
		deaf         bool   // the receiver is down while it happens
		happen, over func(*stage, *testing.T)
		want         sighting
	}{
		{"a violation, then accepted", "", false, false, (*stage).violate, (*stage).accept, sighting{monitor.Critical, 2, monitor.Violation}},
		{"killed, then resumed", "", false, false, (*stage).kill, (*stage).resume, sighting{monitor.Critical, 2, monitor.ProcessDead}},
		{"paused, then continued", "stale: 3s", false, false, (*stage).pause, (*stage).proceed, sighting{monitor.Warning, 1, monitor.Stale}},
		{"its file system is full, then has room", "", true, false, (*stage).fill, (*stage).makeRoom, sighting{monitor.Critical, 2, monitor.DiskFull}},
		{"the receiver is down meanwhile", "", false, true, (*stage).kill, (*stage).resume, sighting{monitor.Critical, 2, monitor.ProcessDead}},
	} {
		t.Run(incident.name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			s := newStage(t, incident.monitor, incident.small)
			s.soak(t, "--duration", "1h")
			watch := startSoak(t, "monitor", "run", "--config", s.config, "--state", s.state, "--listen", "127.0.0.1:0", "--interval", "200ms")
			p := startPrometheus(t, watch.address())
			well := sighting{Health: monitor.Healthy, Condition: incident.want.Condition}
			eventually(t, "before", s.seen(t, p, well), s.all(well))
			if incident.deaf {
				s.hook.down()
			}
			incident.happen(s, t)
			told := s.all(incident.want, "firing, 1st id")
			if incident.deaf {
				eventually(t, "it waits for the receiver", func() any { return len(s.monitorStatus(t).Waiting) > 0 }, true)
				told["receiver"] = []string(nil)
				eventually(t, "while it lasts", s.seen(t, p, incident.want), told)
				s.hook.up(t)
				told = s.all(incident.want, "firing, 1st id")
			}
			eventually(t, "while it lasts", s.seen(t, p, incident.want), told)
			incident.over(s, t)
			eventually(t, "when it is over", s.seen(t, p, well), s.all(well, "firing, 1st id", "resolved, 1st id"))
			eventually(t, "and kept as delivered", func() any {
				m := s.monitorStatus(t)
				return len(m.Open) + len(m.Waiting)
			}, 0)
		})
	}
}

// sighting is how a soak is to be seen.
type sighting struct {
	Health    monitor.State
	Check     int
	Condition monitor.ID // that the case is about
}

// all is what every way to look is to show of a sighting, and what the receiver was told of its condition so far.
func (s *stage) all(want sighting, told ...string) map[string]any {
	holds := want.Health != monitor.Healthy
	metric := 0.0
	if holds {
		metric = 1
	}
	return map[string]any{"status": string(want.Health), "check": want.Check, "condition": metric, "state": 1.0, "fires": holds, "receiver": told}
}

// seen returns what every way to look shows now.
func (s *stage) seen(t *testing.T, p prometheus, of sighting) func() any {
	rule := ""
	for _, a := range deploy.Alerts {
		if a.Condition == string(of.Condition) {
			rule = a.Name
		}
	}
	one := func(expr string) any {
		if values := p.query(t, expr); len(values) == 1 {
			return values[0]
		}
		return expr + ": no value"
	}
	return func() any {
		var status statusJSON
		s.ask(t, &status, "status")
		return map[string]any{
			"status": string(status.Health), "check": s.ask(t, nil, "check"),
			"condition": one(fmt.Sprintf("shadowrun_condition{condition=%q}", of.Condition)),
			"state":     one(fmt.Sprintf("shadowrun_state{state=%q}", of.Health)),
			"fires":     slices.Contains(p.firing(t), rule), "receiver": s.hook.told(rule),
		}
	}
}

// stage is a state folder with a soak, and somebody who is to be told.
type stage struct {
	dir, config, state string
	process            *exec.Cmd
	hook               *hook
}

const incidentConfig = `version: 1
interval: 100ms
runs_per_cycle: 1
workers: 1
recheck: 0
workflows:
  - {name: flagged, command: [sh, flagged.sh], output: text}
monitor:
  webhooks: [{url: "http://%s/hook"}]
  %s
`

const flaggedScript = `if test -e flag; then od -An -N8 -tx8 /dev/urandom; else echo $SHADOWRUN_SEED; fi
`

// newStage makes one. A small state folder is a file system of its own, which takes root.
func newStage(t *testing.T, monitor string, small bool) *stage {
	t.Helper()
	dir := t.TempDir()
	s := &stage{dir: dir, config: filepath.Join(dir, "shadowrun.yaml"), state: filepath.Join(dir, "state"), hook: newHook(t)}
	for name, text := range map[string]string{s.config: fmt.Sprintf(incidentConfig, s.hook.address, monitor), filepath.Join(dir, "flagged.sh"): flaggedScript} {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if !small {
		return s
	}
	if err := os.Mkdir(s.state, 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=16m", "none", s.state).CombinedOutput()
	if err != nil && os.Getenv("CI") != "" {
		t.Fatalf("a small file system can't be mounted: %v: %s", err, out)
	}
	if err != nil {
		t.Skipf("SKIPPED, not checked: a small file system can't be mounted, as root can: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "--lazy", s.state).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return s
}

// soak starts the soak, which the test's end kills.
func (s *stage) soak(t *testing.T, arguments ...string) {
	t.Helper()
	s.process = exec.Command("shadowrun", append(arguments, "--config", s.config, "--state", s.state, "--progress", "none")...)
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.kill(t) })
}

func (s *stage) resume(t *testing.T) { s.soak(t, "--resume") }

func (s *stage) kill(*testing.T) {
	if s.process.ProcessState == nil {
		s.process.Process.Kill()
		s.process.Wait()
	}
}

func (s *stage) pause(t *testing.T)   { s.signal(t, syscall.SIGSTOP) }
func (s *stage) proceed(t *testing.T) { s.signal(t, syscall.SIGCONT) }

func (s *stage) signal(t *testing.T, what os.Signal) {
	t.Helper()
	if err := s.process.Process.Signal(what); err != nil {
		t.Fatal(err)
	}
}

func (s *stage) violate(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "flag"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
}

// accept mends the workflow, and accepts what was found.
func (s *stage) accept(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.dir, "flag")); err != nil {
		t.Fatal(err)
	}
	var before, now statusJSON
	s.ask(t, &before, "status")
	eventually(t, "the last run with the fault is over", func() any {
		s.ask(t, &now, "status")
		return now.Cycle > before.Cycle+1
	}, true)
	for _, f := range now.Findings {
		if status := s.ask(t, nil, "findings", "accept", f.Key, "--reason", "mended"); status != 0 {
			t.Fatalf("findings accept: exit status %d", status)
		}
	}
}

// fill takes all the room that there is.
func (s *stage) fill(t *testing.T) {
	t.Helper()
	f, err := os.Create(filepath.Join(s.state, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int{1 << 20, 1 << 12} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// makeRoom gives the room back, and goes on with the soak, which may have ended for want of it.
func (s *stage) makeRoom(t *testing.T) {
	t.Helper()
	s.kill(t)
	if err := os.Remove(filepath.Join(s.state, "filler")); err != nil {
		t.Fatal(err)
	}
	s.resume(t)
}

// ask runs a command on the state folder, reads what it prints, and returns its exit status.
func (s *stage) ask(t *testing.T, into any, command ...string) int {
	t.Helper()
	c := exec.Command("shadowrun", append(command, "--state", s.state, "--json")...)
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(out, into); err != nil {
			t.Fatalf("%s: %v: %s", strings.Join(command, " "), err, out)
		}
	}
	return c.ProcessState.ExitCode()
}

func (s *stage) monitorStatus(t *testing.T) (m monitorStatusJSON) {
	t.Helper()
	if status := s.ask(t, &m, "monitor", "status"); status != 0 {
		t.Fatalf("monitor status: exit status %d", status)
	}
	return m
}

// hook is a receiver that can go down and come up again. As Standard Webhooks has it, it takes no message twice.
type hook struct {
	address string
	server  *http.Server

	mu    sync.Mutex
	taken []string // ids of messages
	heard []heard
}

type heard struct{ status, rule, fingerprint string }

func newHook(t *testing.T) *hook {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{address: l.Addr().String()}
	h.serve(l)
	t.Cleanup(h.down)
	return h
}

func (h *hook) serve(l net.Listener) {
	h.server = &http.Server{Handler: h}
	go h.server.Serve(l)
}

func (h *hook) down() { h.server.Close() }

func (h *hook) up(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	h.serve(l)
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var group struct {
		Alerts []struct {
			Status, Fingerprint string
			Labels              map[string]string
			StartsAt, EndsAt    time.Time
		}
	}
	body, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(body, &group); err != nil || len(group.Alerts) != 1 {
		http.Error(w, "want one alert", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if id := r.Header.Get("webhook-id"); !slices.Contains(h.taken, id) {
		a := group.Alerts[0]
		h.taken = append(h.taken, id)
		h.heard = append(h.heard, heard{a.Status, a.Labels["alertname"], a.Fingerprint})
	}
}

// told returns what it was told of a rule's condition, with the ids counted.
func (h *hook) told(rule string) (all []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []string
	for _, m := range h.heard {
		if m.rule != rule {
			continue
		}
		if !slices.Contains(ids, m.fingerprint) {
			ids = append(ids, m.fingerprint)
		}
		all = append(all, fmt.Sprintf("%s, %s id", m.status, []string{"1st", "2nd", "3rd", "4th"}[min(3, slices.Index(ids, m.fingerprint))]))
	}
	return all
}
