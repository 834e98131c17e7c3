package runbook

import (
	"os"
	"path/filepath"
	"testing"
)

// TestOwnBooks: this tool's runbooks are strict, and nothing is wrong with them; links to the
// files beside them are followed.
func TestOwnBooks(t *testing.T) {
	books, err := ParseAll(Books)
	if err != nil {
		t.Fatal(err)
	}
	read := func(path string) ([]byte, error) { return os.ReadFile(filepath.FromSlash(path)) }
	for _, b := range books {
		if !b.Strict {
			t.Errorf("%s.md does not say <!-- runbook: strict -->", b.Name)
		}
		for _, p := range Lint(b, Surroundings{Books: books, Read: read}) {
			t.Error(p)
		}
	}
}

func TestFoldersOfNothing(t *testing.T) {
	if _, err := ParseAll(os.DirFS(t.TempDir())); err == nil {
		t.Error("a folder without a runbook was accepted")
	}
	if _, err := ScanAll(os.DirFS(t.TempDir())); err == nil {
		t.Error("a folder without a scenario was accepted")
	}
}
