package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMigrationKeepsWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := open(path, migrations()[:1])
	if err != nil {
		t.Fatal(err)
	}
	soak := startSoak(t, l)
	commit(t, l, soak, cycleOf(soak, 1, 9))
	want := allRuns(t, l.Reader, soak)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	next := append(migrations(), "CREATE TABLE invented (x TEXT); INSERT INTO invented SELECT run_id FROM runs; ALTER TABLE runs ADD COLUMN more TEXT")
	if _, err := view(path, len(next)); !errors.Is(err, ErrOlder) || !strings.Contains(err.Error(), "shadowrun --resume") {
		t.Errorf("reading a ledger to be migrated: %v, want ErrOlder and what to do", err)
	}
	l, err = open(path, next)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if diff := cmp.Diff(want, allRuns(t, l.Reader, soak)); diff != "" {
		t.Error("runs (-before +after):\n" + diff)
	}
	if n, err := l.c.number(context.Background(), "SELECT count(*) FROM invented"); n != 9 || err != nil {
		t.Errorf("the new table has %d rows, %v; want 9", n, err)
	}
	commit(t, l, soak, cycleOf(soak, 2, 1))

	for name, open := range map[string]func() error{
		"Open":   func() error { _, err := Open(path); return err },
		"Append": func() error { _, err := Append(path); return err },
		"View":   func() error { _, err := View(path); return err },
	} {
		if err := open(); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s on a newer ledger: %v, want ErrNewer and the path", name, err)
		}
	}
}

func TestMigrationThatFailsChangesNothing(t *testing.T) {
	l, path := openLedger(t)
	soak := startSoak(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	broken := append(migrations(), "CREATE TABLE invented (x TEXT)", "DROP TABLE workflows; SELECT * FROM nowhere")
	if _, err := open(path, broken); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("migrate to schema %d", len(broken))) {
		t.Errorf("error %v, want the version that it failed at", err)
	}
	l, err := Open(path)
	if err != nil {
		t.Fatal("after a failed migration:", err)
	}
	defer l.Close()
	commit(t, l, soak, cycleOf(soak, 1, 3))
}

func TestForeignFilesAreRefused(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE precious (x)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database\n", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{other: "not a ledger", garbage: "not a database"} {
		before, _ := os.ReadFile(path)
		for name, open := range map[string]func() error{
			"Open":   func() error { _, err := Open(path); return err },
			"Append": func() error { _, err := Append(path); return err },
			"View":   func() error { _, err := View(path); return err },
		} {
			if err := open(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s %s: %v, want %q and the path", name, path, err, want)
			}
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Errorf("%s was changed", path)
		}
	}
	none := filepath.Join(dir, "none.db")
	for name, open := range map[string]func() error{
		"Append": func() error { _, err := Append(none); return err },
		"View":   func() error { _, err := View(none); return err },
	} {
		if err := open(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s on no file: %v", name, err)
		}
		if _, err := os.Stat(none); err == nil {
			t.Errorf("%s made the file", name)
		}
	}
	if _, err := Open(filepath.Join(dir, "no", "folder.db")); err == nil || !strings.Contains(err.Error(), "folder.db") {
		t.Errorf("Open in no folder: %v", err)
	}
	odd, err := Open(filepath.Join(dir, "a?b=c %41#&.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := odd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "a?b=c %41#&.db")); err != nil {
		t.Error("an odd name:", err)
	}
}
