package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestReadArtifact: what a stage holds, as it was kept, or damage that names the file.
func TestReadArtifact(t *testing.T) {
	dir, p := created(t, quick())
	defer p.Close()
	if err := stage(p, "intake"); err != nil {
		t.Fatal(err)
	}
	var name string
	for name = range p.State().Artifacts() {
		break
	}
	content, err := p.ReadArtifact(name)
	if err != nil || project.Digest(content) != p.State().Artifacts()[name] {
		t.Errorf("got %q, %v", content, err)
	}
	if _, err := p.ReadArtifact("none.md"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "no stage holds an artifact none.md") {
		t.Errorf("one that is none: got %v", err)
	}
	if _, err := p.Artifact("../none.md", nil); err == nil || !strings.Contains(err.Error(), "want a file's name") {
		t.Errorf("one elsewhere: got %v", err)
	}
	path := filepath.Join(dir, artifacts, name)
	for _, c := range []struct {
		name, found string
		spoil       func() error
	}{
		{"altered", "its content was altered: its digest is " + project.Digest([]byte("other")), func() error { return os.WriteFile(path, []byte("other"), 0o644) }},
		{"missing", "it is missing", func() error { return os.Remove(path) }},
	} {
		if err := c.spoil(); err != nil {
			t.Fatal(err)
		}
		_, err := p.ReadArtifact(name)
		var d *Damage
		if !errors.As(err, &d) || d.Found != c.found || d.File != artifacts+"/"+name || d.Expected != p.State().Artifacts()[name] {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// TestHeldErrorSaysByWhom: by whom and since when, as far as its lock tells.
func TestHeldErrorSaysByWhom(t *testing.T) {
	since := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for want, e := range map[string]*HeldError{
		"project-1 is in use by process 7 (ann) since 2026-01-01T12:00:00Z: wait for it, or end it": {"project-1", Holder{PID: 7, Actor: "ann", Since: since}},
		"project-1 is in use by a process that has only just taken it: wait for it, or end it":      {"project-1", Holder{}},
	} {
		if got := e.Error(); got != want {
			t.Errorf("want %s, got %s", want, got)
		}
	}
}

// TestNobodyHoldsWhatHasNoLock: a folder that was copied without its lock is nobody's.
func TestNobodyHoldsWhatHasNoLock(t *testing.T) {
	dir, p := created(t, quick())
	closed(t, p)
	if err := os.Remove(filepath.Join(dir, lockFile)); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRead(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if who := r.Holder(); who != nil || r.ID() != "project-1" {
		t.Errorf("%s: want nobody, got %v", r.ID(), who)
	}
}
