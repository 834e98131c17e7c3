package cmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A temporary folder without room is named itself: no factor is blamed for it.
func TestBenchWithoutRoom(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); errors.Is(err, unix.EPERM) {
		if os.Getenv("CI") != "" {
			t.Fatal("a full file system takes root, and CI is set")
		}
		t.Skip("NOT TESTED: a full file system takes root")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(dir, 0) })
	for _, c := range []struct{ name, dir, want string }{
		{"full", dir, "no space left on device"},
		{"not there", filepath.Join(dir, "nosuch"), "no such file or directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("TMPDIR", c.dir)
			_, _, err := newBench("test")
			if err == nil || !strings.HasPrefix(err.Error(), "temporary folder "+c.dir+": ") || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("%v, want the folder and %q", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}
