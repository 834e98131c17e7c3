package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestModes: whoever may read a file may read all, and only the owner writes, as far as the umask lets.
func TestModes(t *testing.T) {
	defer unix.Umask(unix.Umask(0))
	dir := filepath.Join(t.TempDir(), "deep", "er") // made too
	p, err := Create(dir, "project-1", 7, quick())
	if err != nil {
		t.Fatal(err)
	}
	stages(t, p, 2)
	closed(t, p)
	write(t, Dir(dir, "project-1"), stateFile, "{}")
	if _, err := Reconstruct(Dir(dir, "project-1"), quick(), "a test"); err != nil {
		t.Fatal(err)
	}
	if _, err := Renew(Dir(dir, "project-1"), 9, quick(), "a test"); err != nil {
		t.Fatal(err)
	}
	modes := map[fs.FileMode]int{}
	err = filepath.WalkDir(filepath.Dir(dir), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err == nil {
			modes[info.Mode()]++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[fs.FileMode]int{0o755 | fs.ModeDir: 13, 0o644: 16}, modes); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMendingSaysItAll: what was written, removed, kept and lost, by name and in order.
func TestMendingSaysItAll(t *testing.T) {
	dir := ruined(t)
	old := objects + "/cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4"
	intake := objects + "/8c031faa93eb8f6d8ee1ab356e83f0a1e0abac133db8e25bc1049360ea9949d8"
	m, err := Reconstruct(dir, quick(), "a test")
	if err != nil {
		t.Fatal(err)
	}
	if m.Before.Sequence != 6 || m.After.Sequence != 7 || m.After.Status != m.Before.Status {
		t.Errorf("want the log's state before, as state.json is none, and the one after: got %d, %d", m.Before.Sequence, m.After.Sequence)
	}
	got := map[string]any{"sequence": m.Sequence, "written": m.Written, "removed": m.Removed, "aside": m.Aside, "lost": m.Lost}
	want := map[string]any{
		"sequence": int64(7),
		"written":  []string{stateFile},
		"removed":  []string{"a/b.txt", "notes.txt"},
		"aside": []string{"damaged/7/transitions.jsonl", "damaged/7/a~b.txt", "damaged/7/notes.txt", "damaged/7/state.json", "damaged/7/state.json.backup",
			"damaged/7/artifacts~.objects~8c031faa93eb8f6d8ee1ab356e83f0a1e0abac133db8e25bc1049360ea9949d8",
			"damaged/7/artifacts~.objects~cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4"},
		"lost": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	left := files(t, dir)
	if left[old] != "" || left[intake] != "made by intake\n" {
		t.Errorf("want the object mended whose content is there, and the other gone, got %q, %q", left[intake], left[old])
	}
}

// TestATornByte is a torn line too: it is kept when a project is opened, and told as lost when it is mended.
func TestATornByte(t *testing.T) {
	dir := early(t)
	log := files(t, dir)[logFile]
	write(t, dir, logFile, log+"{")
	p, err := Open(dir, quick())
	if err != nil {
		t.Fatal(err)
	}
	closed(t, p)
	if got := files(t, dir); got[logFile] != log || got[logFile+".torn.4"] != "{" {
		t.Errorf("want it kept, got %q, %q", got[logFile], got[logFile+".torn.4"])
	}
	write(t, dir, logFile, log+"{")
	write(t, dir, stateFile, "{}")
	m, err := Reconstruct(dir, quick(), "a test")
	if err != nil || m.Lost != 1 {
		t.Errorf("want a line told as lost, got %d, %v", m.Lost, err)
	}
	intact(t, dir)
}
