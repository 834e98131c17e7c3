package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// another is the files of a whole project-2 beside a project, with a dead letter.
func another(t testing.TB, dir string) map[string]string {
	t.Helper()
	p, err := Create(rootOf(dir), "project-2", 7, quick())
	if err != nil {
		t.Fatal(err)
	}
	failing(t, p)
	closed(t, p)
	return files(t, Dir(rootOf(dir), "project-2"))
}

// TestAnothersFilesAreNotTakenOver: whole as they are, they say nothing of this project.
func TestAnothersFilesAreNotTakenOver(t *testing.T) {
	t.Run("its letters, by a backup", func(t *testing.T) {
		dir, state := grown(t)
		write(t, dir, lettersFile, another(t, dir)[lettersFile])
		if _, err := Restore(dir, backupFile, quick(), "a test"); err != nil {
			t.Fatal(err)
		}
		p := opened(t, dir)
		defer closed(t, p)
		if l := p.Letters(); len(l) != 1 || l[0].Stage != state.CurrentStage {
			t.Errorf("want the letter of %s, got %+v", state.CurrentStage, l)
		}
	})
	t.Run("its state, as what was before", func(t *testing.T) {
		dir, state := grown(t)
		write(t, dir, stateFile, another(t, dir)[stateFile])
		m, err := Reconstruct(dir, quick(), "a test")
		if err != nil || m.Before.Project != "project-1" {
			t.Errorf("want the log's own, got %q, %v", m.Before.Project, err)
		}
		same(t, state, m.After)
	})
	t.Run("an edit by hand is what was before", func(t *testing.T) {
		dir, p := created(t, quick())
		s := p.State()
		closed(t, p)
		s.Seed = 8
		edited, err := s.Encode()
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, stateFile, string(edited[:len(edited)-1])) // in a spelling of its own
		m, err := Reconstruct(dir, quick(), "a test")
		if err != nil || m.Before.Seed != 8 || m.After.Seed != 7 {
			t.Errorf("want seed 8 before and 7 after, got %d, %d, %v", m.Before.Seed, m.After.Seed, err)
		}
	})
}

// TestOnlyProjectsAreListed: not what lies beside them, nor one that is being made.
func TestOnlyProjectsAreListed(t *testing.T) {
	dir := early(t)
	beside := projectsDir(rootOf(dir))
	for _, name := range []string{"notes", unborn + "project-3-12345", fresh + "project-1", "project-07", "project-2x"} {
		write(t, beside, name+"/x", "x")
	}
	write(t, beside, "project-12/x", "x") // a damaged one
	write(t, beside, fresh+"project-5/x", "x")
	got, err := Projects(rootOf(dir))
	if diff := cmp.Diff([]string{"project-1", "project-5", "project-12"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestReadWhileHeld: of a project that somebody is at work on only its log counts, and what leads elsewhere.
func TestReadWhileHeld(t *testing.T) {
	for _, c := range []struct {
		name, file string // damaged; "" where it is nevertheless read
		spoil      func(t testing.TB, dir string) error
	}{
		{"the state is altered", "", func(t testing.TB, dir string) error { write(t, dir, stateFile, "{"); return nil }},
		{"an artifact is missing", "", func(_ testing.TB, dir string) error { return os.RemoveAll(filepath.Join(dir, artifacts)) }},
		{"something is prepared", "", func(t testing.TB, dir string) error { write(t, dir, stateFile+temporary, "{"); return nil }},
		{"its log is altered", logFile, func(t testing.TB, dir string) error {
			write(t, dir, logFile, "no\n"+files(t, dir)[logFile])
			return nil
		}},
		{"its log is gone", logFile, func(_ testing.TB, dir string) error { return os.Remove(filepath.Join(dir, logFile)) }},
		{"a link", "x", func(_ testing.TB, dir string) error { return os.Symlink("state.json", filepath.Join(dir, "x")) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, p := created(t, quick())
			defer closed(t, p)
			stages(t, p, 2)
			if err := c.spoil(t, dir); err != nil {
				t.Fatal(err)
			}
			r, err := OpenRead(dir)
			if c.file != "" {
				if c.file == logFile && errors.Is(err, os.ErrNotExist) {
					return
				}
				var d *Damage
				if !errors.As(err, &d) || d.File != c.file {
					t.Errorf("want damage of %s, got %v", c.file, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, r)
			if diff := cmp.Diff(p.State(), r.State()); diff != "" || r.Holder() == nil {
				t.Errorf("want what its log says (-want +got):\n%s", diff)
			}
			if got := len(r.Entries()); got != 5 {
				t.Errorf("want 5 entries, got %d", got)
			}
		})
	}
}

// TestWhatWasLostBeforeARepairIsNotAskedFor: but all that came after it is.
func TestWhatWasLostBeforeARepairIsNotAskedFor(t *testing.T) {
	restart := project.Entry{Event: project.Restarted, Stage: "intake", Actor: "ann", Reason: "again"}
	dir, p := created(t, quick())
	completed := func(content string) {
		t.Helper()
		appended(t, p, project.Entry{Event: project.StageStarted, Stage: "intake"})
		if err := done(p, "intake", "a.txt", content); err != nil {
			t.Fatal(err)
		}
	}
	completed("lost")
	appended(t, p, restart)
	completed("there when it was repaired")
	closed(t, p)
	lost := object(project.Digest([]byte("lost")))
	if err := os.Remove(filepath.Join(dir, lost)); err != nil {
		t.Fatal(err)
	}
	named(t, dir, lost, "lost")
	if _, err := Reconstruct(dir, quick(), "it is lost"); err != nil {
		t.Fatal(err)
	}
	intact(t, dir)
	p = opened(t, dir)
	appended(t, p, restart)
	completed("after it")
	appended(t, p, restart)
	closed(t, p)
	intact(t, dir)
	for _, content := range []string{"there when it was repaired", "after it"} {
		name := object(project.Digest([]byte(content)))
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		named(t, dir, name, content)
		write(t, dir, name, content)
	}
}
