//go:build linux

package proc

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// wantNoChildren fails the test if this process has any child, dead or alive.
func wantNoChildren(t *testing.T) {
	t.Helper()
	if err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil); err != unix.ECHILD {
		t.Errorf("children are left: %v %v", adopted(), err)
	}
}

func TestRunLeavesNothing(t *testing.T) {
	for _, test := range []struct {
		name   string
		script string
		left   []int // one of these
	}{
		{"in the background", "sleep 1000 & exit 4", []int{1}},
		{"in another session, holding the output", "setsid sleep 1000 & exit 4", []int{1}},
		{"in another group", "set -m; sleep 1000 & exit 4", []int{1}},
		{"several, each in its session", "for i in 1 2 3; do setsid sleep 1000 & done; exit 4", []int{3}},
		{"ignoring what can be ignored", "(trap '' HUP TERM INT; exec setsid sleep 1000) & exit 4", []int{1}},
		{"stopped", "sleep 1000 & kill -STOP $!; exit 4", []int{1}},
		{"without an environment", "env -i setsid sleep 1000 </dev/null >/dev/null 2>&1 & exit 4", []int{1}},
		{"with children of its own", "mkfifo up; setsid sh -c 'sleep 1000 & sleep 1000 & echo >up; wait' & read x <up; exit 4", []int{3}},
		{"dead already", "(setsid true &) ; exit 4", []int{0, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := new(capture).spec("sh", "-c", test.script)
			s.Dir = t.TempDir()
			r := Run(t.Context(), s)
			if r.Status != Exited || r.Exit != 4 || r.Err != nil || !slices.Contains(test.left, r.Left) {
				t.Errorf("left %d, want %d; %+v", r.Left, test.left, r)
			}
			if len(r.PIDs) < 1+r.Left {
				t.Errorf("pids %v, left %d", r.PIDs, r.Left)
			}
			for _, pid := range r.PIDs {
				if running(pid) {
					t.Errorf("pid %d is alive", pid)
				}
			}
			wantNoChildren(t)
		})
	}
}

// The daemon of daemon.c has nothing in common with its run but its resource limits.
func TestRunKillsDaemon(t *testing.T) {
	daemon := build(t, "daemon")
	word, c := token(), new(capture)
	r := Run(t.Context(), c.spec(daemon, word))
	pid, err := strconv.Atoi(strings.TrimSpace(c.out.String()))
	if err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	if r.Exit != 0 || r.Left != 1 || len(r.PIDs) < 2 {
		t.Errorf("%+v", r)
	}
	if running(pid) {
		t.Errorf("the daemon, pid %d, is alive", pid)
	}
	wantNone(t, word)
	wantNoChildren(t)
}

// gate is a standard input that ends when it is opened.
type gate struct {
	opened chan struct{}
	open   func() // any number of times
}

func newGate() gate {
	opened := make(chan struct{})
	return gate{opened, sync.OnceFunc(func() { close(opened) })}
}

func (g gate) Read([]byte) (int, error) { <-g.opened; return 0, io.EOF }

func TestRunCatchesPhoenix(t *testing.T) {
	phoenix, word := build(t, "phoenix"), token()
	if r := Run(t.Context(), new(capture).spec(phoenix, word)); r.Status != Exited || r.Err != nil {
		t.Errorf("%+v", r)
	}
	wantNone(t, word)
	wantNoChildren(t)
}

func TestRunReapsDaemonsWhileItLasts(t *testing.T) {
	gate, up := newGate(), make(chan bool, 1)
	s := new(capture).spec("sh", "-c", "for i in 1 2 3 4 5; do (setsid true &); done; echo up; read x")
	s.Stdin = gate
	s.Stdout = func([]byte) error { up <- true; return nil }
	done := make(chan Result, 1)
	go func() { done <- Run(t.Context(), s) }()
	defer gate.open()
	<-up
	eventually(t, "no zombie is left", func() bool { return len(adopted()) <= 1 }) // the program may be one of them
	gate.open()
	if r := <-done; len(r.PIDs) < 6 {
		t.Errorf("pids %v", r.PIDs)
	}
}

// TestWithoutPrivileges runs the tests of descendants once more as nobody.
func TestWithoutPrivileges(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("this user has none")
	}
	if testing.Short() {
		t.Skip("runs a part of the tests again")
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "proc.test")
	self, err := os.ReadFile("/proc/self/exe")
	if err == nil {
		err = os.WriteFile(bin, self, 0o755)
	}
	if err == nil {
		err = os.Chmod(filepath.Dir(dir), 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "-test.run=^(TestRunLeavesNothing|TestRunKillsDaemon|TestRunsKeepApart|TestRunCatchesPhoenix|TestRunProcesses)$", "-test.v")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=/tmp", "HOME=/nonexistent"}
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestRunKillsDaemon") {
		t.Errorf("%v\n%s", err, out)
	}
}
