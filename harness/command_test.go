package harness

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// wantSame fails the test where two executions of one run differ, and returns the first's events.
func wantSame(t *testing.T, x *commandExecutor) []string {
	t.Helper()
	first, second := x.execute(t.Context(), planned("hostile", 5)), x.execute(t.Context(), planned("hostile", 5))
	defer first.Close()
	defer second.Close()
	if first.Status != golden.StatusOK {
		t.Fatalf("%s: %s\n%s", first.Status, first.Message, first.Stderr)
	}
	if diff := cmp.Diff(seenIn(t, first), seenIn(t, second)); diff != "" || first.Trace.Digest() != second.Trace.Digest() {
		t.Errorf("first -, second +:\n%s", diff)
	}
	wantNothingLeft(t, x)
	return eventsOf(t, first.Trace)
}

// All that a program can see of how it was started is the same in its replay.
func TestCommandIsShownTheSame(t *testing.T) {
	for name, script := range map[string]string{
		"environment":  "env | sort",
		"folder":       "pwd; ls -la . | head -n 1; umask",
		"limits":       "ulimit -a; cat /proc/self/limits",
		"signals":      "grep -E '^Sig(Ign|Blk|Cgt)' /proc/self/status",
		"files":        "ls /proc/self/fd; readlink /proc/self/fd/0",
		"own folders":  `for d in "$TMPDIR" "$SHADOWRUN_OUT"; do echo $d; ls -A $d; stat -c %a $d; done; touch $TMPDIR/kept $SHADOWRUN_OUT/kept`,
		"nice":         "nice; cat /proc/self/oom_score_adj",
		"capabilities": "grep -E '^(Cap|NoNewPrivs|Seccomp|Groups|Cpus_allowed)' /proc/self/status",
	} {
		t.Run(name, func(t *testing.T) {
			if events := wantSame(t, commandOf(t, WorkflowConfig{Command: sh(script)})); len(events) == 0 {
				t.Error("it showed nothing")
			}
		})
	}
}

func TestCommandEnvironment(t *testing.T) {
	for name, value := range map[string]string{
		"HOME": "/home/someone", "TZ": "Asia/Tokyo", "LC_ALL": "de_DE.UTF-8", "SHADOWRUN_GOLDEN_KEY": "key", "SHADOWRUN_LISTEN_TOKEN": "token", "KEPT": "ours", "PASSED": "ours", "OTHER": "ours",
	} {
		t.Setenv(name, value)
	}
	x := commandOf(t, WorkflowConfig{
		Command: sh("env -u PWD -u SHLVL -u _ | grep -v ^OLDPWD | sort"), Trace: "stdout", Checkpoints: true, External: external.Live,
		Env: map[string]string{"BOTH": "workflow", "SHADOWRUN_GOLDEN_KEY": "key", "SPACE": "a b"}, PassEnv: []string{"PASSED", "SHADOWRUN_GOLDEN_KEY", "SHADOWRUN_LISTEN_TOKEN"},
	}, func(c *Config) {
		c.Env = map[string]string{"BOTH": "all", "ALL": "all"}
		c.PassEnv = []string{"KEPT", "UNSET"}
	})
	dir := filepath.Join(x.workDir, "c3r7")
	var want []string
	for _, line := range []string{
		"ALL=all", "BOTH=workflow", "HOME=/home/someone", "KEPT=ours", "LC_ALL=C.UTF-8", "PASSED=ours", "PATH=" + os.Getenv("PATH"),
		"SHADOWRUN_CHECKPOINT=" + dir + "/checkpoint", "SHADOWRUN_OUT=" + dir + "/out", "SHADOWRUN_RUN_ID=c3r7", "SHADOWRUN_SEED=5",
		"SPACE=a b", "TMPDIR=" + dir + "/tmp", "TZ=UTC",
	} {
		want = append(want, `out "`+line+`\n"`)
	}
	if diff := cmp.Diff(seen{Status: golden.StatusOK, Trace: want}, see(t, x, planned("hostile", 5))); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestCommandPlaceholders(t *testing.T) {
	words := []string{"{seed}", "{run_id}", "{workflow}", "{cycle}", "--seed={seed}{seed}", "{other}", "{{seed}}"}
	x := commandOf(t, WorkflowConfig{Command: append([]string{"printf", `%s\n`}, words...)})
	e := x.execute(t.Context(), planned("hostile", 5))
	defer e.Close()
	want := []string{`out "5\n"`, `out "c3r7\n"`, `out "hostile\n"`, `out "3\n"`, `out "--seed=55\n"`, `out "{other}\n"`, `out "{5}\n"`}
	if diff := cmp.Diff(want, eventsOf(t, e.Trace)); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if diff := cmp.Diff(append([]string{"printf", `%s\n`}, words...), e.Trace.Header().Command); diff != "" {
		t.Errorf("the header's command is not the configured one: want -, got +:\n%s", diff)
	}
}

// inFolder returns an executor whose configuration lies in a folder with these files.
func inFolder(t *testing.T, w WorkflowConfig, files map[string]string) *commandExecutor {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return commandOf(t, w, func(c *Config) { c.Dir = dir })
}

func TestCommandWorkdir(t *testing.T) {
	files := map[string]string{"flow.sh": "#!/bin/sh\npwd\nfind . -type f | sort\ntouch left\n", "lib/a.txt": "a", "lib/deep/b.txt": "b", "not.txt": "n"}
	for _, c := range []struct {
		name  string
		w     WorkflowConfig
		dir   string
		files []string
	}{
		{"the configuration's", WorkflowConfig{}, "CONFIG", []string{"./flow.sh", "./lib/a.txt", "./lib/deep/b.txt", "./not.txt"}},
		{"below it", WorkflowConfig{Workdir: "lib"}, "CONFIG/lib", []string{"./a.txt", "./deep/b.txt"}},
		{"fresh", WorkflowConfig{Workdir: "fresh", Files: []string{"flow.sh", "lib"}}, "WORK/c3r7/work",
			[]string{"./flow.sh", "./lib/a.txt", "./lib/deep/b.txt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := c.w
			w.Command = sh("pwd; find . -type f | sort")
			if w.Workdir == "fresh" {
				w.Command = []string{"./flow.sh"}
			}
			x := inFolder(t, w, files)
			want := []string{`out "` + c.dir + `\n"`}
			for _, f := range c.files {
				want = append(want, `out "`+f+`\n"`)
			}
			got := wantSame(t, x)
			for i := range got {
				got[i] = strings.NewReplacer(x.dir, "CONFIG", x.workDir, "WORK").Replace(got[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestCommandStdin(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("from outside\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, stdin string
		want        seen
	}{
		{"none", "", seen{Status: golden.StatusOK}},
		{"a file", "in.txt", seen{Status: golden.StatusOK, Trace: []string{`out "from a file\n"`}}},
		{"a file elsewhere", outside, seen{Status: golden.StatusOK, Trace: []string{`out "from outside\n"`}}},
		{"not there", "gone.txt", seen{Status: golden.StatusFault, Message: "stdin: open CONFIG/gone.txt: no such file or directory"}},
		{"a folder", ".", seen{Status: golden.StatusFault, Message: "stdin: CONFIG is a folder; want a regular file"}},
		{"a named pipe", fifo, seen{Status: golden.StatusFault, Message: "stdin: " + fifo + " is a named pipe; want a regular file"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := inFolder(t, WorkflowConfig{Command: []string{"cat"}, Stdin: c.stdin}, map[string]string{"in.txt": "from a file\n"})
			got := see(t, x, planned("hostile", 5))
			got.Message = strings.ReplaceAll(got.Message, x.dir, "CONFIG")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestCommandFiles(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"not there", "gone.txt", "files: stat CONFIG/gone.txt: no such file or directory"},
		{"a named pipe", "fifo", "files: CONFIG/fifo is a named pipe; want a regular file"},
		{"the state within it", ".", "files: CONFIG holds the state folder, and with it the copy; keep the state elsewhere (--state)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := inFolder(t, WorkflowConfig{Command: []string{"true"}, Workdir: "fresh", Files: []string{c.file}}, nil)
			if err := unix.Mkfifo(filepath.Join(x.dir, "fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.file == "." {
				x.workDir = filepath.Join(x.dir, "state", "work")
			}
			got := see(t, x, planned("hostile", 5))
			got.Message = strings.ReplaceAll(got.Message, x.dir, "CONFIG")
			if diff := cmp.Diff(seen{Status: golden.StatusFault, Message: c.want}, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestCommandHooks(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	say := func(what string) []string { return sh("echo " + what + " {run_id} >> " + log + "; echo said " + what) }
	for _, c := range []struct {
		name string
		w    WorkflowConfig
		want seen
		log  string
	}{
		{"around the run", WorkflowConfig{Before: [][]string{say("1"), say("2")}, Command: say("run"), After: [][]string{say("3")}},
			seen{Status: golden.StatusOK, Trace: []string{`out "said run\n"`}}, "1 c3r7\n2 c3r7\nrun c3r7\n3 c3r7\n"},
		{"before fails", WorkflowConfig{Before: [][]string{sh("exit 3"), say("2")}, Command: say("run"), After: [][]string{say("3")}},
			seen{Status: golden.StatusFault, Message: `before: "sh -c exit 3": exit status 3`}, "3 c3r7\n"},
		{"after fails", WorkflowConfig{Command: say("run"), After: [][]string{{"no-such-program"}, say("3")}},
			seen{Status: golden.StatusFault, Message: `after: "no-such-program": not started: ` +
				`program "no-such-program" is not in PATH=$PATH: file does not exist: install it, or write it with its folder`}, "run c3r7\n3 c3r7\n"},
		{"before takes too long", WorkflowConfig{Before: [][]string{{"sleep", "600"}}, Command: say("run"), Timeout: Duration(100 * time.Millisecond)},
			seen{Status: golden.StatusFault, Message: `before: "sleep 600": timed out`}, ""},
		{"after a failed run", WorkflowConfig{Command: sh("exit 7"), After: [][]string{say("3")}},
			seen{Status: golden.StatusExit, Exit: 7, Message: "exit status 7"}, "3 c3r7\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			os.Remove(log)
			got := see(t, commandOf(t, c.w), planned("hostile", 5))
			got.Message = strings.ReplaceAll(got.Message, os.Getenv("PATH"), "$PATH")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			text, _ := os.ReadFile(log)
			if diff := cmp.Diff(c.log, string(text)); diff != "" {
				t.Errorf("what ran: want -, got +:\n%s", diff)
			}
		})
	}
}

// A soak that is stopped abandons the run, in whichever of its parts it is, and the hook after it
// still cleans up.
func TestCommandStopped(t *testing.T) {
	for _, part := range []string{"before", "command"} {
		t.Run(part, func(t *testing.T) {
			dir := t.TempDir()
			fifo := filepath.Join(dir, "fifo")
			if err := unix.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			w := WorkflowConfig{Command: []string{"true"}, After: [][]string{sh("touch " + dir + "/cleaned")}}
			endless := sh("echo here > " + fifo + "; sleep 600")
			if part == "before" {
				w.Before = [][]string{endless}
			} else {
				w.Command = endless
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			go func() {
				os.ReadFile(fifo) // until it has begun
				cancel(ErrStopped)
			}()
			x := commandOf(t, w)
			e := x.execute(ctx, planned("hostile", 5))
			defer e.Close()
			if diff := cmp.Diff(seen{Status: golden.StatusAbandoned, Message: "stopped while it was in flight"}, seenIn(t, e)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			if _, err := os.Stat(filepath.Join(dir, "cleaned")); err != nil {
				t.Error(err)
			}
			wantNothingLeft(t, x)
		})
	}
}

func TestCommandTraceFile(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         seen
	}{
		{"written", `echo log; echo '{"a":1}' > "$SHADOWRUN_TRACE"`, seen{Status: golden.StatusOK, Trace: []string{`out {"a":1}`}}},
		{"written and renamed", `echo '{"a":1}' > "$TMPDIR/t"; mv "$TMPDIR/t" "$SHADOWRUN_TRACE"`, seen{Status: golden.StatusOK, Trace: []string{`out {"a":1}`}}},
		{"not written", `echo '{"a":1}'`, seen{Status: golden.StatusOK, Message: "SHADOWRUN_TRACE is empty; want json",
			Trace: []string{`fault {"column":1,"format":"json","line":1}`}}},
		{"a link", `ln -s /etc/passwd "$SHADOWRUN_TRACE"`,
			seen{Status: golden.StatusFault, Message: "SHADOWRUN_TRACE: WORK/c3r7/trace is a link; want a regular file"}},
		{"a named pipe", `mkfifo "$SHADOWRUN_TRACE"`,
			seen{Status: golden.StatusFault, Message: "SHADOWRUN_TRACE: WORK/c3r7/trace is a named pipe; want a regular file"}},
		{"a folder", `mkdir "$SHADOWRUN_TRACE"`,
			seen{Status: golden.StatusFault, Message: "SHADOWRUN_TRACE: WORK/c3r7/trace is a folder; want a regular file"}},
		{"too large", `truncate -s 1G "$SHADOWRUN_TRACE"`,
			seen{Status: golden.StatusLimit, Message: "SHADOWRUN_TRACE: more than 61 MiB (max_output)"}},
		{"left by a failure", `echo '{"a":1}' > "$SHADOWRUN_TRACE"; exit 2`,
			seen{Status: golden.StatusExit, Exit: 2, Message: "exit status 2", Trace: []string{`out {"a":1}`}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := commandOf(t, WorkflowConfig{Command: sh(c.script), Output: golden.OutputJSON, Trace: "file", MaxOutput: 64e6})
			got := see(t, x, planned("hostile", 5))
			got.Message = strings.ReplaceAll(got.Message, x.workDir, "WORK")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// The run's folder goes also where a run took away everybody's right to it, and where a killed
// harness left it.
func TestRunFolderIsRemoved(t *testing.T) {
	x := commandOf(t, WorkflowConfig{Command: sh(`mkdir -p "$TMPDIR/a/b"; touch "$TMPDIR/a/b/c"; chmod 0 "$TMPDIR/a/b" "$TMPDIR/a"; ls "$TMPDIR"`)})
	left := filepath.Join(x.workDir, "c3r7", "tmp", "left by a killed harness")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(seen{Status: golden.StatusOK, Trace: []string{`out "a\n"`}}, see(t, x, planned("hostile", 5))); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// Two executions of one run take turns in its folder; one that waits can be stopped.
func TestRunFolderIsHeldByOne(t *testing.T) {
	x := commandOf(t, WorkflowConfig{Command: sh(`mkdir "$TMPDIR/only" && echo alone`)})
	results := make(chan seen)
	for range 4 {
		go func() {
			e := x.execute(t.Context(), planned("hostile", 5))
			defer e.Close()
			results <- seenIn(t, e)
		}()
	}
	for range 4 {
		if diff := cmp.Diff(seen{Status: golden.StatusOK, Trace: []string{`out "alone\n"`}}, <-results); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	}
	held, err := makeRunDir(t.Context(), filepath.Join(x.workDir, "c3r7"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	e := x.execute(ctx, planned("hostile", 5))
	if e.Status != golden.StatusAbandoned || !strings.Contains(e.Message, "is held by another execution of the run") {
		t.Errorf("%s: %s", e.Status, e.Message)
	}
	if err := held.remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(held.path); !os.IsNotExist(err) {
		t.Errorf("%s: %v; want it gone", held.path, err)
	}
}

// A gigabyte without a line feed comes in small pieces, and takes time in proportion.
func TestOutputTakesLinearTime(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 64 MiB")
	}
	b := golden.NewBuilder(golden.Header{Workflow: "w", Output: golden.OutputText}, golden.BuildOptions{MaxEvent: 1 << 30, SpoolDir: t.TempDir()})
	defer b.Discard()
	o := newOutput(b, WorkflowConfig{Output: golden.OutputText, MaxEvents: 10}, redactor{})
	chunk := bytes.Repeat([]byte("x"), 512)
	began := time.Now()
	for range 64 << 20 / len(chunk) {
		if err := o.write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	// Looking through all that is held with each piece would be 4 TB of looking: minutes.
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("64 MiB took %v", took)
	}
	if err := o.close(); err != nil || b.Events() != 1 {
		t.Errorf("%d events, %v", b.Events(), err)
	}
}
