package stop

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Whatever is at the path is a stop. What Enable did not write is its owner's, since it was last changed.
func TestRead(t *testing.T) {
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	byHand := State{On: true, Who: me.Username, Reason: "no reason is given in it", ByHand: true}
	const whole = `{"at":"2026-03-01T12:00:00Z","who":"ada","host":"soak-1","reason":"the database is down"}` + "\n"
	text := func(text string) func(testing.TB, string) {
		return func(t testing.TB, path string) { write(t, path, text) }
	}
	for _, c := range []struct {
		name string
		make func(t testing.TB, path string)
		want State
	}{
		{"nothing", func(testing.TB, string) {}, State{}},
		{"what Enable writes", text(whole), stands},
		{"that, by an older or a newer one", text(`{"at":"2026-03-01T12:00:00Z","who":"ada","mood":"calm"}`), State{On: true, Since: noon, Who: "ada"}},
		{"touched", text(""), byHand},
		{"a sentence", text("do not start\n"), byHand},
		{"half of it", text(whole[:40]), byHand},
		{"another document", text(`{}`), byHand},
		{"a list", text(`[1, 2]`), byHand},
		{"without a name", text(`{"at":"2026-03-01T12:00:00Z","who":""}`), byHand},
		{"without a time", text(`{"who":"ada"}`), byHand},
		{"more than fits", text(whole + strings.Repeat(" ", maxRecord)), byHand},
		{"bytes", text("\x00\xff\xfe"), byHand},
		{"a folder", func(t testing.TB, path string) { must(t, os.Mkdir(path, 0o755)) }, byHand},
		{"a link to nowhere", func(t testing.TB, path string) { must(t, os.Symlink("nowhere", path)) }, byHand},
		{"a link to a whole one", func(t testing.TB, path string) {
			write(t, path+".elsewhere", whole)
			must(t, os.Symlink(path+".elsewhere", path))
		}, byHand},
		{"a pipe", func(t testing.TB, path string) { must(t, syscall.Mkfifo(path, 0o644)) }, byHand},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			c.make(t, Path(dir))
			if c.want.ByHand {
				info, err := os.Lstat(Path(dir))
				must(t, err)
				c.want.Since = info.ModTime()
			}
			got, err := Read(dir)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What can't be looked at is a stop, and an error: that there is none is never guessed.
func TestReadWhatCannotBeSeen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	got, err := Read(file) // as if it were a folder
	if err == nil || !got.On || !got.ByHand {
		t.Errorf("%+v, %v; want a stop and an error", got, err)
	}
	if got, err := Read(filepath.Join(file+".not", "there")); err != nil || got.On {
		t.Errorf("a folder that is not there: %+v, %v; want none", got, err)
	}
}

func TestStateInWords(t *testing.T) {
	for _, c := range []struct {
		state State
		want  string
	}{
		{State{}, "none stands"},
		{stands, "by ada on soak-1 since 2026-03-01T12:00:00Z: the database is down"},
		{State{On: true, Since: noon, Who: "root", ByHand: true, Reason: "no reason is given in it"},
			"made by hand, by root since 2026-03-01T12:00:00Z: no reason is given in it"},
	} {
		if got := c.state.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// A stop is seen within a second of its coming, and of its going.
func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		began := time.Now()
		time.AfterFunc(10*time.Second+time.Millisecond, func() { write(t, Path(dir), "") })
		if state, err := Await(t.Context(), dir, true); err != nil || !state.On {
			t.Fatalf("%+v, %v", state, err)
		}
		if took := time.Since(began) - 10*time.Second; took < 0 || took >= time.Second {
			t.Errorf("seen after %v", took)
		}
		time.AfterFunc(10*time.Second+time.Millisecond, func() { must(t, os.Remove(Path(dir))) })
		began = time.Now()
		if state, err := Await(t.Context(), dir, false); err != nil || state.On {
			t.Fatalf("%+v, %v", state, err)
		}
		if took := time.Since(began) - 10*time.Second; took < 0 || took >= time.Second {
			t.Errorf("that it went was seen after %v", took)
		}
	})
}
