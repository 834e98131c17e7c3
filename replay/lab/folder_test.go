package lab

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// tree returns what is in a folder, a line each.
func tree(t *testing.T, dir string) (lines []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, dir)
		what := ""
		switch {
		case info.Mode().Type() == fs.ModeSymlink:
			what, err = os.Readlink(path)
		case info.Mode().IsRegular():
			var text []byte
			text, err = os.ReadFile(path)
			what = string(text)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", info.Mode(), info.ModTime().UTC().Format(time.RFC3339Nano), name, what))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func write(t *testing.T, name, text string, mode fs.FileMode) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(text), 0o600))
	must(t, os.Chmod(name, mode))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// realDir is a temporary folder by its own name, so that links that lead there are told.
func realDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return dir
}

func TestWorkdirCopyIsTheSame(t *testing.T) {
	dir := realDir(t)
	write(t, filepath.Join(dir, "flow.py"), "print(1)\n", 0o755)
	write(t, filepath.Join(dir, "sub", "deep", "data"), "x", 0o440)
	write(t, filepath.Join(dir, "sub", "sealed"), "", 0o400)
	must(t, os.Chmod(filepath.Join(dir, "sub"), 0o555))
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "sub"), 0o755) })
	must(t, os.Symlink("sub/deep/data", filepath.Join(dir, "relative")))
	must(t, os.Symlink("/nowhere", filepath.Join(dir, "dangling")))
	must(t, unix.Mkfifo(filepath.Join(dir, "pipe"), 0o640))
	old := time.Date(2001, 2, 3, 4, 5, 6, 789012345, time.UTC)
	must(t, os.Chtimes(filepath.Join(dir, "flow.py"), old, old))
	want := tree(t, dir)
	must(t, os.Symlink(filepath.Join(dir, "sub"), filepath.Join(dir, "absolute")))
	must(t, os.Chtimes(dir, old, old))
	want[0] = strings.Replace(want[0], strings.Fields(want[0])[1], old.Format(time.RFC3339Nano), 1)

	scratch := realDir(t)
	f := Treatment{"workdir": "copy"}.foldersIn(scratch)
	must(t, f.make(dir, scratch))
	t.Cleanup(func() { os.Chmod(filepath.Join(f.work, "sub"), 0o755) })
	target, err := os.Readlink(filepath.Join(f.work, "absolute"))
	if want := filepath.Join(f.work, "sub"); err != nil || target != want {
		t.Errorf("an absolute link leads to %q, %v; want %q, or a run writes to the folder itself", target, err, want)
	}
	got := tree(t, f.work)
	for i, line := range got {
		if strings.Contains(line, "/absolute ") {
			got = append(got[:i], got[i+1:]...)
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWorkdirCopyLeavesScratchOut(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "kept"), "", 0o600)
	scratch := filepath.Join(dir, "state", "scratch")
	must(t, os.MkdirAll(scratch, 0o700))
	link := filepath.Join(t.TempDir(), "link") // the folder's other name
	must(t, os.Symlink(dir, link))
	f := Treatment{"workdir": "2"}.foldersIn(scratch)
	must(t, f.make(link, scratch))
	var names []string
	for _, line := range tree(t, f.work) {
		names = append(names, strings.Fields(line + " .")[2])
	}
	if diff := cmp.Diff([]string{".", "/kept", "/state"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(f.work, "/shadowrun-lab-work-2") {
		t.Errorf("the copy is at %s", f.work)
	}
}

func TestWorkdirIsRefused(t *testing.T) {
	for _, test := range []struct {
		name, err string
		fill      func(t *testing.T, dir string)
	}{
		{"too many", "it holds more than 3 files", func(t *testing.T, dir string) {
			for _, name := range []string{"1", "2", "3"} {
				write(t, filepath.Join(dir, name), "", 0o600)
			}
		}},
		{"too large", "it holds more than 1 MB", func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "large"), make([]byte, 1<<20+1), 0o600))
		}},
		{"a socket", "is a socket", func(t *testing.T, dir string) {
			l, err := net.Listen("unix", filepath.Join(dir, "s"))
			must(t, err)
			t.Cleanup(func() { l.Close() })
		}},
		{"unreadable", "can't be read: permission denied", func(t *testing.T, dir string) {
			if os.Getuid() == 0 {
				t.Skip("root reads everything")
			}
			write(t, filepath.Join(dir, "sealed"), "", 0)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, scratch := t.TempDir(), t.TempDir()
			test.fill(t, dir)
			c, err := newCopier(dir, filepath.Join(scratch, "work"), scratch)
			must(t, err)
			c.maxFiles, c.maxBytes = 3, 1<<20
			if err := c.measure(); err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("err = %v, want %q", err, test.err)
			}
		})
	}
}

func TestEmptyFoldersArePrivate(t *testing.T) {
	scratch := t.TempDir()
	f := Treatment{"home": "1", "tmpdir": "2"}.foldersIn(scratch)
	if diff := cmp.Diff([]string{filepath.Join(scratch, "shadowrun-lab-home-1"), filepath.Join(scratch, "shadowrun-lab-tmp-2")}, f.list()); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	must(t, f.make("/", scratch))
	for _, dir := range f.list() {
		info, err := os.Stat(dir)
		must(t, err)
		if got := info.Mode().Perm(); got != 0o700 {
			t.Errorf("%s: %v", dir, got)
		}
	}
	if err := f.make("/", scratch); err == nil {
		t.Error("a folder that something is in passed for empty")
	}
}
