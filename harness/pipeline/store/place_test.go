package store

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// inPlaceOf puts a folder in the place of whatever has the name, with a file in it.
func inPlaceOf(t testing.TB, dir, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	write(t, dir, name+"/mine.txt", "mine")
}

// looks are all ways to look at a project that is there, and to change it, dry and in earnest.
func looks(backup string) map[string]func(string) error {
	dry := quick()
	dry.DryRun = true
	return map[string]func(string) error{
		"open":             func(dir string) error { _, err := Open(dir, quick()); return err },
		"read":             func(dir string) error { _, err := OpenRead(dir); return err },
		"stuck":            func(dir string) error { _, err := Stuck(dir); return err },
		"reconstruct":      func(dir string) error { _, err := Reconstruct(dir, quick(), "a test"); return err },
		"reconstruct, dry": func(dir string) error { _, err := Reconstruct(dir, dry, "a test"); return err },
		"restore":          func(dir string) error { _, err := Restore(dir, backup, quick(), "a test"); return err },
		"restore, dry":     func(dir string) error { _, err := Restore(dir, backup, dry, "a test"); return err },
		"accept":           func(dir string) error { _, err := Accept(dir, quick(), "a test"); return err },
		"accept, dry":      func(dir string) error { _, err := Accept(dir, dry, "a test"); return err },
		"take over": func(dir string) error {
			_, err := Takeover(dir, project.Takeover{}, nil, quick(), "a test")
			return err
		},
	}
}

// TestAFolderInAFilesPlace is damage that a person has to mend. Whatever is tried, nothing is changed, but that the
// project can be archived as it is.
func TestAFolderInAFilesPlace(t *testing.T) {
	for _, name := range []string{logFile, stateFile, lettersFile, backupFile, backupFile + ".3"} {
		t.Run(name, func(t *testing.T) {
			dir := early(t)
			inPlaceOf(t, dir, name)
			before := files(t, dir)
			want := Damage{Project: "project-1", File: name, Found: "it is a folder", Expected: "a file of the project's own",
				Mend: []string{"remove it, then " + reconstruct("project-1")}}
			for what, do := range looks(backupFile) {
				var d *Damage
				if err := do(dir); !errors.As(err, &d) {
					t.Errorf("%s: want damage, got %v", what, err)
				} else if diff := cmp.Diff(&want, d); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			found, err := Check(dir)
			if diff := cmp.Diff([]Damage{want}, found); diff != "" || err != nil {
				t.Errorf("check: %v (-want +got):\n%s", err, diff)
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			archive, err := Renew(dir, 9, quick(), "past mending")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, files(t, archive)); diff != "" {
				t.Errorf("archived (-want +got):\n%s", diff)
			}
			intact(t, dir)
		})
	}
}

// TestAFolderInAnArtifactsPlace is found to be missing, and is not lost in mending it.
func TestAFolderInAnArtifactsPlace(t *testing.T) {
	dir := early(t)
	inPlaceOf(t, dir, "artifacts/intake.txt")
	before := files(t, dir)
	named(t, dir, "artifacts/intake.txt", "a folder")
	for _, what := range []string{"reconstruct", "reconstruct, dry", "restore", "restore, dry", "accept", "accept, dry"} {
		if err := looks(backupFile)[what](dir); !errors.Is(err, syscall.EISDIR) || !strings.Contains(err.Error(), "intake.txt: is a directory") {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestAFolderInTheLocksPlace: nobody can hold such a project, but it can be read.
func TestAFolderInTheLocksPlace(t *testing.T) {
	dir := early(t)
	inPlaceOf(t, dir, lockFile)
	if err := os.Remove(filepath.Join(dir, lockFile, "mine.txt")); err != nil {
		t.Fatal(err)
	}
	want := &Damage{Project: "project-1", File: lockFile, Found: "it is a folder", Expected: "a file of the project's own", Mend: []string{"remove it"}}
	for _, what := range []string{"open", "reconstruct", "restore", "accept", "take over"} {
		var got *Damage
		err := looks(backupFile)[what](dir)
		errors.As(err, &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
		}
	}
	if err := looks("")["read"](dir); err != nil {
		t.Errorf("read: %v", err)
	}
}

// TestWhatCanNotBeKeptAsideIsNotMended: a file in the place of the folder for it, or a name too long for one folder.
func TestWhatCanNotBeKeptAsideIsNotMended(t *testing.T) {
	long := strings.Repeat("long/", 60) + "x"
	for _, c := range []struct {
		name, file string
		want       error
	}{{"a file called as the folder", damagedDir, syscall.ENOTDIR}, {"a name too long", long, syscall.ENAMETOOLONG}} {
		t.Run(c.name, func(t *testing.T) {
			dir := early(t)
			write(t, dir, stateFile, "{}")
			write(t, dir, c.file, "mine")
			before := files(t, dir)
			for _, what := range []string{"reconstruct", "reconstruct, dry", "restore", "restore, dry"} {
				if err := looks(backupFile)[what](dir); !errors.Is(err, c.want) {
					t.Errorf("%s: want %v, got %v", what, c.want, err)
				}
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

// TestKeptAsideTwice: what is damaged again in the same way is kept once, and in another way beside it.
func TestKeptAsideTwice(t *testing.T) {
	dir := early(t)
	write(t, dir, "damaged/4/state.json", "of another time")
	write(t, dir, "damaged/4/state.json.2", "of yet another")
	write(t, dir, "damaged/4/artifacts~intake.txt", "as now")
	write(t, dir, "damaged/4/dead_letters.json", "of another time")
	write(t, dir, stateFile, "{}")
	write(t, dir, lettersFile, "[]")
	write(t, dir, "artifacts/intake.txt", "as now")
	m, err := Reconstruct(dir, quick(), "a test")
	if diff := cmp.Diff([]string{"damaged/4/artifacts~intake.txt", "damaged/4/dead_letters.json.2", "damaged/4/state.json.3"}, m.Aside); diff != "" || err != nil {
		t.Errorf("aside: %v (-want +got):\n%s", err, diff)
	}
	want := map[string]string{"damaged/4/state.json": "of another time", "damaged/4/state.json.2": "of yet another", "damaged/4/artifacts~intake.txt": "as now", "damaged/4/state.json.3": "{}",
		"damaged/4/dead_letters.json": "of another time", "damaged/4/dead_letters.json.2": "[]"}
	got := files(t, dir)
	maps.DeleteFunc(got, func(name, _ string) bool { return !strings.HasPrefix(name, damagedDir) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	intact(t, dir)
}

// TestAFileInAFoldersPlace: it stays, and nothing is begun.
func TestAFileInAFoldersPlace(t *testing.T) {
	t.Run("of all projects", func(t *testing.T) {
		root := t.TempDir()
		write(t, root, ".somas/projects", "mine")
		if p, err := Create(root, "project-1", 7, quick()); p != nil || !errors.Is(err, syscall.ENOTDIR) || !strings.HasPrefix(err.Error(), "project-1: mkdir ") {
			t.Errorf("create: got %v, %v", p, err)
		}
		if ids, err := Projects(root); ids != nil || !errors.Is(err, syscall.ENOTDIR) || !strings.HasPrefix(err.Error(), "projects: ") {
			t.Errorf("projects: got %v, %v", ids, err)
		}
		if _, err := OpenRead(Dir(root, "project-1")); !errors.Is(err, syscall.ENOTDIR) || !strings.HasPrefix(err.Error(), "project-1: lstat ") {
			t.Errorf("read: got %v", err)
		}
		if diff := cmp.Diff(map[string]string{".somas/projects": "mine"}, files(t, root)); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
	t.Run("of the archive", func(t *testing.T) {
		dir := early(t)
		write(t, rootOf(dir), ".somas/archive", "mine")
		before := files(t, rootOf(dir))
		if _, err := Renew(dir, 9, quick(), "a test"); !errors.Is(err, syscall.ENOTDIR) || !strings.HasPrefix(err.Error(), "project-1: mkdir ") {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff(before, files(t, rootOf(dir))); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
	t.Run("of the objects", func(t *testing.T) {
		dir := early(t)
		p := opened(t, dir)
		defer closed(t, p)
		if err := os.RemoveAll(filepath.Join(dir, objects)); err != nil {
			t.Fatal(err)
		}
		write(t, dir, objects, "mine")
		if digest, err := p.Artifact("a.txt", []byte("a")); digest != "" || !errors.Is(err, fs.ErrExist) && !errors.Is(err, syscall.ENOTDIR) || !strings.HasPrefix(err.Error(), "project-1: artifact a.txt: ") {
			t.Errorf("got %q, %v", digest, err)
		}
	})
	t.Run("of a project to be", func(t *testing.T) {
		root := t.TempDir()
		if err := errors.Join(os.MkdirAll(projectsDir(root), 0o755), os.Symlink("nowhere", Dir(root, "project-1"))); err != nil {
			t.Fatal(err)
		}
		want := "project-1: there is such a project already (" + Dir(root, "project-1") + "): file already exists"
		if p, err := Create(root, "project-1", 7, quick()); p != nil || !errors.Is(err, fs.ErrExist) || err.Error() != want {
			t.Errorf("want %s, got %v, %v", want, p, err)
		}
	})
}

// TestArchivesHaveNamesOfTheirOwn: a project that is begun afresh as often as one likes loses none.
func TestArchivesHaveNamesOfTheirOwn(t *testing.T) {
	dir, p := created(t, quick())
	closed(t, p)
	var got []string
	for range 3 {
		archive, err := Renew(dir, 9, quick(), "again")
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(rootOf(dir), archive)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
	}
	if diff := cmp.Diff([]string{".somas/archive/project-1.1", ".somas/archive/project-1.1.2", ".somas/archive/project-1.1.3"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
