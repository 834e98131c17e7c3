package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestHowMuchIsLost: lines that are cut off a log are counted, whether the state or the lines tell of them.
func TestHowMuchIsLost(t *testing.T) {
	for lines, want := range map[int]string{
		1: "transition 4, and what came of them: the project is as it was after 3",
		2: "transitions 3 to 4, and what came of them: the project is as it was after 2",
	} {
		t.Run(fmt.Sprint(lines), func(t *testing.T) {
			dir, p := created(t, quick())
			appended(t, p, project.Entry{Event: project.Notified}, project.Entry{Event: project.Notified}, project.Entry{Event: project.Notified})
			closed(t, p)
			all := strings.SplitAfter(files(t, dir)[logFile], "\n")
			write(t, dir, logFile, strings.Join(all[:4-lines], ""))
			damage, err := Check(dir)
			if err != nil || len(damage) == 0 {
				t.Fatalf("want damage, got %v, %v", damage, err)
			}
			if d := damage[0]; d.File != logFile || d.Line != 5-lines || d.Offset != int64(len(strings.Join(all[:4-lines], ""))) {
				t.Errorf("want it where the first lost line was, got %v", &d)
			}
			if got := damage[0].Loses[reconstruct("project-1")]; got != want {
				t.Errorf("want %s, got %s", want, got)
			}
		})
	}
}

// TestWhatIsNoFolder: a project's name that a file or a link has is damage, which only a person can mend.
func TestWhatIsNoFolder(t *testing.T) {
	for name, put := range map[string]func(string) error{
		"it is no folder but a file":          func(dir string) error { return os.WriteFile(dir, nil, 0o644) },
		"it is no folder but a symbolic link": func(dir string) error { return os.Symlink(t.TempDir(), dir) },
		"it is no folder but a special file":  func(dir string) error { return syscall.Mkfifo(dir, 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := Dir(t.TempDir(), "project-1")
			if err := errors.Join(os.MkdirAll(filepath.Dir(dir), 0o755), put(dir)); err != nil {
				t.Fatal(err)
			}
			_, err := OpenRead(dir)
			var got *Damage
			if !errors.As(err, &got) {
				t.Fatalf("want damage, got %v", err)
			}
			want := &Damage{Project: "project-1", File: ".", Found: name, Expected: "a folder", Mend: []string{"put the folder itself at " + dir}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
