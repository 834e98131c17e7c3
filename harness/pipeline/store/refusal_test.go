package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestNothingIsWrittenAfterAWriteFailed: what is on the disk is not known any more, so the next has to look first.
func TestNothingIsWrittenAfterAWriteFailed(t *testing.T) {
	_, p := created(t, quick())
	defer p.Close()
	ops := 0
	p.disk = broken{p.disk, 2, &ops, true} // the second is the log's line
	for at := 2; p.failed == nil; at++ {
		ops = 0
		p.disk = broken{p.disk.(broken).disk, at, &ops, true}
		if err := p.Append(project.Entry{Event: project.StageStarted, Stage: "intake"}); err == nil {
			t.Fatal("want a full disk")
		}
	}
	before := p.State()
	err := p.Append(project.Entry{Event: project.Notified})
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "open the project again") {
		t.Errorf("an entry: got %v", err)
	}
	if _, err := p.Artifact("a.txt", []byte("a")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("an artifact: got %v", err)
	}
	if diff := cmp.Diff(before, p.State()); diff != "" {
		t.Errorf("its state (-was +is)\n%s", diff)
	}
}

// TestOnlyProjectsFoldersAreEntered: no other folder is read, written or mended, whatever is in it.
func TestOnlyProjectsFoldersAreEntered(t *testing.T) {
	dir, p := created(t, quick())
	closed(t, p)
	other := filepath.Join(filepath.Dir(dir), "elsewhere")
	if err := os.Rename(dir, other); err != nil {
		t.Fatal(err)
	}
	enter := map[string]func() error{
		"open":        func() error { _, err := Open(other, quick()); return err },
		"read":        func() error { _, err := OpenRead(other); return err },
		"check":       func() error { _, err := Check(other); return err },
		"backups":     func() error { _, err := Backups(other); return err },
		"reconstruct": func() error { _, err := Reconstruct(other, quick(), "a test"); return err },
		"accept":      func() error { _, err := Accept(other, quick(), "a test"); return err },
		"restore":     func() error { _, err := Restore(other, backupFile, quick(), "a test"); return err },
	}
	for name, do := range enter {
		if err := do(); err == nil || !strings.Contains(err.Error(), `project "elsewhere": want project-N`) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDamageSaysWhere(t *testing.T) {
	for _, c := range []struct {
		name string
		d    Damage
		want string
	}{
		{"a file", Damage{File: "state.json"}, "project-1/state.json: it is missing: want a state; to mend it: a, or b"},
		{"the log's first line", Damage{File: "transitions.jsonl", Line: 1}, "project-1/transitions.jsonl:1 (byte 0): it is missing: want a state; to mend it: a, or b"},
		{"a later line", Damage{File: "transitions.jsonl", Line: 3, Offset: 70}, "project-1/transitions.jsonl:3 (byte 70): it is missing: want a state; to mend it: a, or b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.d.Project, c.d.Found, c.d.Expected, c.d.Mend = "project-1", "it is missing", "a state", []string{"a", "b"}
			if diff := cmp.Diff(c.want, c.d.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestWhileAnotherIsAtWork: who holds a project is told to whoever would change it, dry or in earnest; it can be looked at.
func TestWhileAnotherIsAtWork(t *testing.T) {
	dir, p := created(t, quick())
	defer closed(t, p)
	before := files(t, dir)
	for what, do := range looks(stateFile) {
		err := do(dir)
		var held *HeldError
		if what == "read" || what == "stuck" {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		} else if !errors.As(err, &held) || held.Project != "project-1" || held.PID != os.Getpid() || held.Actor != "engine" {
			t.Errorf("%s: want to be told who holds it, got %v", what, err)
		}
	}
	if diff := cmp.Diff(before, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestAnotherEntryThanTheOneThatFailed: nothing of what could not be written is left, in memory or on the disk.
func TestAnotherEntryThanTheOneThatFailed(t *testing.T) {
	for at := 1; at <= 6; at++ { // the folder is prepared, then the log's line is written
		dir, p := created(t, quick())
		before, real := files(t, dir), p.disk
		p.disk = faulty{real, at, new(int)}
		if err := p.Append(project.Entry{Event: project.StageStarted, Stage: "intake"}); !errors.Is(err, errDisk) || errors.Is(err, ErrHappened) {
			t.Fatalf("operation %d: got %v", at, err)
		}
		if diff := cmp.Diff(before, files(t, dir)); diff != "" {
			t.Errorf("operation %d: files (-want +got):\n%s", at, diff)
		}
		p.disk = real
		if (p.failed != nil) != (at == 6) {
			t.Errorf("operation %d: want it given up where a sync failed alone, got %v", at, p.failed)
		}
		if p.failed == nil {
			appended(t, p, project.Entry{Event: project.Notified, Reason: "something else"}, project.Entry{Event: project.StageStarted, Stage: "intake"})
		} else if err := p.Append(project.Entry{Event: project.Notified}); !errors.Is(err, errDisk) {
			t.Errorf("operation %d: want nothing written until it is opened again, got %v", at, err)
		}
		closed(t, p)
		intact(t, dir)
	}
}

// TestALineThatCanNotBeCutOff: what is half there may be taken for something, so nothing is written behind it.
func TestALineThatCanNotBeCutOff(t *testing.T) {
	dir, p := created(t, quick())
	ops := 0
	p.disk = broken{p.disk, 3, &ops, true} // after two files that are prepared
	err := p.Append(project.Entry{Event: project.StageStarted, Stage: "intake"})
	if !errors.Is(err, syscall.ENOSPC) || !errors.Is(err, syscall.EIO) {
		t.Errorf("want to be told of both, got %v", err)
	}
	p.disk = p.disk.(broken).disk
	if err := p.Append(project.Entry{Event: project.Notified}); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "open the project again") {
		t.Errorf("the next: got %v", err)
	}
	closed(t, p)
	closed(t, opened(t, dir))
	intact(t, dir)
}
