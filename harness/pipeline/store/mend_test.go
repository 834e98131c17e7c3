package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// grown is a closed project with a dead letter, and its state.
func grown(t testing.TB) (string, project.State) {
	t.Helper()
	dir, p := created(t, quick())
	stages(t, p, 2)
	failing(t, p)
	state := p.State()
	closed(t, p)
	return dir, state
}

// same compares states but for what every entry changes.
func same(t testing.TB, want, got project.State) {
	t.Helper()
	want.Sequence, want.UpdatedAt, want.Checksum = got.Sequence, got.UpdatedAt, got.Checksum
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

func TestReconstruct(t *testing.T) {
	alter := func(s string) string { return strings.Replace(s, "e", "E", 1) }
	for _, name := range []string{"state.json", "dead_letters.json", "state.json.backup", "state.json.backup.3", "artifacts/intake.txt", "transitions.jsonl"} {
		for what, spoil := range map[string]func(string) string{"altered": alter, "emptied": func(string) string { return "" }} {
			t.Run(strings.ReplaceAll(name, "/", "~")+" "+what, func(t *testing.T) {
				dir, state := grown(t)
				old := spoil(files(t, dir)[name])
				write(t, dir, name, old)
				m, err := Reconstruct(dir, quick(), "it was altered")
				if name == "transitions.jsonl" {
					if err == nil || !strings.Contains(err.Error(), "no line that can be read") {
						t.Errorf("want a log without a first line to be refused, got %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				intact(t, dir)
				if len(m.Aside) != 1 || files(t, dir)[m.Aside[0]] != old {
					t.Errorf("want the damaged file aside, got %q", m.Aside)
				}
				p := opened(t, dir)
				same(t, state, p.State())
				closed(t, p)
			})
		}
	}
	t.Run("a log from line 3 on", func(t *testing.T) {
		dir, _ := grown(t)
		lines := strings.SplitAfter(files(t, dir)[logFile], "\n")
		lines[2] = strings.ToUpper(lines[2])
		write(t, dir, logFile, strings.Join(lines, ""))
		m, err := Reconstruct(dir, quick(), "all there is")
		if err != nil || m.Lost != len(lines)-3 {
			t.Errorf("want %d lines told to be lost, got %d, %v", len(lines)-3, m.Lost, err)
		}
		intact(t, dir)
	})
	t.Run("an object", func(t *testing.T) {
		dir, state := grown(t)
		name := object(state.Artifacts()["intake.txt"])
		write(t, dir, name, "other")
		named(t, dir, name, "altered")
		if _, err := Reconstruct(dir, quick(), "it was altered"); err != nil {
			t.Fatal(err)
		}
		intact(t, dir)
	})
	t.Run("what does not belong", func(t *testing.T) {
		dir, _ := grown(t)
		write(t, dir, "notes.txt", "mine")
		m, err := Reconstruct(dir, quick(), "tidy")
		if err != nil || files(t, dir)[m.Aside[0]] != "mine" {
			t.Errorf("want it aside, got %q, %v", m.Aside, err)
		}
		intact(t, dir)
	})
}

func TestRestore(t *testing.T) {
	t.Run("a checkpoint, the dead letters staying", func(t *testing.T) {
		dir, _ := grown(t)
		all, err := Backups(dir)
		if err != nil {
			t.Fatal(err)
		}
		want := []Backup{
			{Name: "state.json.backup", Sequence: 7, Status: project.Running, Stage: "plan"},
			{Name: "state.json.backup.5", Sequence: 5, Status: project.Running, Stage: "plan"},
			{Name: "state.json.backup.3", Sequence: 3, Status: project.Running, Stage: "specify"},
		}
		if diff := cmp.Diff(want, all); diff != "" {
			t.Errorf("backups (-want +got):\n%s", diff)
		}
		if _, err := Restore(dir, "state.json.backup.3", quick(), "back"); err != nil {
			t.Fatal(err)
		}
		intact(t, dir)
		p := opened(t, dir)
		defer closed(t, p)
		if s := p.State(); s.CurrentStage != "specify" || s.Status != project.Running || s.Sequence != 9 || s.DeadLetters != 1 {
			t.Errorf("want specify's turn and the dead letter kept, got %+v", s)
		}
	})
	t.Run("without its log", func(t *testing.T) {
		dir, state := grown(t)
		if err := os.Remove(filepath.Join(dir, logFile)); err != nil {
			t.Fatal(err)
		}
		if _, err := Restore(dir, "state.json", quick(), "the log is gone"); err != nil {
			t.Fatal(err)
		}
		intact(t, dir)
		p := opened(t, dir)
		defer closed(t, p)
		same(t, state, p.State())
		if len(p.Letters()) != 1 {
			t.Errorf("want its dead letter, got %v", p.Letters())
		}
	})
	t.Run("a log without its end", func(t *testing.T) {
		dir, state := grown(t)
		lines := strings.SplitAfter(files(t, dir)[logFile], "\n")
		write(t, dir, logFile, strings.Join(lines[:4], ""))
		named(t, dir, logFile, "cut at a line's end")
		if _, err := Restore(dir, "state.json", quick(), "the log was cut"); err != nil {
			t.Fatal(err)
		}
		intact(t, dir)
		p := opened(t, dir)
		defer closed(t, p)
		same(t, state, p.State())
	})
	for name, backup := range map[string]string{"another's folder": "../project-2/state.json", "no backup": "transitions.jsonl", "none": "state.json.backup.4", "damaged": "state.json.backup.3"} {
		t.Run(name, func(t *testing.T) {
			dir, _ := grown(t)
			write(t, dir, "state.json.backup.3", "{}")
			before := files(t, dir)
			if _, err := Restore(dir, backup, quick(), "try"); err == nil {
				t.Error("want it refused")
			}
			if diff := cmp.Diff(before, files(t, dir)); diff != "" {
				t.Errorf("files changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAccept(t *testing.T) {
	dir, state := grown(t)
	if _, err := Accept(dir, quick(), "nothing"); err == nil {
		t.Error("want nothing to accept")
	}
	write(t, dir, stateFile, strings.Replace(files(t, dir)[stateFile], `"status": "failed"`, `"status": "pending"`, 1))
	write(t, dir, "artifacts/intake.txt", "by hand")
	if _, err := Accept(dir, Options{Now: quick().Now, Actor: ""}, "who?"); err == nil {
		t.Error("want an actor")
	}
	if _, err := Accept(dir, quick(), "the service is back"); err != nil {
		t.Fatal(err)
	}
	intact(t, dir)
	p := opened(t, dir)
	defer closed(t, p)
	content, err := p.ReadArtifact("intake.txt")
	if string(content) != "by hand" || err != nil || p.State().Status != project.Pending || state.Status != project.Failed {
		t.Errorf("want the edits, got %s, %q, %v", p.State().Status, content, err)
	}
	for name, edit := range map[string]string{"no JSON": "{", "no such status": strings.Replace(files(t, dir)[stateFile], `"pending"`, `"lost"`, 1)} {
		t.Run(name, func(t *testing.T) {
			dir, _ := grown(t)
			write(t, dir, stateFile, edit)
			var d *Damage
			if _, err := Accept(dir, quick(), "so"); !errors.As(err, &d) || d.File != stateFile {
				t.Errorf("want it refused, got %v", err)
			}
		})
	}
}

// Of a log without a line that can be read nothing can be made: what is advised is what helps.
func TestALogWithoutALineIsNotToBeReconstructed(t *testing.T) {
	dir, _ := grown(t)
	write(t, dir, logFile, "# another file's\n")
	found, err := Check(dir)
	if err != nil || len(found) == 0 || found[0].Mend[0] != restore("project-1") {
		t.Fatalf("got %v, %v", found, err)
	}
	if _, err := Restore(dir, backupFile, quick(), "a test"); err != nil {
		t.Fatal(err)
	}
}
