//go:build linux && amd64

package lab

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// The treatment reaches whatever the command starts, however it starts it.
func TestTreatmentReachesDescendants(t *testing.T) {
	const date = "1741064767"
	for _, test := range []struct {
		name string
		argv func(t *testing.T) []string
		want string
	}{
		{"fork and exec", argv("sh", "-c", "date +%s; date +%s & wait"), date + "\n" + date},
		{"vfork", argv("python3", "-c", "import subprocess; print(subprocess.run(['date', '+%s'], capture_output=True, text=True).stdout, end='')"), date},
		{"fork alone", argv("python3", "-c", "import os, time\nif os.fork(): os.wait()\nprint(int(time.time()))"), date + "\n" + date},
		{"threads", argv("python3", "-c", "import threading as t, time\nx = []\nts = [t.Thread(target=lambda: x.append(int(time.time()))) for _ in range(20)]\nfor t in ts: t.start()\nfor t in ts: t.join()\nprint(len(x), *set(x))"), "20 " + date},
		{"exec from a thread", func(t *testing.T) []string { return []string{compile(t, "execthread"), "date", "+%s"} }, date},
		{"exec from a thread, again", func(t *testing.T) []string {
			program := compile(t, "execthread")
			return []string{program, program, program, "sh", "-c", "date +%s; date +%s"}
		}, date + "\n" + date},
		{"a daemon", argv("sh", "-c", "r=$(mktemp -u); mkfifo $r; (setsid sh -c 'date +%s >'$r' &' &); cat $r; rm $r"), date},
		{"Node's children", argv("node", "-e", "console.log(require('child_process').execSync('date +%s').toString().trim())"), date},
		{"Perl's", argv("perl", "-e", "system 'date +%s'; print `date +%s`"), date + "\n" + date},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, treatment := range []Treatment{{"clock": DefaultInstant}, {"clock": DefaultInstant, "scheduling": "one"}} {
				if got := says(t, treatment, test.argv(t)...); got != test.want {
					t.Errorf("%v: got %q, want %q", treatment, got, test.want)
				}
			}
		})
	}
}

// Processes are reported in the order of their births, and only processes.
func TestReportNamesProcesses(t *testing.T) {
	r := try(t, nil, "bash", "-c", "echo $$; for i in 1 2 3; do sleep 0.01 & echo $!; wait; done")
	if got := strings.Fields(r.out); !slices.Equal(got, strings.Fields(strings.Trim(fmt.Sprint(r.PIDs), "[]"))) || len(got) != 4 {
		t.Errorf("got %v, want %v", r.PIDs, got)
	}
	need(t, "python3")
	if r := try(t, nil, "python3", "-c", "import threading as t\nfor _ in range(5): t.Thread(target=print).start()"); len(r.PIDs) != 1 {
		t.Errorf("threads are reported: %v", r.PIDs)
	}
}

// A stopped process stays stopped until it is continued, and its parent is told.
func TestJobControl(t *testing.T) {
	need(t, "python3")
	const script = `
import os, signal, time
pid = os.fork()
if pid == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(7)
_, status = os.waitpid(pid, os.WUNTRACED)
print("stopped", os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGSTOP)
time.sleep(0.1)
print("stays", os.waitpid(pid, os.WNOHANG) == (0, 0), open(f"/proc/{pid}/stat").read().split()[2])
os.kill(pid, signal.SIGCONT)
_, status = os.waitpid(pid, os.WCONTINUED)
print("continued", os.WIFCONTINUED(status))
_, status = os.waitpid(pid, 0)
print("exit", os.WEXITSTATUS(status))`
	const want = "stopped True\nstays True t\ncontinued True\nexit 7"
	for _, treatment := range []Treatment{{"clock": DefaultInstant}, {"scheduling": "one"}} {
		if got := says(t, treatment, "python3", "-c", script); got != want {
			t.Errorf("%v: got %q, want %q", treatment, got, want)
		}
	}
}

// A program's own signals reach it: also those that a tracer uses.
func TestSignalsOfItsOwn(t *testing.T) {
	need(t, "python3")
	const script = `
import os, signal, threading, time
seen = []
for s in (signal.SIGTRAP, signal.SIGCHLD, signal.SIGUSR1, signal.SIGALRM, signal.SIGCONT, signal.SIGRTMIN + 3):
    signal.signal(s, lambda n, _: seen.append(n))
    os.kill(os.getpid(), s)
signal.setitimer(signal.ITIMER_REAL, 0.02); time.sleep(0.1)
print([int(s) for s in seen])`
	if got := says(t, Treatment{"clock": DefaultInstant, "entropy": "1"}, "python3", "-c", script); got != "[5, 17, 10, 14, 18, 37, 14]" {
		t.Error(got)
	}
}

func TestRivalsAreReported(t *testing.T) {
	need(t, "strace")
	r := try(t, Treatment{"clock": DefaultInstant}, "strace", "-o", "/dev/null", "date", "+%s")
	if len(r.Uncovered) != 1 || !strings.HasPrefix(r.Uncovered[0], "ptrace by the program") {
		t.Errorf("%v: %+v", r.state, r.Report)
	}
}

// A hundred tracers and plain children of os/exec, started from this process at the same time, leave each other alone.
func TestManySideBySide(t *testing.T) {
	var all errgroup.Group
	all.SetLimit(40)
	for i := range 100 {
		all.Go(func() error {
			instant := time.Unix(int64(1_000_000_000+i), 0).UTC().Format(time.RFC3339)
			r := try(t, Treatment{"clock": instant, "entropy": "1"}, "sh", "-c", fmt.Sprintf("date +%%s; (head -c 4 /dev/urandom | od -An -tx1) & wait; exit %d", i))
			if !strings.HasPrefix(r.out, fmt.Sprintln(1_000_000_000+i)) || r.state.ExitCode() != i || r.err != "" {
				return fmt.Errorf("%d: %v, %q, %q", i, r.state, r.out, r.err)
			}
			return nil
		})
		all.Go(func() error {
			out, err := exec.Command("sh", "-c", fmt.Sprintf("echo %d; exit %d", i, i)).Output()
			if string(out) != fmt.Sprintln(i) || i > 0 && (err == nil || err.Error() != fmt.Sprint("exit status ", i)) {
				return fmt.Errorf("plain %d: %q, %v", i, out, err)
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
}

// Whatever a tracee is stopped for when it is killed, the tracer goes on and ends as it should.
func TestTraceesKilledAtAnyInstant(t *testing.T) {
	need(t, "python3")
	program := python()
	const script = `
import os, sys, threading, time
def busy():
    while True:
        time.time(); os.urandom(8); open("/dev/urandom", "rb").read(4)
for _ in range(3): threading.Thread(target=busy, daemon=True).start()
print("up", flush=True)
while True:
    if os.fork() == 0: time.time(); os._exit(0)
    os.wait()`
	const kills = 200
	var all errgroup.Group
	all.SetLimit(4)
	for i := range kills {
		all.Go(func() error {
			treatment := Treatment{"clock": DefaultInstant, "entropy": "1"}
			if i%40 < 2 { // few: threads that are always busy keep others waiting
				treatment["scheduling"] = "one"
			}
			task := task(t, treatment, "sh", "-c", `"$0" -S -c "$1" & read x; kill -9 $!; wait $!; echo $?`, program, script)
			cmd := command(t, task)
			ctx, cancel := context.WithTimeout(t.Context(), atMost)
			defer cancel()
			stdin, err := cmd.StdinPipe()
			if err != nil {
				return err
			}
			pipe, err := cmd.StdoutPipe()
			if err != nil {
				return err
			}
			if err := cmd.Start(); err != nil {
				return err
			}
			stdout := bufio.NewReader(pipe)
			if i%4 > 0 { // else it is killed as it starts
				if _, err := stdout.ReadString('\n'); err != nil {
					return fmt.Errorf("%d: %v", i, err)
				}
			}
			delay := time.Duration(rand.New(rand.NewPCG(uint64(i), 0)).Int64N(int64(20 * time.Millisecond)))
			select { // the instant is the point
			case <-time.After(delay):
			case <-ctx.Done():
			}
			fmt.Fprintln(stdin)
			rest, _ := io.ReadAll(stdout)
			if err := cmd.Wait(); err != nil {
				return fmt.Errorf("%d: %v", i, err)
			}
			r, err := ReadReport(task.Report)
			if err != nil || r.Error != "" || r.Watchdog {
				return fmt.Errorf("%d: %+v, %v", i, r, err)
			}
			if !strings.HasSuffix(string(rest), "137\n") {
				return fmt.Errorf("%d: %q", i, rest)
			}
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
}

// A million readings come to an end.
func TestMillionReadings(t *testing.T) {
	if testing.Short() {
		t.Skip("a million stops take a while")
	}
	need(t, "perl")
	task := task(t, Treatment{"clock": DefaultInstant}, "perl", "-e", "my $x; $x = time for 1..1e6; print $x")
	task.Watchdog = 5 * time.Minute
	r := finish(t, command(t, task), task)
	want := fmt.Sprint((instant + (1_000_001-patience)*tick) / 1e9) // Perl itself reads it once
	if r.out != want || r.Reads["clock"] < 1_000_000 {
		t.Errorf("got %s, want %s: %+v", r.out, want, r.Report)
	}
}
