//go:build linux

package proc

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

var harnessEnv = []string{"PATH=" + os.Getenv("PATH")}

// harness is what the test binary does as another harness: one run, of its arguments.
func harness(owner string) int {
	s := Spec{
		Argv: os.Args[1:], Env: harnessEnv, Owner: owner, MaxProcesses: 5,
		Stdout: func(b []byte) error { _, err := os.Stdout.Write(b); return err },
		Stdin:  os.Stdin,
	}
	r := Run(context.Background(), s)
	fmt.Printf("%s, pids %d\n", r, len(r.PIDs))
	return 0
}

func TestSweep(t *testing.T) {
	daemon, owner, word := build(t, "daemon"), token(), token()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	h := exec.Command(self, daemon, word, "wait")
	h.Env = append(os.Environ(), asHarness+"="+owner)
	out, err := h.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin, hold, err := os.Pipe() // held open, so that the program does not end by itself
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	h.Stdin = stdin
	if err := h.Start(); err != nil {
		t.Fatal(err)
	}
	stdin.Close()
	line, err := bufio.NewReader(out).ReadString('\n')
	pid, atoiErr := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || atoiErr != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if killed, err := Sweep(owner + " of another soak"); err != nil || killed != nil || !running(pid) {
		t.Errorf("of another owner: %v, %v", killed, err)
	}
	if err := h.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = h.Wait()
	eventually(t, "the program has died with the harness", func() bool {
		pids := alive(word)
		return len(pids) == 1 && pids[0] == pid
	})
	killed, err := Sweep(owner)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]int{pid}, killed); diff != "" {
		t.Errorf("killed (-want +got)\n%s", diff)
	}
	wantNone(t, word)
	if again, err := Sweep(owner); err != nil || again != nil {
		t.Errorf("again: %v, %v", again, err)
	}
	// A subreaper ourselves, we inherited the program and its daemon, and nobody else waits for them.
	for {
		if _, err := syscall.Wait4(-1, nil, 0, nil); err == syscall.ECHILD {
			break
		}
	}
	wantNoChildren(t)
}

func TestSweepWantsAnOwner(t *testing.T) {
	if _, err := Sweep(""); err == nil {
		t.Error("swept up after everyone who has no name")
	}
}

func TestMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env := rapid.SliceOf(rapid.String()).Draw(t, "env")
		owner := rapid.String().Draw(t, "owner")
		all := register{used: map[mark]bool{}}
		first := all.take(owner, env)
		if first&markBit == 0 || first >= 1<<63 || first&^runMask != ownerMark(owner) {
			t.Fatalf("%#x", first)
		}
		if second := all.take(owner, env); second == first || second&^runMask != ownerMark(owner) {
			t.Fatalf("at the same time: %#x, %#x", first, second)
		}
		all.give(first)
		if again := all.take(owner, env); again != first {
			t.Fatalf("%#x, then %#x: a replay would see another limit", first, again)
		}
	})
}

// What a program sees of its mark is the same again, and this process does not keep it.
func TestMarkIsTheSameAgain(t *testing.T) {
	const script = "grep realtime.timeout /proc/self/limits"
	var before unix.Rlimit
	if err := unix.Prlimit(0, unix.RLIMIT_RTTIME, nil, &before); err != nil {
		t.Fatal(err)
	}
	_, first := shell(t, script)
	_, second := shell(t, script)
	if diff := cmp.Diff(first.out.String(), second.out.String()); diff != "" {
		t.Error(diff)
	}
	if fields := strings.Fields(first.out.String()); len(fields) < 4 || len(fields[3]) != 19 {
		t.Errorf("%q", &first.out)
	}
	var after unix.Rlimit
	if err := unix.Prlimit(0, unix.RLIMIT_RTTIME, nil, &after); err != nil || before != after {
		t.Errorf("%+v, then %+v, %v", before, after, err)
	}
}
