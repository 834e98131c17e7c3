package soak_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// gated is a soak of two cycles, the second of which hangs until there is a file named gate.
// Its runs ignore what could end them kindly, and each leaves a process that is none of its
// descendants' any more.
const gated = `
runs_per_cycle: 3
workers: 2
interval: 0s
recheck: 1
grace: %s
workflows:
  - name: gated
    command: [sh, flow.sh, "{seed}", "{cycle}"]
    output: text
`

const gatedFlow = `
trap '' INT TERM HUP
if [ "$2" = 2 ]; then
	(setsid sh linger.sh &)
	echo "$SHADOWRUN_RUN_ID" >>waiting
	while [ ! -e gate ]; do sleep 0.01; done
fi
echo "seed $1"
`

const linger = `trap '' INT TERM HUP; while [ -e flow.sh ] && [ ! -e gate ]; do sleep 0.01; done`

// gatedSoak makes ready a soak that hangs in its second cycle.
func gatedSoak(t *testing.T, grace string) (config, state string) {
	t.Helper()
	flows := writeFiles(t, map[string]string{"shadowrun.yaml": fmt.Sprintf(gated, grace), "flow.sh": gatedFlow, "linger.sh": linger})
	return filepath.Join(flows, "shadowrun.yaml"), t.TempDir()
}

func openGate(t *testing.T, config string) {
	t.Helper()
	write(t, filepath.Join(filepath.Dir(config), "gate"), "")
}

// wait waits for a thing to be so.
func wait(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for a minute in vain: %s", what)
		}
	}
}

// talk is standard error that may be read while it is written.
type talk struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *talk) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *talk) has(s string) bool { return b.count(s) > 0 }

func (b *talk) count(s string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Count(b.text.String(), s)
}

// hanging starts the soak and returns when its second cycle hangs: both workers in it, and the
// first cycle acknowledged.
func hanging(t *testing.T, config, state string) (*shadowrun, *talk) {
	t.Helper()
	s, said := command(t, config, state, "--cycles", "2", "--progress", "json"), new(talk)
	s.Stderr = said
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "two runs of cycle 2", func() bool {
		text, _ := os.ReadFile(filepath.Join(filepath.Dir(config), "waiting"))
		return bytes.Count(text, []byte("\n")) == 2
	})
	wait(t, "cycle 1 to be acknowledged", func() bool { return said.has(`"kind":"cycle"`) })
	return s, said
}

func TestSignals(t *testing.T) {
	const kindly = "no further cycle is started"
	for _, c := range []struct {
		name      string
		grace     string
		signals   []syscall.Signal
		opens     bool // the gate, once the first signal was taken
		abandoned int64
		status    int
	}{
		{"SIGINT lets what is in flight finish", "1h", []syscall.Signal{syscall.SIGINT}, true, 0, 0},
		{"SIGTERM lets what is in flight finish", "1h", []syscall.Signal{syscall.SIGTERM}, true, 0, 0},
		{"the grace period ends", "50ms", []syscall.Signal{syscall.SIGTERM}, false, 3, 4},
		{"a second signal ends it at once", "1h", []syscall.Signal{syscall.SIGINT, syscall.SIGINT}, false, 3, 4},
		{"a second signal of the other kind, too", "1h", []syscall.Signal{syscall.SIGTERM, syscall.SIGINT}, false, 3, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, state := gatedSoak(t, c.grace)
			s, said := hanging(t, config, state)
			for i, signal := range c.signals {
				if i > 0 {
					wait(t, kindly, func() bool { return said.has(kindly) })
				}
				if err := s.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
			}
			if c.opens {
				wait(t, kindly, func() bool { return said.has(kindly) })
				openGate(t, config)
			}
			s.Wait()
			s.checkStatus(t, c.status)
			stopped := doneBy(t, state)
			if stopped.Counters.Abandoned != c.abandoned || stopped.Counters.Cycles != 2 {
				t.Errorf("%d runs abandoned in %d cycles, want %d in 2", stopped.Counters.Abandoned, stopped.Counters.Cycles, c.abandoned)
			}
			if left, err := proc.Sweep(state); err != nil || len(left) > 0 {
				t.Errorf("processes were left: %v, %v", left, err)
			}
			checkResumes(t, config, state, c.status == 4)
		})
	}
}

// checkResumes resumes a soak of two cycles, if it was interrupted, and checks that it did in all
// what an undisturbed one does.
func checkResumes(t *testing.T, config, state string, interrupted bool) {
	t.Helper()
	openGate(t, config)
	if interrupted {
		command(t, config, state, "--resume").mustExit(t, 0)
	}
	undisturbed := t.TempDir()
	command(t, config, undisturbed, "--cycles", "2").mustExit(t, 0)
	checkSame(t, undisturbed, state)
	mustVerify(t, state)
}

// Stopped between cycles it is interrupted, and has nothing to make up for.
func TestSignalBetweenCycles(t *testing.T) {
	flows := writeFiles(t, map[string]string{"shadowrun.yaml": mixed, "flow.sh": notedFlow})
	config, state := filepath.Join(flows, "shadowrun.yaml"), t.TempDir()
	s, said := command(t, config, state, "--cycles", "2", "--interval", "1h", "--progress", "json"), new(talk)
	s.Stderr = said
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the first cycle", func() bool { return said.has(`"kind":"cycle"`) })
	s.Process.Signal(syscall.SIGINT)
	s.Wait()
	s.checkStatus(t, 4)
	if got := doneBy(t, state); got.Outcome != "INTERRUPTED" || got.Counters.Cycles != 1 || got.Counters.Abandoned != 0 {
		t.Errorf("%s after %d cycles, %d abandoned; want INTERRUPTED after 1, none", got.Outcome, got.Counters.Cycles, got.Counters.Abandoned)
	}
}

func TestSecondSoakIsRefused(t *testing.T) {
	config, state := gatedSoak(t, "1h")
	first, _ := hanging(t, config, state)
	holder, held, err := ledger.HolderOf(state)
	if err != nil || !held || holder.PID != first.Process.Pid {
		t.Fatalf("held %t by %d, %v; want by %d", held, holder.PID, err, first.Process.Pid)
	}
	for _, args := range [][]string{{"--cycles", "1"}, {"--resume"}} {
		second := command(t, config, state, args...)
		second.mustExit(t, 2)
		for _, want := range []string{fmt.Sprintf("process %d on ", first.Process.Pid), "started " + holder.Started.UTC().Format(time.RFC3339)} {
			if !strings.Contains(second.err.String(), want) {
				t.Errorf("%v: %s\nwant %q", args, &second.err, want)
			}
		}
	}
	openGate(t, config)
	first.Wait()
	first.checkStatus(t, 0)
}

// A killed soak can clean up nothing: the next one ends its runs' processes, which would
// otherwise go on beside their own repetition, and removes their folders.
func TestKilledSoakIsSweptUp(t *testing.T) {
	config, state := gatedSoak(t, "1h")
	s, _ := hanging(t, config, state)
	wait(t, "two runs and what they left", func() bool { return runningIn(t, filepath.Dir(config)) == 4 })
	s.Process.Kill()
	s.Wait()
	if runningIn(t, filepath.Dir(config)) == 0 {
		t.Fatal("nothing outlived the soak: nothing is shown")
	}
	left, err := filepath.Glob(filepath.Join(state, "work", "s1", "c2r*"))
	if err != nil || len(left) != 2 {
		t.Fatalf("its runs' folders: %v, %v; want two, or nothing is shown", left, err)
	}
	mark := filepath.Join(filepath.Dir(config), "waiting")
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	next := command(t, config, state, "--resume")
	if err := next.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the same runs again", func() bool {
		text, _ := os.ReadFile(mark)
		return bytes.Count(text, []byte("\n")) == 2
	})
	wait(t, "nothing but two runs started anew, and what they left", func() bool { return runningIn(t, filepath.Dir(config)) == 4 })
	openGate(t, config)
	next.Wait()
	next.checkStatus(t, 0)
	checkResumes(t, config, state, false)
}

// runningIn counts the shells that run in a folder.
func runningIn(t *testing.T, dir string) (n int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range all {
		at, err := os.Readlink(link)
		name, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "comm"))
		if err == nil && at == dir && string(name) != "sleep\n" {
			n++
		}
	}
	return n
}
