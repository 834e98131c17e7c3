package store

import (
	"errors"
	"io/fs"
	"os"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"
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

// openFiles are how many this process has open.
func openFiles() (n int) {
	for fd := range 512 {
		if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil {
			n++
		}
	}
	return n
}

// TestNothingStaysOpen: whatever is done, and however it ends, the files and folders that it opened are closed.
func TestNothingStaysOpen(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which would close some
	all := looks(backupFile)
	all["check"] = func(dir string) error { _, err := Check(dir); return err }
	all["backups"] = func(dir string) error { _, err := Backups(dir); return err }
	all["begin afresh"] = func(dir string) error { _, err := Renew(dir, 9, quick(), "a test"); return err }
	all["create"] = func(dir string) error {
		p, err := Create(rootOf(dir), "project-1", 7, quick())
		if err != nil {
			return err
		}
		return p.Close()
	}
	for _, what := range []string{"open", "read"} {
		delete(all, what)
	}
	all["open and close"] = func(dir string) error { return within(nothing)(dir, quick()) }
	all["read and close"] = func(dir string) error {
		p, err := OpenRead(dir)
		if err != nil {
			return err
		}
		p.Holder()
		return p.Close()
	}
	for name, before := range map[string]func(testing.TB) string{
		"whole": early, "ruined": ruined, "no project": func(t testing.TB) string { return Dir(memory(t), "project-2") },
		"a link in it": func(t testing.TB) string {
			dir := early(t)
			if err := os.Symlink("state.json", dir+"/x"); err != nil {
				t.Fatal(err)
			}
			return dir
		},
		"a folder as its lock": func(t testing.TB) string { dir := early(t); inPlaceOf(t, dir, lockFile); return dir },
		"held": func(t testing.TB) string {
			dir, p := created(t, quick())
			t.Cleanup(func() { closed(t, p) })
			return dir
		},
	} {
		for what, do := range all {
			dir := before(t)
			open := openFiles()
			err := do(dir)
			if now := openFiles(); now != open {
				t.Errorf("%s, %s: something stays open after %v", name, what, err)
			}
		}
	}
	for _, u := range undertakings {
		dir := u.before(t)
		for at := 5; at > 0; at-- {
			o, _ := faultyAt(at)
			open := openFiles()
			err := u.do(dir, o)
			if now := openFiles(); now != open {
				t.Errorf("%s: something stays open after %v", u.name, err)
			}
		}
	}
}
