package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestFullDisk(t *testing.T) {
	if os.Getuid() != 0 {
		skip(t, "only root can mount a small file system")
	}
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		skip(t, "mount a small file system: "+err.Error())
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ledger.db")
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	soak := startSoak(t, l)
	n := 1
	for ; err == nil; n++ {
		err = l.Commit(soak, noon, cycleOf(soak, n, 100))
	}
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), "free some space") {
		t.Errorf("error %v, want ErrFull", err)
	}
	done := n - 2 // the last one failed
	if c, err := l.Totals(soak); c.Cycles != int64(done) || c.Runs != int64(100*done) || err != nil {
		t.Errorf("%+v, %v; want %d cycles", c, err, done)
	}
	if err := l.Commit(soak, noon, cycleOf(soak, done+1, 100)); !errors.Is(err, ErrFull) {
		t.Errorf("while still full: %v, want ErrFull", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	commit(t, l, soak, cycleOf(soak, done+1, 100))
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	r, err := View(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if c, err := r.Totals(soak); c.Runs != int64(100*(done+1)) || err != nil {
		t.Errorf("%+v, %v; want %d cycles", c, err, done+1)
	}
}
