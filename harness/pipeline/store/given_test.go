package store

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

// TestNothingIsTakenForGrantedOfAFolderThatIsGivenUp: whatever is read or written there fails, and none of it is
// taken for a file that is missing.
func TestNothingIsTakenForGrantedOfAFolderThatIsGivenUp(t *testing.T) {
	dir := ruined(t)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := look(root, "project-1")
	if err != nil {
		t.Fatal(err)
	}
	if err := root.Close(); err != nil {
		t.Fatal(err)
	}
	p := &Project{id: "project-1", root: root, disk: folder{root}, options: quick(), history: s.history}
	n, _ := s.history.last()
	for name, do := range map[string]func() error{
		"look":         func() error { _, err := look(root, "project-1"); return err },
		"look, steady": func() error { _, err := lookSteady(root, "project-1"); return err },
		"look, log":    func() error { _, err := lookLog(root, "project-1"); return err },
		"holder":       func() error { _, err := holderOf(root); return err },
		"take":         func() error { _, err := take(root, "project-1", Holder{}); return err },
		"backups":      func() error { _, err := s.backups(root); return err },
		"documents":    func() error { return s.documents(root) },
		"acceptance": func() error {
			_, err := edited(root, "project-1", stateFile, func([]byte) (int, error) { return 0, nil })
			return err
		},
		"asides":   func() error { _, err := p.asides(s); return err },
		"relog":    func() error { return p.relog(s) },
		"rescue":   func() error { return p.rescue(s) },
		"drop":     func() error { return p.drop([]string{"a"}) },
		"keep":     func() error { return p.keep("sha256:0", nil) },
		"changes":  func() error { _, err := p.changes(map[string]string{}, n); return err },
		"create":   func() error { return p.disk.Create("a", nil) },
		"append":   func() error { return p.disk.Append("a", nil) },
		"truncate": func() error { return p.disk.Truncate("a", 0) },
		"sync":     func() error { return p.disk.Sync("a") },
		"rename":   func() error { return p.disk.Rename("a", "b") },
		"remove":   func() error { return p.disk.Remove("a") },
		"mkdir":    func() error { return p.disk.Mkdir("a") },
		"put":      func() error { return put(p.disk, "a/b", nil) },
		"prepare":  func() error { return prepare(p.disk, "a", nil) },
		"artifact": func() error { _, err := p.ReadArtifact("intake.txt"); return err },
	} {
		var d *Damage
		if err := do(); errors.As(err, &d) && name == "acceptance" && d.Found != "" {
			continue
		} else if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if who := p.Holder(); who != nil {
		t.Errorf("holder: got %v", who)
	}
	if at := s.ahead(root); at != 0 {
		t.Errorf("ahead: got %d", at)
	}
	if got := s.filed(root); got.Sequence != int64(n) {
		t.Errorf("filed: want the log's state, after %d, got %d", n, got.Sequence)
	}
	if got := fingerprint(root); got != "" {
		t.Errorf("fingerprint: got %q", got)
	}
}
