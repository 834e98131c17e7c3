//go:build linux

package proc

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// ended is what the tests of endings compare.
type ended struct {
	Status Status
	Exit   int
	Signal syscall.Signal
	Text   string
	Out    string
}

func TestRunEndings(t *testing.T) {
	for _, test := range []struct {
		name   string
		script string
		want   ended
	}{
		{"success", "echo done", ended{Exited, 0, 0, "exit status 0", "done\n"}},
		{"silent", ":", ended{Exited, 0, 0, "exit status 0", ""}},
		{"another status", "echo half; exit 3", ended{Exited, 3, 0, "exit status 3", "half\n"}},
		{"the highest status", "exit 255", ended{Exited, 255, 0, "exit status 255", ""}},
		{"segmentation fault", "ulimit -c 0; kill -SEGV $$", ended{Signaled, -1, syscall.SIGSEGV, "killed by SIGSEGV (segmentation fault)", ""}},
		{"killed", "kill -9 $$", ended{Signaled, -1, syscall.SIGKILL, "killed by SIGKILL (killed)", ""}},
		{"closes its output and goes on", "echo first; exec >&- 2>&-; kill -USR1 $$", ended{Signaled, -1, syscall.SIGUSR1, "killed by SIGUSR1 (user defined signal 1)", "first\n"}},
		{"a NUL and no end of line", `printf 'a\000b'`, ended{Exited, 0, 0, "exit status 0", "a\x00b"}},
		{"standard input is empty", "cat; echo $?", ended{Exited, 0, 0, "exit status 0", "0\n"}},
		{"its environment is what it was given", "env | grep -v -e PWD -e SHLVL -e _= | sort", ended{Exited, 0, 0, "exit status 0", strings.Join(env, "\n") + "\n"}},
		{"it leads a session", `[ "$(cut -d' ' -f6 /proc/$$/stat)" = $$ ] && echo yes`, ended{Exited, 0, 0, "exit status 0", "yes\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, c := shell(t, test.script)
			got := ended{r.Status, r.Exit, r.Signal, r.String(), c.out.String()}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if r.Err != nil {
				t.Errorf("error: %v", r.Err)
			}
		})
	}
}

func TestRunTells(t *testing.T) {
	c := new(capture)
	s := c.spec("sh", "-c", "echo $$ $PPID; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")
	var started int
	s.Started = func(pid int) { started = pid }
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s.Now = func() time.Time { start = start.Add(time.Second); return start }
	r := Run(t.Context(), s)
	if want := []int{started}; !cmp.Equal(want, r.PIDs) || started == 0 {
		t.Errorf("pids %v, started %d", r.PIDs, started)
	}
	if got := r.End.Sub(r.Start); got != time.Second {
		t.Errorf("took %v by its clock, want 1s: it read the clock more than twice", got)
	}
	if r.UserTime+r.SystemTime <= 0 || r.MaxRSS < 100<<10 {
		t.Errorf("used %v, %v, %d bytes", r.UserTime, r.SystemTime, r.MaxRSS)
	}
}

func TestRunStandardStreamsBlock(t *testing.T) {
	// A program whose pipe does not block loses output that it writes faster than we read.
	if _, c := shell(t, "grep -h flags /proc/self/fdinfo/1 /proc/self/fdinfo/2"); strings.Contains(c.out.String(), "4001") {
		t.Errorf("O_NONBLOCK is set:\n%s", &c.out)
	}
}

func TestRunCoreDumped(t *testing.T) {
	if got, want := (Result{Status: Signaled, Signal: syscall.SIGABRT, CoreDumped: true}).String(), "killed by SIGABRT (aborted), core dumped"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern"); err != nil || string(pattern) != "core\n" {
		t.Skipf("core dumps go to %q", pattern)
	}
	s := new(capture).spec("sh", "-c", "ulimit -c unlimited && kill -SEGV $$")
	s.Dir = t.TempDir()
	if r := Run(t.Context(), s); !r.CoreDumped {
		t.Errorf("%+v", r)
	}
}

func TestRunTimeout(t *testing.T) {
	for _, test := range []struct {
		name   string
		script string
		grace  time.Duration
		want   string // its output
	}{
		{"busy", "while :; do :; done", 0, ""},
		{"asleep in another session", "setsid sleep 1000; echo never", 0, ""},
		{"says good-bye", "trap 'echo bye; exit 0' TERM; while :; do sleep 0.01; done", atMost / 2, "bye\n"},
		{"ignores SIGTERM", "trap '' TERM; while :; do sleep 0.01; done", 20 * time.Millisecond, ""},
		{"stopped", "kill -STOP $$", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, word := new(capture), token()
			s := c.spec("sh", "-c", test.script, word)
			s.Timeout, s.Grace = 100*time.Millisecond, test.grace
			r := Run(t.Context(), s)
			want := ended{TimedOut, -1, 0, "timed out", test.want}
			got := ended{r.Status, r.Exit, r.Signal, r.String(), c.out.String()}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			wantNone(t, word)
			wantNoChildren(t)
		})
	}
}

func TestRunCancelled(t *testing.T) {
	for _, test := range []struct {
		name   string
		script string
		grace  time.Duration
	}{
		{"at once", "echo ready; sleep 1000", 0},
		{"it ends on SIGTERM", "echo ready; exec sleep 1000", atMost / 2},
		{"it ignores SIGTERM", "trap '' TERM; echo ready; while :; do sleep 0.01; done", 20 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			why, word := errors.New("the soak was stopped"), token()
			ctx, cancel := context.WithCancelCause(t.Context())
			s := new(capture).spec("sh", "-c", test.script, word)
			s.Grace = test.grace
			s.Stdout = func([]byte) error { cancel(why); return nil }
			if r := Run(ctx, s); r.Status != Cancelled || !errors.Is(r.Err, why) || r.String() != "cancelled: the soak was stopped" {
				t.Errorf("%s: %+v", r, r)
			}
			wantNone(t, word)
		})
	}
	t.Run("before it began", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s := new(capture).spec("sh", "-c", "echo never")
		s.Started = func(int) { t.Error("was started") }
		if r := Run(ctx, s); r.Status != Cancelled || !errors.Is(r.Err, context.Canceled) {
			t.Errorf("%+v", r)
		}
	})
}

func TestRunTakersError(t *testing.T) {
	bad := errors.New("line 7: not JSON")
	for name, script := range map[string]string{
		"of output while it runs":  "echo x; sleep 1000",
		"of output when it ended":  "echo x",
		"of what it cannot finish": "yes",
		"of standard error":        "echo x >&2; sleep 1000",
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			s := new(capture).spec("sh", "-c", script)
			s.Stdout = func([]byte) error { calls++; return bad }
			s.Stderr = s.Stdout
			if r := Run(t.Context(), s); r.Status != Cancelled || !errors.Is(r.Err, bad) || calls != 1 {
				t.Errorf("%d calls, %s: %+v", calls, r, r)
			}
		})
	}
}
