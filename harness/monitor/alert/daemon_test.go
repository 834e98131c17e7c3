package alert

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
)

// hook is a receiver at an address of its own, that can go down and come up again.
type hook struct {
	address string
	server  *http.Server
	got     chan string // kind of message, fingerprint
}

func newHook(t *testing.T) *hook {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{address: l.Addr().String(), got: make(chan string, 100)}
	l.Close()
	return h
}

func (h *hook) up(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	h.server = &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var a alertmanager
		if err := json.Unmarshal(body, &a); err != nil || len(a.Alerts) != 1 {
			h.got <- "unreadable: " + string(body)
			return
		}
		h.got <- a.Status + " " + a.Alerts[0].Labels["alertname"] + " " + a.Alerts[0].Fingerprint
	})}
	go h.server.Serve(l)
	t.Cleanup(func() { h.server.Close() })
}

func (h *hook) next(t *testing.T) string {
	t.Helper()
	select {
	case got := <-h.got:
		return got
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was delivered")
		return ""
	}
}

// scene is a state folder whose soak is as the test says.
type scene struct {
	dir, ledger string
	mu          sync.Mutex
	conditions  []monitor.Condition
	log         []string
	looked      chan struct{}
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{dir: t.TempDir(), looked: make(chan struct{}, 1000)}
	s.ledger = filepath.Join(s.dir, "ledger.db")
	l, err := ledger.Open(s.ledger)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) set(conditions ...monitor.Condition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conditions = conditions
}

// daemon starts a daemon; end ends it as a signal would.
func (s *scene) daemon(t *testing.T, h *hook) (end func()) {
	t.Helper()
	r, err := NewReceiver(harness.WebhookConfig{URL: "http://" + h.address + "/hook", Format: harness.WebhookAlertmanager}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &Daemon{
		Interval: 5 * time.Millisecond, Receivers: []*Receiver{r}, Ledger: s.ledger, Now: time.Now, Origin: Origin{Host: "soak-1", Dir: s.dir},
		Look: func() monitor.Status {
			s.mu.Lock()
			defer s.mu.Unlock()
			o := seen(0, s.conditions...)
			o.At, o.Dir = time.Now(), s.dir
			return o
		},
		Log: func(line string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.log = append(s.log, line)
		},
		Looked: func(monitor.Status) { s.looked <- struct{}{} },
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- d.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func (s *scene) waiting(t *testing.T) (names []string) {
	t.Helper()
	reader, err := ledger.View(s.ledger)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	waiting, err := reader.Waiting()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range waiting {
		names = append(names, d.Kind+" "+d.Alert.Condition)
	}
	return names
}

// A receiver that is down gets what happened meanwhile, in order and from the next daemon.
func TestReceiverThatIsDownIsToldLater(t *testing.T) {
	s, h := newScene(t), newHook(t)
	end := s.daemon(t, h)
	s.set(condition(monitor.Violation, monitor.SeverityCritical))
	for len(s.waiting(t)) < 1 {
		<-s.looked
	}
	s.set()
	for len(s.waiting(t)) < 2 {
		<-s.looked
	}
	end()
	if diff := cmp.Diff([]string{"opened violation", "resolved violation"}, s.waiting(t)); diff != "" {
		t.Fatalf("waiting (-want +got):\n%s", diff)
	}
	h.up(t)
	end = s.daemon(t, h)
	defer end()
	first, second := h.next(t), h.next(t)
	id, ok := strings.CutPrefix(first, "firing ShadowrunViolation ")
	if !ok || second != "resolved ShadowrunViolation "+id {
		t.Errorf("delivered %q, then %q", first, second)
	}
	for len(s.waiting(t)) > 0 {
		<-s.looked
	}
}

// What waits for a receiver that was taken out of the configuration, or got another URL, waits for nobody.
func TestFormerReceiverIsNamed(t *testing.T) {
	s, former, h := newScene(t), newHook(t), newHook(t)
	end := s.daemon(t, former)
	s.set(condition(monitor.Violation, monitor.SeverityCritical))
	for len(s.waiting(t)) < 1 {
		<-s.looked
	}
	end()
	s.daemon(t, h)()
	want := "warning: messages for " + former.address + " (alertmanager, "
	if log := strings.Join(s.log, "\n"); !strings.Contains(log, want) || !strings.Contains(log, "are not delivered (1)") {
		t.Errorf("the log does not say %q:\n%s", want, log)
	}
}

// A ledger that can't be written keeps nobody from being told.
func TestAlertsAreToldWithoutALedger(t *testing.T) {
	s, h := newScene(t), newHook(t)
	s.ledger = filepath.Join(s.dir, "gone", "ledger.db")
	h.up(t)
	end := s.daemon(t, h)
	defer end()
	s.set(condition(monitor.DiskFull, monitor.SeverityCritical))
	if got := h.next(t); !strings.HasPrefix(got, "firing ShadowrunDiskFull ") {
		t.Errorf("delivered %q", got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.Contains(strings.Join(s.log, "\n"), "kept in memory only") {
		t.Errorf("the log does not say so: %q", s.log)
	}
}
