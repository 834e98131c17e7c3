package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Every query that a running soak's tools ask again and again is a search of an index: none
// gets slower with the number of runs.
func TestHotQueriesScanNothing(t *testing.T) {
	l, _ := openLedger(t)
	queries := map[string]string{
		"Totals":      checkpointColumns + " ORDER BY n DESC LIMIT 1",
		"Run":         runColumns + " WHERE r.id = ?",
		"Replays":     replayColumns + " WHERE p.run = ? ORDER BY p.id",
		"NotMatching": replayColumns + " WHERE p.verdict <> 'match' AND p.run BETWEEN ? AND 2 ORDER BY p.run, p.id",
		"Events":      "SELECT id FROM events WHERE soak IS nullif(?, 0) ORDER BY id",
	}
	for name, query := range queries {
		rows, err := l.Reader.db.Query("EXPLAIN QUERY PLAN "+query, 1)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(step, "SCAN") || strings.Contains(step, "TEMP B-TREE") && name != "NotMatching" {
				t.Errorf("%s: %s", name, step)
			}
			if name == "NotMatching" && strings.Contains(step, " p ") && !strings.Contains(step, "replays_not_matching") {
				t.Errorf("%s: %s", name, step)
			}
		}
		rows.Close()
	}
}

func TestReadersBesideWriters(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	const cycles, appended = 60, 40
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		wg.Go(func() {
			r, err := View(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer r.Close()
			for {
				if c, err := r.Totals(soak); err != nil || c.Runs != 9*c.Cycles || c.Match != c.Runs {
					t.Errorf("saw part of a commit: %+v, %v", c, err)
				}
				for range r.Runs(Filter{Soak: soak, LastCycle: 3}) { // others may be asked in the loop
					if _, err := r.Latest(); err != nil {
						t.Error(err)
					}
					break
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	var appenders sync.WaitGroup
	for who := range 2 {
		appenders.Go(func() {
			a, err := Append(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer a.Close()
			for n := range appended {
				if err := a.AppendAction(Action{At: noon, Who: fmt.Sprint(who), What: fmt.Sprint(n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := 1; n <= cycles; n++ {
		commit(t, l, soak, cycleOf(soak, n, 9))
	}
	appenders.Wait()
	close(stop)
	wg.Wait()
	if c, err := l.Totals(soak); c.Runs != 9*cycles || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
	actions := 0
	for range l.Actions() {
		actions++
	}
	if actions != 2*appended {
		t.Errorf("%d actions, want %d", actions, 2*appended)
	}
}

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

// skip skips, loudly; where CI is set, nothing may be skipped.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("cannot be skipped in CI: " + why)
	}
	t.Skip("SKIPPED: " + why)
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
