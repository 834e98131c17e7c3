//go:build linux

package proc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestRunMaxOutput(t *testing.T) {
	for _, test := range []struct {
		name   string
		script string
		max    int64
		want   Status
		out    int
	}{
		{"one less", "printf 123", 4, Exited, 3},
		{"as many", "printf 1234", 4, Exited, 4},
		{"one more", "printf 12345", 4, Limited, 4},
		{"one more, and goes on", "printf 12345; sleep 1000", 4, Limited, 4},
		{"endless", "yes", 100_000, Limited, 100_000},
		{"no limit", "head -c 1000000 /dev/zero", 0, Exited, 1_000_000},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := new(capture)
			s := c.spec("sh", "-c", test.script)
			s.MaxOutput = test.max
			r := Run(t.Context(), s)
			if r.Status != test.want || c.out.Len() != test.out || r.Err != nil {
				t.Errorf("%d bytes, %s: %+v", c.out.Len(), r, r)
			}
			if test.want == Limited && (!strings.HasSuffix(r.String(), "bytes of standard output") || r.Exit != -1) {
				t.Errorf("%s: %+v", r, r)
			}
		})
	}
}

func TestRunMaxStderr(t *testing.T) {
	c := new(capture)
	s := c.spec("sh", "-c", "head -c 1000000 /dev/zero >&2; echo end")
	s.MaxStderr = 1000
	r := Run(t.Context(), s)
	if r.Status != Exited || c.err.Len() != 1000 || r.StderrDropped != 999_000 || c.out.String() != "end\n" {
		t.Errorf("%d bytes and %q: %+v", c.err.Len(), &c.out, r)
	}
}

// A gigabyte goes through in chunks.
func TestRunMemoryIsFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("moves a gigabyte")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var n int64
	s := Spec{Argv: []string{"head", "-c", "1073741824", "/dev/zero"}, Env: env, Timeout: atMost}
	s.Stdout = func(b []byte) error { n += int64(len(b)); return nil }
	r := Run(t.Context(), s)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; r.Status != Exited || n != 1<<30 || grown > 1<<20 {
		t.Errorf("%d bytes took %d of memory: %s", n, grown, r)
	}
}

// What is in the pipe when the program ends is read, however slow the taker.
func TestRunSlowTakerLosesNothing(t *testing.T) {
	var n int
	s := Spec{Argv: []string{"head", "-c", "60000", "/dev/zero"}, Env: env, Timeout: atMost}
	pid := 0
	s.Started = func(p int) { pid = p }
	s.Stdout = func(b []byte) error {
		eventually(t, "the end of the program", func() bool { return !running(pid) })
		n += len(b)
		return nil
	}
	if r := Run(t.Context(), s); r.Status != Exited || n != 60000 {
		t.Errorf("%d bytes: %s", n, r)
	}
}

// A stranger that has been handed the program's output, and keeps it, does not hang the run.
func TestRunOutputHeldByStranger(t *testing.T) {
	var held *os.File
	pid := 0
	s := new(capture).spec("sh", "-c", "echo here; read x; exit 0")
	g := newGate()
	s.Stdin = g
	s.Started = func(p int) { pid = p }
	var got bytes.Buffer
	s.Stdout = func(b []byte) error {
		got.Write(b)
		var err error
		held, err = os.OpenFile(fmt.Sprintf("/proc/%d/fd/1", pid), os.O_WRONLY, 0)
		g.open()
		return err
	}
	r := Run(t.Context(), s)
	if r.Status != Exited || r.Err != nil || got.String() != "here\n" {
		t.Errorf("%q, %s: %+v", &got, r, r)
	}
	held.Close()
}

func TestRunStdin(t *testing.T) {
	huge := func() io.Reader { return io.LimitReader(zeros{}, 100<<20) }
	broken := errors.New("broken")
	for _, test := range []struct {
		name   string
		script string
		stdin  io.Reader
		want   Status
		out    string
	}{
		{"read", "cat", strings.NewReader("hello"), Exited, "hello"},
		{"huge", "wc -c", huge(), Exited, "104857600\n"},
		{"huge and not read", "echo no", huge(), Exited, "no\n"},
		{"huge and read in part", "head -c 10 | wc -c", huge(), Exited, "10\n"},
		{"huge and held by a daemon", "exec 3<&0; setsid sleep 1000 <&3 & echo no", huge(), Exited, "no\n"},
		{"closed at once", "exec <&-; echo no", huge(), Exited, "no\n"},
		{"fails", "cat; sleep 1000", io.MultiReader(strings.NewReader(""), fails{broken}), Cancelled, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := new(capture)
			s := c.spec("sh", "-c", test.script)
			s.Stdin = test.stdin
			r := Run(t.Context(), s)
			if r.Status != test.want || c.out.String() != test.out {
				t.Errorf("%q, %s: %+v", &c.out, r, r)
			}
			if test.want == Cancelled && !errors.Is(r.Err, broken) {
				t.Errorf("error %v", r.Err)
			}
		})
	}
	t.Run("a file", func(t *testing.T) {
		f, err := os.Open("spec.go")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		c := new(capture)
		s := c.spec("sh", "-c", "head -n 1; readlink /proc/self/fd/0")
		s.Stdin = f
		if Run(t.Context(), s); !strings.HasPrefix(c.out.String(), "package proc\n/") {
			t.Errorf("%q", &c.out)
		}
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type fails struct{ err error }

func (f fails) Read([]byte) (int, error) { return 0, f.err }

func TestRunProcesses(t *testing.T) {
	bomb := build(t, "bomb")
	for _, test := range []struct {
		name string
		argv []string
		max  int
		want Status
	}{
		{"as many", []string{"sh", "-c", "sleep 0.1 & sleep 0.1 & wait"}, 2, Exited},
		{"one more", []string{"sh", "-c", "sleep 1000 & sleep 1000 & sleep 1000 & wait"}, 2, Limited},
		{"one more, in another session", []string{"sh", "-c", "setsid sleep 1000 & setsid sleep 1000 & setsid sleep 1000 & wait"}, 2, Limited},
		{"a bomb", []string{bomb, token()}, 20, Limited},
		{"a bomb in as many sessions", []string{bomb, token(), "setsid"}, 20, Limited},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := new(capture).spec(test.argv...)
			s.MaxProcesses = test.max
			start := time.Now()
			r := Run(t.Context(), s)
			t.Logf("%v, %d processes seen", time.Since(start), len(r.PIDs))
			if r.Status != test.want || r.Err != nil {
				t.Errorf("%s: %+v", r, r)
			}
			if test.want == Limited && r.LimitHit == "" {
				t.Errorf("%+v", r)
			}
			if test.argv[0] == bomb {
				wantNone(t, test.argv[1])
			}
			wantNoChildren(t)
		})
	}
}
