package cmd

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestServiceManagerIsTold(t *testing.T) {
	socket := newNotifySocket(t)
	t.Setenv("NOTIFY_SOCKET", socket.path)
	s := newService()
	s.alive("all is well")
	s.alive("still")
	s.stopping()
	var got []string
	for range 3 {
		got = append(got, socket.next(t))
	}
	want := []string{"READY=1\nWATCHDOG=1\nSTATUS=all is well", "WATCHDOG=1\nSTATUS=still", "STOPPING=1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A soak that is a service says how it is, and feeds its watchdog only while it gets somewhere, or is not to.
func TestServiceFeedsItsWatchdogOnProgress(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"shadowrun.yaml": gatedConfig, "gated.sh": gatedScript} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	gate, stop := filepath.Join(dir, "gate"), filepath.Join(dir, "state", "stop")
	if err := syscall.Mkfifo(gate, 0o666); err != nil {
		t.Fatal(err)
	}
	socket := newNotifySocket(t)
	soak := exec.Command("shadowrun", "--config", filepath.Join(dir, "shadowrun.yaml"), "--state", filepath.Join(dir, "state"))
	soak.Env = append(os.Environ(), "NOTIFY_SOCKET="+socket.path, "WATCHDOG_USEC=200000")
	var said strings.Builder
	soak.Stderr = &said
	if err := soak.Start(); err != nil {
		t.Fatal(err)
	}
	defer soak.Wait()
	defer soak.Process.Kill()

	if first := socket.next(t); !strings.HasPrefix(first, "READY=1\nWATCHDOG=1\nSTATUS=SHADOWRUN OK - ") {
		t.Fatalf("first it said %q", first)
	}
	const row = 5
	socket.until(t, "it waits at the gate, and is not fed", row, func(state string) bool { return strings.HasPrefix(state, "STATUS=SHADOWRUN OK - ") })
	open, err := os.OpenFile(gate, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	open.Close()
	socket.until(t, "it gets somewhere", 1, func(state string) bool { return strings.HasPrefix(state, "WATCHDOG=1\nSTATUS=") })
	if err := os.WriteFile(stop, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	socket.until(t, "it is not to get anywhere", row, func(state string) bool {
		return strings.HasPrefix(state, "WATCHDOG=1\nSTATUS=SHADOWRUN OK - stopped: the emergency stop stands")
	})
	if err := soak.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	socket.until(t, "it ends", 1, func(state string) bool { return state == "STOPPING=1" })
	soak.Wait()
	if got := soak.ProcessState.ExitCode(); got != 4 {
		t.Errorf("exit status %d, want 4", got)
	}
	if want := "warning: the service's watchdog waits 200ms, and the soak may go without progress for 10m0s: it would end what is well; want WatchdogSec=900"; !strings.Contains(said.String(), want) {
		t.Errorf("it did not say %q:\n%s", want, said.String())
	}
}

const gatedConfig = `version: 1
interval: 0s
workers: 1
runs_per_cycle: 1
workflows:
  - {name: gated, command: [sh, gated.sh], output: text}
`

const gatedScript = `if test $SHADOWRUN_RUN_ID = c2r1 && mkdir once 2>/dev/null; then read x < gate; fi
echo $SHADOWRUN_SEED
`

// notifySocket is a service manager that hears.
type notifySocket struct {
	path string
	conn *net.UnixConn
}

func newNotifySocket(t *testing.T) notifySocket {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return notifySocket{path, conn}
}

func (s notifySocket) next(t *testing.T) string {
	t.Helper()
	text := make([]byte, 10000)
	s.conn.SetReadDeadline(time.Now().Add(patienceOfTests))
	n, err := s.conn.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:n])
}

// until waits until so many in a row are as is said.
func (s notifySocket) until(t *testing.T, what string, row int, as func(state string) bool) {
	t.Helper()
	deadline := time.Now().Add(patienceOfTests)
	for n, last := 0, ""; n < row; n++ {
		if last = s.next(t); !as(last) {
			n = -1
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not %d times in a row; last it said %q", what, row, last)
		}
	}
}
