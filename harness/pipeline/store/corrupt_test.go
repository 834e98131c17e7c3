package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// small is a closed project with one of each file.
func small(t testing.TB) string {
	t.Helper()
	dir, p := created(t, quick())
	stages(t, p, 1)
	failing(t, p)
	appended(t, p, project.Entry{Event: project.LettersPurged, Actor: "ann", Reason: "known", Detail: project.Detail(project.Purge{IDs: []string{"letter-6"}})})
	closed(t, p)
	intact(t, dir)
	return dir
}

// write replaces a file by other content.
func write(t testing.TB, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// named says that damage of a file is found, that opening refuses it, and that nothing was touched.
func named(t testing.TB, dir, name, what string) {
	t.Helper()
	before := files(t, dir)
	found, err := Check(dir)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	is := false
	for _, d := range found {
		is = is || !d.Heals && d.File == name && d.Found != "" && d.Expected != "" && len(d.Mend) > 0
	}
	if !is {
		t.Fatalf("%s: want damage of %s, got %+v", what, name, found)
	}
	p, err := Open(dir, quick())
	var d *Damage
	if !errors.As(err, &d) {
		if p != nil {
			closed(t, p)
		}
		t.Fatalf("%s: opened: want *Damage, got %v", what, err)
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Fatalf("%s: a refused opening changed files (-want +got):\n%s", what, diff)
	}
}

// stride is how far apart the bytes are that are altered on the disk. That no document is read with
// any byte altered, package project's test shows.
const stride = 23

// TestEveryByteCounts flips bits of bytes of every file, and cuts every file.
func TestEveryByteCounts(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats much; the other pass has it")
	}
	example := files(t, small(t))
	if len(example) < 8 {
		t.Fatalf("want one of each file, got %q", names(example))
	}
	for name, content := range example {
		t.Run(strings.ReplaceAll(name, "/", "~"), func(t *testing.T) {
			t.Parallel()
			dir := small(t)
			for i := 0; i < len(content); i += stride {
				altered := []byte(content)
				altered[i] ^= 1 << (7 * (i & 1))
				write(t, dir, name, string(altered))
				named(t, dir, name, fmt.Sprint("flipped at ", i))
			}
			for i := 0; i < len(content); i += 5 * stride {
				write(t, dir, name, content[:i])
				named(t, dir, name, fmt.Sprint("cut at ", i))
			}
			if name != logFile { // that is a torn end
				write(t, dir, name, content+"x")
				named(t, dir, name, "longer")
			}
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			named(t, dir, name, "removed")
			for other, instead := range example {
				if instead != content && !(name == stateFile && other == backupFile) { // that is the entry before: it is rolled forward
					write(t, dir, name, instead)
					named(t, dir, name, "instead: "+other)
				}
			}
		})
	}
}

// TestTornEnd is what a killed engine leaves of a line that was never acknowledged.
func TestTornEnd(t *testing.T) {
	dir := small(t)
	log := files(t, dir)[logFile]
	write(t, dir, logFile, log+`{"seq":8,"at":"2026`)
	found, err := Check(dir)
	if err != nil || len(found) != 1 || !found[0].Heals || found[0].Line != 8 || found[0].Offset != int64(len(log)) {
		t.Errorf("want line 8 to be mended by opening, got %+v, %v", found, err)
	}
	p := opened(t, dir)
	if len(p.Mended) != 1 || p.Mended[0].File != logFile {
		t.Errorf("want to be told, got %v", p.Mended)
	}
	closed(t, p)
	if got := files(t, dir); got[logFile] != log || got[logFile+".torn.8"] != `{"seq":8,"at":"2026` {
		t.Errorf("want the log cut and the torn end kept, got %q", got[logFile+".torn.8"])
	}
	intact(t, dir)
}

// TestAlteredEndBesideDamage: a last line that was acknowledged is no torn end, though the state that
// would say so is damaged too.
func TestAlteredEndBesideDamage(t *testing.T) {
	dir := small(t)
	log := files(t, dir)[logFile]
	write(t, dir, logFile, log[:len(log)-9])
	write(t, dir, stateFile, "{}")
	named(t, dir, logFile, "altered beside a damaged state")
	named(t, dir, stateFile, "altered beside a damaged log")
}

// TestFilesOfAnother puts a whole file of another project in the place of one's own.
func TestFilesOfAnother(t *testing.T) {
	dir := small(t)
	p, err := Create(filepath.Dir(filepath.Dir(filepath.Dir(dir))), "project-2", 7, quick())
	if err != nil {
		t.Fatal(err)
	}
	stages(t, p, 1)
	failing(t, p)
	closed(t, p)
	other := Dir(filepath.Dir(filepath.Dir(filepath.Dir(dir))), "project-2")
	for name, content := range files(t, other) {
		if strings.HasPrefix(name, artifacts) {
			continue // content is content
		}
		t.Run(name, func(t *testing.T) {
			own := files(t, dir)[name]
			write(t, dir, name, content)
			named(t, dir, name, "another's")
			write(t, dir, name, own)
			intact(t, dir)
		})
	}
	t.Run("all", func(t *testing.T) {
		for name := range files(t, dir) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		for name, content := range files(t, other) {
			write(t, dir, name, content)
		}
		named(t, dir, logFile, "another's")
	})
}

// TestWhatDoesNotBelong is about files that the log does not name.
func TestWhatDoesNotBelong(t *testing.T) {
	for _, name := range []string{"notes.txt", "state.json.backup.20260101", "dead_letters.json.backup", "artifacts/new.txt", "artifacts/.objects/abc", "sub/folder.txt", "artifacts/deep/er/x.txt"} {
		t.Run(strings.ReplaceAll(name, "/", "~"), func(t *testing.T) {
			dir := small(t)
			write(t, dir, name, "x")
			named(t, dir, name, "foreign")
		})
	}
}

// TestLinksAreRefused: nothing in a project's folder may lead out of it, or elsewhere in it.
func TestLinksAreRefused(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	for _, test := range []struct{ name, to string }{
		{"state.json", outside}, {"transitions.jsonl", "state.json"}, {"artifacts/intake.txt", outside}, {"lock", outside},
		{"artifacts", "/tmp"}, {"damaged", "/tmp"}, {"dangling", "nowhere"},
	} {
		t.Run(strings.ReplaceAll(test.name, "/", "~"), func(t *testing.T) {
			dir := small(t)
			if err := os.RemoveAll(filepath.Join(dir, test.name)); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(test.to, filepath.Join(dir, test.name)); err != nil {
				t.Fatal(err)
			}
			var d *Damage
			if p, err := Open(dir, quick()); !errors.As(err, &d) || d.File != test.name {
				t.Errorf("open: want damage of %s, got %v, %v", test.name, p, err)
			}
			if _, err := OpenRead(dir); !errors.As(err, &d) || d.File != test.name {
				t.Errorf("read: want damage of %s, got %v", test.name, err)
			}
			if _, err := Reconstruct(dir, quick(), "try"); !errors.As(err, &d) || d.File != test.name {
				t.Errorf("reconstruct: want damage of %s, got %v", test.name, err)
			}
			if _, err := os.Lstat(outside); err == nil {
				t.Error("it wrote through the link")
			}
		})
	}
	t.Run("the folder itself", func(t *testing.T) {
		dir := small(t)
		link := filepath.Join(filepath.Dir(dir), "project-9")
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
		var d *Damage
		if _, err := Open(link, quick()); !errors.As(err, &d) {
			t.Errorf("want damage, got %v", err)
		}
	})
}
