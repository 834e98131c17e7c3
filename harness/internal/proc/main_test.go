//go:build linux

package proc

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// asHarness is the variable that makes the test binary a harness to be killed, see sweep_test.go.
const asHarness = "PROC_TEST_HARNESS"

func TestMain(m *testing.M) {
	if owner := os.Getenv(asHarness); owner != "" {
		os.Exit(harness(owner))
	}
	goleak.VerifyTestMain(m)
}

// atMost is how long anything here may take: a bound for what hangs, on a machine that is busy.
const atMost = time.Minute

var env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}

// capture is a Spec's Stdout and Stderr.
type capture struct{ out, err bytes.Buffer }

func (c *capture) spec(argv ...string) Spec {
	return Spec{
		Argv: argv, Env: env, Timeout: atMost,
		Stdout: func(b []byte) error { c.out.Write(b); return nil },
		Stderr: func(b []byte) error { c.err.Write(b); return nil },
	}
}

// shell runs a script for a test that expects nothing else of it than to run.
func shell(t *testing.T, script string) (Result, *capture) {
	t.Helper()
	c := new(capture)
	r := Run(t.Context(), c.spec("sh", "-c", script))
	if c.err.Len() > 0 {
		t.Logf("standard error: %s", &c.err)
	}
	return r, c
}

var tokens atomic.Int64

// token returns a word that no other process has among its arguments.
func token() string { return fmt.Sprintf("proc-test-%d-%d.", os.Getpid(), tokens.Add(1)) }

// alive lists the processes, zombies not included, that have the token among their arguments.
func alive(token string) (pids []int) {
	for _, pid := range processes() {
		args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && strings.Contains(string(args), token) && running(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// wantNone fails the test if a process has the token.
func wantNone(t *testing.T, token string) {
	t.Helper()
	if pids := alive(token); len(pids) > 0 {
		t.Errorf("still alive: pids %v", pids)
	}
}

// eventually waits for what has no other way to be waited for.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), atMost)
	defer cancel()
	for !is() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %v: %s", atMost, what)
		case <-time.After(time.Millisecond):
		}
	}
}

// build compiles testdata/name.c and returns the program.
func build(t testing.TB, name string) string {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("gcc is missing, and CI is set: 'make deps' installs it")
		}
		t.Skip("NOT TESTED: gcc is missing, and this test needs a program in C")
	}
	bin := filepath.Join(t.TempDir(), name)
	if out, err := exec.Command("gcc", "-O1", "-Wall", "-Werror", "-o", bin, filepath.Join("testdata", name+".c")).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return bin
}
