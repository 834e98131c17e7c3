package soak_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// phase is where in a cycle a soak is killed: when the thing itself is seen to happen.
type phase string

const (
	atStart  phase = "start"  // a while after the process was started
	atRun    phase = "run"    // a run began
	atReplay phase = "replay" // a run began for the second time
	atWrite  phase = "write"  // a segment of goldens was written to; it is not synced yet
	atCommit phase = "commit" // the ledger's log was written to
)

var phases = []phase{atStart, atRun, atReplay, atWrite, atCommit}

// A soak is killed a hundred times, resumed each time, and then finishes. It did what one that
// nobody disturbed does: the same plan, the same traces, no run lost and none counted twice.
func TestHundredKills(t *testing.T) {
	const kills = 100
	flows := writeFiles(t, map[string]string{"shadowrun.yaml": mixed, "flow.sh": notedFlow, "notes": ""})
	config, state := filepath.Join(flows, "shadowrun.yaml"), t.TempDir()
	if err := os.Mkdir(soak.GoldenDir(state), 0o755); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(7, 11))
	acknowledged, hit := 0, map[phase]int{}
	for i := range kills {
		k := killer{config: config, state: state, flows: flows, when: phases[i%len(phases)], after: 1 + random.IntN(8),
			delay: time.Duration(random.IntN(60_000)) * time.Microsecond}
		name := fmt.Sprintf("kill %d: %s, %d, %v", i, k.when, k.after, k.delay)
		said := k.kill(t, name)
		hit[k.when]++
		if acknowledged = max(acknowledged, said); acknowledged == 0 {
			continue
		}
		if got := lastCycle(t, state); got < acknowledged {
			t.Fatalf("%s: the ledger has %d cycles, and %d were acknowledged", name, got, acknowledged)
		}
		if i%10 == 9 {
			mustVerify(t, state)
		}
	}
	cycles := lastCycle(t, state) + 3
	if cycles < kills/2 {
		t.Errorf("only %d cycles were done between %d kills: too early to show anything", cycles, kills)
	}
	t.Logf("%v in %d cycles", hit, cycles)

	command(t, config, state, "--resume", "--cycles", fmt.Sprint(cycles)).mustExit(t, 0)
	undisturbed := t.TempDir()
	command(t, config, undisturbed, "--cycles", fmt.Sprint(cycles)).mustExit(t, 0)
	checkSame(t, undisturbed, state)
	mustVerify(t, state)
	if left, err := proc.Sweep(state); err != nil || len(left) > 0 {
		t.Errorf("processes were left: %v, %v", left, err)
	}
	if left, err := filepath.Glob(filepath.Join(state, "work", "*", "c*")); err != nil || len(left) > 0 {
		t.Errorf("folders were left: %v, %v", left, err)
	}
}

func lastCycle(t *testing.T, state string) int {
	t.Helper()
	s := view(t, state)
	last, err := s.Ledger.LastCheckpoint(1)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		t.Fatal(err)
	}
	return last.Cycle
}

// killer starts or resumes a soak without an end, and kills it.
type killer struct {
	config, state, flows string
	when                 phase
	after                int // how often the phase is seen before
	delay                time.Duration

	notes   int // bytes of the notes that were read
	started map[string]bool
}

// kill returns the last cycle that the soak said was acknowledged.
func (k *killer) kill(t *testing.T, name string) (acknowledged int) {
	t.Helper()
	args := []string{"--progress", "json"}
	if begun(t, k.state) {
		args = append(args, "--resume")
	}
	notes, err := os.Stat(filepath.Join(k.flows, "notes"))
	if err != nil {
		t.Fatal(err)
	}
	k.notes, k.started = int(notes.Size()), map[string]bool{}
	watch := newWatch(t, k.state, soak.GoldenDir(k.state), k.flows)
	defer watch.Close()
	s := command(t, k.config, k.state, args...)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	if k.when == atStart {
		time.AfterFunc(k.delay, func() { s.Process.Kill() })
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Wait()
		watch.SetReadDeadline(time.Unix(1, 0))
	}()
	for path := range watch.modified(t) {
		if k.when != atStart && k.sees(t, path) {
			if k.after--; k.after == 0 {
				s.Process.Kill()
			}
		}
	}
	<-ended
	if status := s.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("%s: it ended by itself: %v\n%s%s", name, s.ProcessState, &s.out, &s.err)
	}
	return lastAcknowledged(s.err.Bytes())
}

// sees reports whether a write to a path is what the killer waits for.
func (k *killer) sees(t *testing.T, path string) bool {
	switch k.when {
	case atWrite:
		return filepath.Dir(path) == soak.GoldenDir(k.state)
	case atCommit:
		return path == soak.LedgerPath(k.state)+"-wal"
	case atRun, atReplay:
		return path == filepath.Join(k.flows, "notes") && k.noted(t) == k.when
	}
	return false
}

// noted returns what was noted last, since the soak was started.
func (k *killer) noted(t *testing.T) (last phase) {
	text, err := os.ReadFile(filepath.Join(k.flows, "notes"))
	if err != nil {
		t.Error(err)
		return ""
	}
	for _, id := range strings.Fields(string(text[k.notes:])) {
		last = atRun
		if k.started[id] {
			last = atReplay
		}
		k.started[id] = true
	}
	k.notes = len(text)
	return last
}

func begun(t *testing.T, state string) bool {
	s, err := soak.View(state)
	if errors.Is(err, soak.ErrNoSoak) {
		return false
	}
	if err != nil {
		return false // killed while it made the ledger
	}
	defer s.Close()
	_, err = s.Soak(0)
	if err != nil && !errors.Is(err, soak.ErrNoSoak) {
		t.Fatal(err)
	}
	return err == nil
}

// lastAcknowledged returns the last cycle that --progress json told of.
func lastAcknowledged(lines []byte) (cycle int) {
	for line := range bytes.Lines(lines) {
		var e struct {
			Kind  string
			Cycle int
		}
		if json.Unmarshal(line, &e) == nil && e.Kind == "cycle" {
			cycle = e.Cycle
		}
	}
	return cycle
}

// watch sees what is written into folders.
type watch struct {
	*os.File
	dirs map[int32]string
}

func newWatch(t *testing.T, dirs ...string) *watch {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	w := &watch{os.NewFile(uintptr(fd), "inotify"), map[int32]string{}}
	for _, dir := range dirs {
		number, err := unix.InotifyAddWatch(fd, dir, unix.IN_MODIFY)
		if err != nil {
			t.Fatal(err)
		}
		w.dirs[int32(number)] = dir
	}
	return w
}

// modified yields the path of each file that is written to, until the read deadline.
func (w *watch) modified(t *testing.T) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		buffer := make([]byte, 64<<10)
		for {
			n, err := w.Read(buffer)
			if err != nil {
				if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, fs.ErrClosed) {
					t.Error(err)
				}
				return
			}
			for rest := buffer[:n]; len(rest) > 0; {
				size := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(rest[12:]))
				name := string(bytes.TrimRight(rest[unix.SizeofInotifyEvent:size], "\x00"))
				if !yield(filepath.Join(w.dirs[int32(binary.NativeEndian.Uint32(rest))], name)) {
					return
				}
				rest = rest[size:]
			}
		}
	}
}
