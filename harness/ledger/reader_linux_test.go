package ledger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asNobody calls do with the file permissions of a user who owns nothing. The system calls
// of a pure Go SQLite happen on the calling thread, so that is the only one to change.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Getuid() != 0 {
		skip(t, "only root can read as another user")
	}
	dir := t.TempDir()
	runtime.LockOSThread()
	if err := errors.Join(unix.Setfsgid(65534), unix.Setfsuid(65534)); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := errors.Join(unix.Setfsuid(0), unix.Setfsgid(0)); err != nil {
			t.Fatal(err)
		}
		runtime.UnlockOSThread()
	}()
	if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o644); !errors.Is(err, os.ErrPermission) {
		t.Fatalf("still as oneself: %v", err)
	}
	do()
}

func TestAnotherUserReads(t *testing.T) {
	tests := []struct {
		name  string
		leave func(t *testing.T, l *Ledger, path string) string // the ledger's path
		want  string                                            // in an error; empty: it reads
	}{
		{"while it is written", func(t *testing.T, l *Ledger, path string) string { return path }, ""},
		{"once it is closed", func(t *testing.T, l *Ledger, path string) string { l.Close(); return path }, ""},
		{"closed while somebody read", func(t *testing.T, l *Ledger, path string) string {
			r, err := View(path)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Latest(); err != nil {
				t.Fatal(err)
			}
			l.Close()
			r.Close()
			return path
		}, ""},
		{"killed", func(t *testing.T, l *Ledger, path string) string { return copyFiles(t, path, "", "-wal", "-shm") }, ""},
		{"killed, and the index is gone", func(t *testing.T, l *Ledger, path string) string { return copyFiles(t, path, "", "-wal") },
			"run shadowrun status as its owner"},
		{"in write-ahead mode without a log", func(t *testing.T, l *Ledger, path string) string {
			if _, err := l.c.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
				t.Fatal(err)
			}
			return copyFiles(t, path, "")
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, path := openLedger(t)
			soak := startSoak(t, l)
			commit(t, l, soak, cycleOf(soak, 1, 9))
			path = test.leave(t, l, path)
			for _, dir := range []string{filepath.Dir(path), filepath.Dir(filepath.Dir(path))} {
				if err := os.Chmod(dir, 0o755); err != nil { // read, not write
					t.Fatal(err)
				}
			}
			asNobody(t, func() {
				r, err := View(path)
				if test.want != "" {
					if err == nil || !strings.Contains(err.Error(), test.want) {
						t.Errorf("error %v, want one with %q", err, test.want)
					}
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				defer r.Close()
				if c, err := r.Totals(soak); c.Runs != 9 || err != nil {
					t.Errorf("%+v, %v; want 9 runs", c, err)
				}
			})
		})
	}
}

// copyFiles copies a ledger's files as a kill would leave them. Reading a file that this
// process has open in SQLite drops SQLite's locks on it, which here nobody else wants.
func copyFiles(t *testing.T, path string, suffixes ...string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "ledger.db")
	for _, suffix := range suffixes {
		b, err := os.ReadFile(path + suffix)
		if err == nil {
			err = os.WriteFile(to+suffix, b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}
