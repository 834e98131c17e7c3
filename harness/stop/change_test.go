package stop

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var duration = regexp.MustCompile(`ran, [0-9.]+[µm]?s`)

func stepText(s Step, dir string) string {
	return duration.ReplaceAllString(strings.ReplaceAll(s.String(), dir, "[dir]"), "ran")
}

// A stop stands first, then the engine's file, then its commands are run, and then it is entered in the audit log. What
// fails is said, and keeps nothing else from being done.
func TestEnable(t *testing.T) {
	sh := func(script string) []string { return []string{"sh", "-c", script} }
	for _, c := range []struct {
		name   string
		engine Engine
		err    error // of the configuration
		before func(t *testing.T, dir string)
		want   []string
	}{
		{name: "the soak alone", want: []string{"[dir]/stop: written", "audit log: entered"}},
		{name: "the engine by its file, which is there when its commands run, and so is the stop",
			engine: Engine{File: "[dir]/engine.stop", Enable: [][]string{sh("test -e stop -a -e engine.stop")}},
			want:   []string{"[dir]/stop: written", "[dir]/engine.stop: written", "sh -c test -e stop -a -e engine.stop: ran", "audit log: entered"}},
		{name: "the engine's commands are told who and why",
			engine: Engine{Enable: [][]string{sh(`test "$SHADOWRUN_STOP_WHO: $SHADOWRUN_STOP_REASON" = "ada: the database is down"`)}},
			want: []string{"[dir]/stop: written",
				`sh -c test "$SHADOWRUN_STOP_WHO: $SHADOWRUN_STOP_REASON" = "ada: the database is down": ran`, "audit log: entered"}},
		{name: "a command that fails keeps the next from nothing", engine: Engine{Enable: [][]string{{"false"}, {"true"}}},
			want: []string{"[dir]/stop: written", "false: NOT DONE: exit status 1", "true: ran", "audit log: entered"}},
		{name: "a command that is not there", engine: Engine{Enable: [][]string{{"./no-such-program"}}},
			want: []string{"[dir]/stop: written", "./no-such-program: NOT DONE: fork/exec ./no-such-program: no such file or directory", "audit log: entered"}},
		{name: "a command that hangs, with a child", engine: Engine{Enable: [][]string{sh("sleep 600; true")}, Timeout: 50 * time.Millisecond},
			want: []string{"[dir]/stop: written", "sh -c sleep 600; true: NOT DONE: it was killed, having taken longer than 50ms", "audit log: entered"}},
		{name: "the engine's file stands already", engine: Engine{File: "[dir]/engine.stop"},
			before: func(t *testing.T, dir string) { write(t, filepath.Join(dir, "engine.stop"), "theirs") },
			want:   []string{"[dir]/stop: written", "[dir]/engine.stop: stands already", "audit log: entered"}},
		{name: "the engine's folder is not there", engine: Engine{File: "[dir]/no/engine.stop"},
			want: []string{"[dir]/stop: written", "[dir]/no/engine.stop: NOT DONE: open [dir]/no/engine.stop: no such file or directory", "audit log: entered"}},
		{name: "the configuration can't be read", err: errors.New("shadowrun.yaml:3: what is this?"),
			want: []string{"[dir]/stop: written", "the engine: NOT DONE: shadowrun.yaml:3: what is this?", "audit log: entered"}},
		{name: "the ledger is none", before: func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "ledger.db"), strings.Repeat("not a ledger", 100))
		},
			want: []string{"[dir]/stop: written", "audit log: NOT DONE: ledger [dir]/ledger.db: ledger [dir]/ledger.db: file is not a database (26)"}},
		{name: "there is no state folder yet", before: func(t *testing.T, dir string) { must(t, os.Remove(dir)) },
			want: []string{"[dir]/stop: written", "audit log: entered"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "s")
			must(t, os.Mkdir(dir, 0o755))
			if c.before != nil {
				c.before(t, dir)
			}
			e := c.engine
			e.File, e.Dir = strings.ReplaceAll(e.File, "[dir]", dir), dir
			r := request(dir).with(e)
			if c.err != nil {
				r.Engine = func() (Engine, error) { return Engine{}, c.err }
			}
			done := Enable(t.Context(), r)
			got := steps(t, done, dir)
			if n := len(got); n > 0 && strings.HasPrefix(got[n-1], "audit log: NOT DONE") {
				got[n-1] = c.want[len(c.want)-1] // in the database's words
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("steps (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(stands, done.Now); diff != "" || done.Before.On {
				t.Errorf("it stands; before: %v (-want +got)\n%s", done.Before, diff)
			}
			if whole := !strings.Contains(strings.Join(got, "\n"), "NOT DONE"); done.Whole() != whole {
				t.Errorf("whole: %t, want %t", done.Whole(), whole)
			}
		})
	}
}

// The first to stop it stays the one who did, and why; each attempt is recorded, and stops the engine once more.
func TestEnableTwice(t *testing.T) {
	dir := t.TempDir()
	e := Engine{Dir: dir, Enable: [][]string{{"sh", "-c", "echo >>enabled"}}}
	Enable(t.Context(), request(dir).with(e))
	r := request(dir).with(e)
	r.Who, r.Reason, r.At = "bob", "me too", noon.Add(time.Hour)
	done := Enable(t.Context(), r)
	if diff := cmp.Diff(stands, done.Now); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(stands, done.Before); diff != "" {
		t.Errorf("before (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{ActionEnable, ActionAgain}, logged(t, dir)); diff != "" {
		t.Errorf("audit log (-want +got)\n%s", diff)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "enabled")); len(text) != 2 {
		t.Errorf("the engine was stopped %d times, want 2", len(text))
	}
}

// The engine goes on first, then the soak; where the engine can't, nor does the soak.
func TestDisable(t *testing.T) {
	for _, c := range []struct {
		name   string
		engine Engine
		before func(t *testing.T, dir string)
		want   []string
		on     bool
		log    []string
	}{
		{name: "none stands: nothing is started that somebody else stopped", engine: Engine{Disable: [][]string{{"touch", "started"}}},
			want: []string{"audit log: entered"}, log: []string{ActionNone}},
		{name: "enabled before", engine: Engine{File: "[dir]/engine.stop", Disable: [][]string{{"sh", "-c", "test -e stop -a ! -e engine.stop"}}},
			before: func(t *testing.T, dir string) {
				Enable(t.Context(), request(dir).with(Engine{File: filepath.Join(dir, "engine.stop")}))
			},
			want: []string{"[dir]/engine.stop: removed", "sh -c test -e stop -a ! -e engine.stop: ran", "[dir]/stop: removed", "audit log: entered"},
			log:  []string{ActionEnable, ActionDisable}},
		{name: "the engine does not go on", engine: Engine{Disable: [][]string{{"false"}}},
			before: func(t *testing.T, dir string) { write(t, Path(dir), "") },
			want:   []string{"false: NOT DONE: exit status 1", "[dir]/stop: left to stand", "audit log: entered"}, on: true, log: []string{ActionDisable}},
		{name: "the engine's file stands alone", engine: Engine{File: "[dir]/engine.stop"},
			before: func(t *testing.T, dir string) { write(t, filepath.Join(dir, "engine.stop"), "") },
			want:   []string{"[dir]/engine.stop: removed", "[dir]/stop: was not there", "audit log: entered"}, log: []string{ActionDisable}},
		{name: "a folder", before: func(t *testing.T, dir string) { must(t, os.Mkdir(Path(dir), 0o755)) },
			want: []string{"[dir]/stop: removed", "audit log: entered"}, log: []string{ActionDisable}},
		{name: "a folder that is not empty is somebody's", before: func(t *testing.T, dir string) {
			must(t, os.Mkdir(Path(dir), 0o755))
			write(t, filepath.Join(Path(dir), "notes"), "")
		}, want: []string{"[dir]/stop: NOT DONE: remove [dir]/stop: directory not empty", "audit log: entered"}, on: true, log: []string{ActionDisable}},
		{name: "a link to nowhere", before: func(t *testing.T, dir string) { must(t, os.Symlink("nowhere", Path(dir))) },
			want: []string{"[dir]/stop: removed", "audit log: entered"}, log: []string{ActionDisable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.before != nil {
				c.before(t, dir)
			}
			e := c.engine
			e.File, e.Dir = strings.ReplaceAll(e.File, "[dir]", dir), dir
			done := Disable(t.Context(), request(dir).with(e))
			if diff := cmp.Diff(c.want, steps(t, done, dir)); diff != "" {
				t.Errorf("steps (-want +got)\n%s", diff)
			}
			if now, err := Read(dir); err != nil || now.On != c.on || done.Now.On != c.on {
				t.Errorf("it stands: %t, said %t (%v); want %t", now.On, done.Now.On, err, c.on)
			}
			if diff := cmp.Diff(c.log, logged(t, dir)); diff != "" {
				t.Errorf("audit log (-want +got)\n%s", diff)
			}
			if exists(filepath.Join(dir, "started")) {
				t.Error("the engine was started")
			}
		})
	}
}

// A typed folder that is not there is not made for saying that nothing stands in it.
func TestDisableWithoutAStateFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "s")
	if done := Disable(t.Context(), request(dir)); !done.Whole() || len(done.Steps) > 0 || exists(dir) {
		t.Errorf("%+v; the folder is there: %t", done, exists(dir))
	}
}

// What a command leaves running is let be, even where it holds on to the command's output: it may be the engine.
func TestEngineIsLeftRunning(t *testing.T) {
	dir := t.TempDir()
	write(t, Path(dir), "")
	var said strings.Builder
	r := request(dir).with(Engine{Dir: dir, Disable: [][]string{{"sh", "-c", "echo starting; (while [ ! -e gate ]; do sleep 0.01; done; echo >ended) & echo >started"}}})
	r.Output = &said
	if done := Disable(t.Context(), r); !done.Whole() || done.Now.On {
		t.Errorf("%+v", done)
	}
	if exists(filepath.Join(dir, "ended")) || said.String() != "starting\n" {
		t.Errorf("it ended, or said %q", said.String())
	}
	write(t, filepath.Join(dir, "gate"), "")
	wait(t, "what was left running to end by itself", func() bool { return exists(filepath.Join(dir, "ended")) })
}

func TestReasonIsALine(t *testing.T) {
	for _, c := range []struct{ name, reason, want string }{
		{"a line", "the database is down", "the database is down"},
		{"lines", " a\n\tb\r\n c ", "a b c"},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
		{"long", strings.Repeat("ä", 600), strings.Repeat("ä", maxReason/2) + "…"},
	} {
		dir := t.TempDir()
		r := request(dir)
		r.Reason = c.reason
		if got := Enable(t.Context(), r).Now.Reason; got != c.want || !utf8.ValidString(got) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// Nothing of our own is left beside the file.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		Enable(t.Context(), request(dir))
	}
	Disable(t.Context(), request(dir))
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"ledger.db"}) {
		t.Errorf("left: %q", names)
	}
}
