//go:build linux && amd64

package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// needNamespace skips a test where namespaces of process ids are refused, as they are in most containers.
func needNamespace(t testing.TB) {
	t.Helper()
	for _, a := range Probe(t.Context(), self(t), t.TempDir(), "pid") {
		if a.Available {
			return
		}
		if os.Getenv("CI") != "" && os.Getenv("SHADOWRUN_NO_NAMESPACES") == "" {
			t.Fatalf("no namespace of process ids, and CI is set (SHADOWRUN_NO_NAMESPACES=1 where that is as it should be): %s", a.Why)
		}
		t.Skipf("NOT TESTED: %s", a.Why)
	}
}

func TestPID(t *testing.T) {
	needNamespace(t)
	for _, test := range []struct {
		name string
		argv []string
		want string
	}{
		{"shell", []string{"sh", "-c", "echo $$; sh -c 'echo $$; true'; sh -c 'echo $$; true'"}, "1300\n1301\n1302"},
		{"Python", []string{"python3", "-c", "import os; print(os.getpid(), os.getppid(), os.readlink('/proc/self'))"}, "1300 1 1300"},
		{"Node", []string{"node", "-p", "process.pid + ' ' + child_process.execFileSync('sh', ['-c', 'echo $$']).toString().trim().length"}, "1300 4"},
		{"Perl", []string{"perl", "-e", "print $$"}, "1300"},
		{"what /proc lists", []string{"sh", "-c", "cd /proc; echo [0-9]*"}, "1 1300"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.argv[0])
			for range 3 {
				if got := says(t, Treatment{"pid": "1300"}, test.argv...); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

// Pids of a chain of children are the same in each run: no thread of the tracer takes one of them.
func TestPIDsOfChildren(t *testing.T) {
	needNamespace(t)
	var work errgroup.Group
	work.SetLimit(8)
	for range 100 {
		work.Go(func() error {
			r := try(t, Treatment{"pid": "300", "clock": DefaultInstant, "entropy": "1"}, "sh", "-c", "for i in 1 2 3 4 5 6 7 8; do (:); done; head -c1 /dev/urandom >/dev/null; (:)")
			if diff := cmp.Diff([]int{300, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310}, r.OwnPIDs[:min(11, len(r.OwnPIDs))]); diff != "" {
				return fmt.Errorf("pids (-want +got):\n%s", diff)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		t.Error(err)
	}
}

// Both stages pass on how the command ends.
func TestEndsPassThroughTheNamespace(t *testing.T) {
	needNamespace(t)
	for script, want := range map[string]string{
		"exit 7":             "exit status 7",
		"exit 0":             "exit status 0",
		"kill -KILL $$":      "signal: killed",
		"kill -USR1 $$":      "signal: user defined signal 1",
		"exec nosuchprogram": "exit status 127",
	} {
		if got := try(t, Treatment{"pid": "300"}, "sh", "-c", script).state.String(); got != want {
			t.Errorf("%s: got %s, want %s", script, got, want)
		}
	}
	if got := try(t, Treatment{"pid": "300"}, "nosuchprogram").state.ExitCode(); got != exitNotFound {
		t.Errorf("a missing program: got %d, want %d", got, exitNotFound)
	}
	r := try(t, Treatment{"pid": "300"}, "sh", "-c", "trap 'echo got it; exit 3' TERM; kill -TERM $(cut -d' ' -f4 /proc/$$/stat); while :; do sleep 0.01; done")
	if r.out != "got it\n" || r.state.ExitCode() != 3 {
		t.Errorf("a signal to the tracer: got %q, %v", r.out, r.state)
	}
}

// A signal to the outer stage reaches the command.
func TestSignalReachesTheNamespace(t *testing.T) {
	needNamespace(t)
	task := task(t, Treatment{"pid": "300"}, "sh", "-c", "trap 'exit 5' INT; echo ready; while :; do sleep 0.01; done")
	cmd := command(t, task)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	fmt.Fscanln(out, new(string))
	must(t, cmd.Process.Signal(syscall.SIGINT))
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != 5 {
		t.Errorf("got %v, want status 5", cmd.ProcessState)
	}
}

// The report has the pids by which everybody outside knows the processes, exactly: also of those that live for a moment.
func TestPIDsOutside(t *testing.T) {
	needNamespace(t)
	task := task(t, Treatment{"pid": "300"}, "sh", "-c", "(:); (:); echo ready; read x")
	cmd := command(t, task)
	out, err := cmd.StdoutPipe()
	must(t, err)
	in, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	fmt.Fscanln(out, new(string))
	alive := 0 // the command's pid out here, found by its pid within
	status, _ := os.ReadDir("/proc")
	for _, e := range status {
		pid, err := strconv.Atoi(e.Name())
		text, _ := os.ReadFile("/proc/" + e.Name() + "/status")
		_, rest, found := strings.Cut(string(text), "\nNSpid:")
		ids := strings.Fields(strings.SplitN(rest, "\n", 2)[0])
		environment, _ := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		if err == nil && found && len(ids) > 1 && ids[len(ids)-1] == "300" && strings.Contains(string(environment), "echo ready; read x") {
			alive = pid
		}
	}
	in.Close()
	cmd.Wait()
	r, err := ReadReport(task.Report)
	must(t, err)
	if len(r.PIDs) != 3 || r.PIDs[0] != alive || r.PIDs[0] >= r.PIDs[1] && r.PIDs[1]-r.PIDs[0] > -1000 {
		t.Errorf("got %v; the command is %d", r.PIDs, alive)
	}
	if diff := cmp.Diff([]int{300, 301, 302}, r.OwnPIDs); diff != "" {
		t.Errorf("own (-want +got):\n%s", diff)
	}
}

// When the outer stage is killed outright, nothing that was in the namespace lives on.
func TestNamespaceDiesWithTheOuterStage(t *testing.T) {
	needNamespace(t)
	task := task(t, Treatment{"pid": "300"}, "sh", "-c", "setsid sleep 1000 & echo ready; sleep 1000")
	cmd := command(t, task)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	fmt.Fscanln(out, new(string))
	must(t, cmd.Process.Kill())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		out.Read(make([]byte, 1)) // ends once nobody has the pipe open
	}()
	select {
	case <-ended:
	case <-time.After(atMost):
		t.Error("somebody has standard output open still")
	}
	cmd.Wait()
}

// A pid that is taken, or that has no room behind it, is none.
func TestBurnUsesPIDsUp(t *testing.T) {
	needNamespace(t)
	if got := says(t, Treatment{"pid": "30000"}, "sh", "-c", "echo $$"); got != "30000" {
		t.Errorf("got %s", got)
	}
}

// Java machines leave files by their pids in one folder of /tmp, which javac, as one of them, makes here. Those with one pid
// complain of nothing, and leave nothing there.
func TestJavaSideBySideWithOnePID(t *testing.T) {
	needNamespace(t)
	need(t, "javac")
	dir := t.TempDir()
	if out, err := exec.Command("javac", "-d", dir, "testdata/Waits.java").CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	var work errgroup.Group
	for range 3 {
		work.Go(func() error {
			if got := says(t, Treatment{"pid": "5311"}, "java", "-XX:TieredStopAtLevel=1", "-cp", dir, "Waits"); got != "in time" {
				return fmt.Errorf("got %q", got)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob("/tmp/hsperfdata_*/5311"); len(left) > 0 {
		t.Errorf("left there: %s", left)
	}
}
