package cmd

import (
	"os"
	"path/filepath"
	"testing"
)

// An explanation that was killed can't remove its folder; the next one does, and leaves alone what
// is under way, what is not a folder, and what is somebody else's.
func TestFoldersOfKilledExplanations(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	left := filepath.Join(tmp, explainFolders+"1", "work", "explain")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(tmp, explainFolders+"2")); err != nil {
		t.Fatal(err)
	}
	others := filepath.Join(tmp, "other")
	if err := os.Mkdir(others, 0o700); err != nil {
		t.Fatal(err)
	}

	first, removeFirst, err := explainFolder()
	if err != nil {
		t.Fatal(err)
	}
	second, removeSecond, err := explainFolder()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{first, second, elsewhere, others} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("want it left alone: %v", err)
		}
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s: %v; want it removed", left, err)
	}
	removeFirst()
	removeSecond()
	for _, path := range []string{first, second} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s: %v; want it removed", path, err)
		}
	}
}
