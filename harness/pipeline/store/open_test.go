package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func TestOneAtATime(t *testing.T) {
	dir, p := created(t, options())
	var held *HeldError
	if _, err := Open(dir, options()); !errors.As(err, &held) || held.PID != os.Getpid() || held.Actor != "engine" || held.Since.IsZero() {
		t.Errorf("want to be told who holds it, got %v", err)
	}
	if _, err := Reconstruct(dir, quick(), "meanwhile"); !errors.As(err, &held) {
		t.Errorf("want no repair meanwhile, got %v", err)
	}
	if _, err := Renew(dir, 7, quick(), "meanwhile"); !errors.As(err, &held) {
		t.Errorf("want no archiving meanwhile, got %v", err)
	}
	appended(t, p, project.Entry{Event: project.StageStarted, Stage: "intake"})
	r, err := OpenRead(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.State().Sequence != 2 || r.Holder() == nil {
		t.Errorf("want it to be read meanwhile, and its holder, got %d, %v", r.State().Sequence, r.Holder())
	}
	if at, err := Stuck(dir); at != "" || err != nil {
		t.Errorf("want nothing stuck while somebody works, got %q, %v", at, err)
	}
	closed(t, p)
	if r.Holder() != nil {
		t.Errorf("want no holder, got %v", r.Holder())
	}
	if at, err := Stuck(dir); at != "intake" || err != nil {
		t.Errorf("want intake stuck, got %q, %v", at, err)
	}
	if err := r.Append(project.Entry{Event: project.Notified}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("want it read only, got %v", err)
	}
	if _, err := r.Artifact("a", nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("want it read only, got %v", err)
	}
	closed(t, r)
}

// TestReadWhileWritten reads a project over and over that an engine works at: none of the looks may
// take a change for damage.
func TestReadWhileWritten(t *testing.T) {
	dir, p := created(t, quick())
	worked := make(chan error, 1)
	go func() { worked <- work(p) }()
	last, looks := int64(0), 0
	for err := error(nil); err == nil && last < 57; looks++ {
		var r *Project
		if r, err = OpenRead(dir); err != nil {
			t.Error(err)
			break
		}
		if seq := r.State().Sequence; seq < last {
			t.Errorf("want no entry unread, got %d after %d", seq, last)
		} else {
			last = seq
		}
		closed(t, r)
	}
	if err := <-worked; err != nil {
		t.Error(err)
	}
	t.Logf("%d looks", looks)
	closed(t, p)
	intact(t, dir)
}

// work appends entries 2 to 57.
func work(p *Project) error {
	for range 8 {
		for _, name := range project.Stages[:3] {
			if err := stage(p, name); err != nil {
				return err
			}
		}
		if err := p.Append(project.Entry{Event: project.Restarted, Stage: "intake", Actor: "ann", Reason: "again"}); err != nil {
			return err
		}
	}
	return nil
}

func TestIDs(t *testing.T) {
	root := t.TempDir()
	for _, id := range []string{"", ".", "..", "../project-1", "project-0", "project-01", "project-1000000001", "project-1/..", "project--1", "Project-1", "project-1 ", "project-１", "project-1\n", "project-9999999999999999999"} {
		if _, err := Create(root, id, 1, quick()); err == nil {
			t.Errorf("%q: want it refused", id)
		}
		if _, err := Open(filepath.Join(root, id), quick()); err == nil {
			t.Errorf("open %q: want it refused", id)
		}
	}
	for _, id := range []string{"project-10", "project-9", "project-1000000000"} {
		p, err := Create(root, id, 1, quick())
		if err != nil {
			t.Fatal(err)
		}
		closed(t, p)
	}
	if _, err := Create(root, "project-9", 1, quick()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("want it taken, got %v", err)
	}
	if _, err := Open(Dir(root, "project-8"), quick()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("want no such project, got %v", err)
	}
	got, err := Projects(root)
	if diff := cmp.Diff([]string{"project-9", "project-10", "project-1000000000"}, got); diff != "" || err != nil {
		t.Errorf("projects: %v (-want +got):\n%s", err, diff)
	}
	if got, err := Projects(t.TempDir()); got != nil || err != nil {
		t.Errorf("want none, got %v, %v", got, err)
	}
}

// TestAnyHistory appends what the table allows, in any order, and reads it all back after each.
func TestAnyHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats much; the other pass has it")
	}
	rapid.Check(t, func(rt *rapid.T) {
		dir, p := created(t, quick())
		for range rapid.IntRange(1, 25).Draw(rt, "entries") {
			e := anyEntry(rt, p)
			before := p.State()
			if err := p.Append(e); err != nil {
				var refused *project.NotAllowed
				if !errors.As(err, &refused) {
					rt.Fatalf("%s: %v", e.Event, err)
				}
				if diff := cmp.Diff(before, p.State()); diff != "" {
					rt.Fatalf("%s was refused, and changed the state (-want +got):\n%s", e.Event, diff)
				}
				continue
			}
			r, err := OpenRead(dir) // which folds the log, and holds every file to it
			if err != nil {
				rt.Fatalf("after %s: %v", e.Event, err)
			}
			state, letters, err := project.Fold(r.Entries())
			if diff := cmp.Diff(p.State(), state) + cmp.Diff(p.Letters(), letters); diff != "" || err != nil {
				rt.Fatalf("after %s: %v (-appended +folded):\n%s", e.Event, err, diff)
			}
			closed(t, r)
		}
		closed(t, p)
	})
}

// anyEntry is one that the project's status may allow.
func anyEntry(rt *rapid.T, p *Project) project.Entry {
	s := p.State()
	e := project.Entry{Event: rapid.SampledFrom(project.Table).Draw(rt, "row").Event, Stage: s.CurrentStage, Service: "api", Actor: "ann", Reason: "so"}
	details := map[project.Event]any{
		project.StageGaveError: project.Failure{Kind: project.Transient, Message: "boom"}, project.RetriesExhausted: project.Failure{Kind: project.Transient, Message: "boom"},
		project.BreakerCounted: project.Count{Failures: 1}, project.QualityGateMoved: project.Move{Gate: "verify.coverage", Max: new(float64)},
	}
	switch e.Event {
	case project.StageDone, project.DebuggerInvoked:
		name := string(s.CurrentStage) + rapid.SampledFrom([]string{".txt", ".json", "/x.md"}).Draw(rt, "name")
		digest, err := p.Artifact(name, []byte(rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "content")))
		if err != nil {
			rt.Fatal(err)
		}
		details[e.Event] = project.Completion{Artifacts: map[string]string{name: digest}}
	case project.Restarted:
		e.Stage = rapid.SampledFrom(project.Stages).Draw(rt, "stage")
	case project.Resumed:
		if n := len(s.Checkpoints); n > 0 {
			details[e.Event] = project.Resumption{Checkpoint: s.Checkpoints[rapid.IntRange(0, n-1).Draw(rt, "checkpoint")].ID}
		}
	case project.LetterReplayed, project.LettersPurged:
		if l := p.Letters(); len(l) > 0 {
			details[project.LetterReplayed], details[project.LettersPurged] = project.Replayed{ID: l[0].ID}, project.Purge{IDs: []string{l[0].ID}}
		}
	case project.Restored:
		details[e.Event] = project.Takeover{Source: "x", State: p.history.states[rapid.IntRange(1, len(p.history.entries)).Draw(rt, "back")]}
	}
	if d, ok := details[e.Event]; ok {
		e.Detail = project.Detail(d)
	}
	return e
}
