//go:build linux && amd64

package lab

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestExitStatusPassesThrough(t *testing.T) {
	for _, status := range []int{0, 1, 2, 77, 125, 126, 127, 128, 143, 255} {
		if r := try(t, nil, "sh", "-c", fmt.Sprint("exit ", status)); r.state.ExitCode() != status {
			t.Errorf("got %v, want %d", r.state, status)
		}
	}
}

func TestSignalPassesThrough(t *testing.T) {
	program := compile(t, "signals")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL, syscall.SIGINT, syscall.SIGHUP, syscall.SIGSEGV, syscall.SIGABRT, syscall.SIGPIPE,
		syscall.SIGUSR1, syscall.SIGALRM, syscall.SIGTRAP, syscall.SIGXCPU, syscall.Signal(34), syscall.Signal(64)} {
		if r := try(t, nil, program, fmt.Sprint(int(sig))); r.state.Sys().(syscall.WaitStatus).Signal() != sig || r.state.Sys().(syscall.WaitStatus).CoreDump() {
			t.Errorf("signal %d: %v", int(sig), r.state)
		}
	}
}

// The command inherits nothing of Go's, and no files of the tracer's.
func TestCommandStartsClean(t *testing.T) {
	program := compile(t, "signals")
	plain, err := exec.Command(program).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := says(t, Treatment{"clock": DefaultInstant, "entropy": "1"}, program)
	if diff := cmp.Diff(strings.TrimSuffix(string(plain), "\n"), got); diff != "" {
		t.Errorf("(-plain +lab)\n%s", diff)
	}
}

// Limits, environment and folder are those of the task.
func TestCommandInheritsWhatItShould(t *testing.T) {
	task := task(t, nil, "sh", "-c", "ulimit -n; ulimit -t; pwd; env | sort; cat")
	task.Dir, task.Env = "/usr", []string{"PATH=" + os.Getenv("PATH"), "A=b c"}
	argv, env, err := task.Command(self(t))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", `ulimit -Sn 777; ulimit -St 888; exec "$0"`, argv[0])
	cmd.Env, cmd.Stdin = env, strings.NewReader("standard input")
	want := "777\n888\n/usr\nA=b c\nPATH=" + os.Getenv("PATH") + "\nPWD=/usr\nstandard input"
	if r := finish(t, cmd, task); r.out != want {
		t.Errorf("got %q, want %q", r.out, want)
	}
}

func TestProgramsThatCannotStart(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"plain": 0o644, "odd": 0o755} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("\x00\x01no program"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "lost"), []byte("#!/no/such/interpreter\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		program string
		status  int
		says    string
	}{
		{"no-such-program", exitNotFound, `program "no-such-program" is not in PATH=`},
		{"./no-such-program", exitNotFound, "program ./no-such-program: no such file or directory"},
		{"./plain", exitNotExecutable, "program ./plain: permission denied"},
		{"./odd", exitNotExecutable, "exec format error"},
		{"./lost", exitNotFound, "the interpreter on its first line"},
		{"./.", exitNotExecutable, "program ./.: permission denied"},
	} {
		t.Run(test.program, func(t *testing.T) {
			task := task(t, nil, test.program)
			task.Dir = dir
			if r := finish(t, command(t, task), task); r.state.ExitCode() != test.status || !strings.Contains(r.err, test.says) || r.out != "" {
				t.Errorf("%v: %q", r.state, r.err)
			}
		})
	}
}

// A task with a long environment goes by a file.
func TestLongTask(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	task := task(t, Treatment{"clock": DefaultInstant}, "sh", "-c", "echo ${#A} ${#B}; date +%s")
	task.Env = append(task.Env, "A="+long, "B="+long)
	if r := finish(t, command(t, task), task); r.out != "102400 102400\n1741064767\n" {
		t.Errorf("%q: %s", r.out, r.err)
	}
}

func TestWatchdog(t *testing.T) {
	task := task(t, nil, "sh", "-c", "trap '' TERM INT; sleep 1000 & (setsid sleep 1000 &); sleep 1000; echo survived")
	task.Watchdog = 200 * time.Millisecond
	r := finish(t, command(t, task), task)
	if !r.Watchdog || r.out != "" || r.state.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("%v, %+v", r.state, r.Report)
	}
	wantGone(t, r.PIDs)
}

// wantGone waits until the processes are gone, or zombies. What the kernel ends ends soon after.
func wantGone(t *testing.T, pids []int) {
	t.Helper()
	for deadline := time.Now().Add(atMost); ; {
		var alive []int
		for _, pid := range pids {
			if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && !strings.Contains(string(stat), ") Z ") {
				alive = append(alive, pid)
			}
		}
		if len(alive) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still alive: %v", alive)
		}
		<-time.After(time.Millisecond)
	}
}

func TestSignalsAreForwarded(t *testing.T) {
	for _, test := range []struct {
		sig syscall.Signal
		as  string
	}{
		{syscall.SIGTERM, "TERM"}, {syscall.SIGINT, "INT"}, {syscall.SIGHUP, "HUP"},
		{syscall.SIGQUIT, "QUIT"}, {syscall.SIGUSR1, "USR1"}, {syscall.SIGUSR2, "USR2"},
	} {
		task := task(t, nil, "sh", "-c", "trap 'echo got it; exit 7' "+test.as+"; echo ready; read x")
		cmd := command(t, task)
		cmd.Stdin, _ = pipe(t)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(stdout)
		if line, err := lines.ReadString('\n'); line != "ready\n" {
			t.Fatalf("%q, %v", line, err)
		}
		if err := cmd.Process.Signal(test.sig); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(lines)
		_ = cmd.Wait()
		if string(rest) != "got it\n" || cmd.ProcessState.ExitCode() != 7 {
			t.Errorf("%s: %q, %v", test.as, rest, cmd.ProcessState)
		}
	}
}

// pipe returns a pipe that stays open until the test ends.
func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// When the tracer is killed outright, all that it traced ends with it.
func TestAllEndsWithTheTracer(t *testing.T) {
	task := task(t, nil, "sh", "-c", "sleep 1000 & (setsid sleep 1000 &); echo $$ $!; read x")
	cmd := command(t, task)
	cmd.Stdin, _ = pipe(t)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var root, child int
	if _, err := fmt.Fscan(stdout, &root, &child); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_, _ = io.ReadAll(stdout) // until nobody has it open
	_ = cmd.Wait()
	wantGone(t, []int{root, child})
	if _, err := os.Stat(task.Report); err == nil {
		t.Error("there is a report")
	}
}

// Descendants that outlive the command end with it, and hold no output open.
func TestNothingOutlivesTheCommand(t *testing.T) {
	for _, script := range []string{
		"sleep 1000 & echo done", "(setsid sleep 1000 &); echo done", "(trap '' TERM HUP; sleep 1000) & echo done; kill -9 $$",
		"setsid sh -c 'setsid sleep 1000 & setsid sleep 1000 & wait' & echo done",
	} {
		r := try(t, nil, "sh", "-c", script)
		if r.out != "done\n" {
			t.Errorf("%q: %v", r.out, r.state)
		}
		wantGone(t, r.PIDs)
	}
}
