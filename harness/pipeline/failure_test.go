package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// TestFailuresOfAgents: what an agent returns is a failure of a kind, whatever it is, and says so in words.
func TestFailuresOfAgents(t *testing.T) {
	own := &Failure{Kind: project.Transient, Service: "forge", Message: "503"}
	for _, c := range []struct {
		name string
		err  error
		want *Failure
		says string
	}{
		{"none", nil, nil, ""},
		{"its own", own, own, "transient (forge): 503"},
		{"its own, wrapped", fmt.Errorf("plan: %w", own), own, "transient (forge): 503"},
		{"a time limit", fmt.Errorf("plan: %w", context.DeadlineExceeded),
			&Failure{Kind: project.Transient, Message: "took longer than its time limit"}, "transient: took longer than its time limit"},
		{"anything else", errors.New("nil map"), &Failure{Kind: project.Permanent, Message: "nil map"}, "permanent: nil map"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := failureOf(c.err)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if got != nil && got.Error() != c.says {
				t.Errorf("want %s, got %s", c.says, got)
			}
		})
	}
}

// TestFilesThatMayNotBe: an answer's files are refused with the name that is wrong.
func TestFilesThatMayNotBe(t *testing.T) {
	for _, c := range []struct{ name, file, at, says string }{
		{"elsewhere", "../x", "intake", `artifact "../x": want a file's name`},
		{"another stage's", "intake.md", "specify", "artifact intake.md is stage intake's: give it another name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, noGates, works(func(task Task) (Answer, error) {
				if task.Stage == project.Stage(c.at) {
					return Answer{Artifacts: map[string]string{c.file: "x"}}, nil
				}
				return Answer{}, nil
			}))
			out := r.run(WhyFailed)
			failed := r.state().Stages[project.Stage(c.at)]
			if !strings.Contains(failed.Error, c.says) || !strings.Contains(out.Message, c.says) {
				t.Errorf("want %q, got %q and %q", c.says, failed.Error, out.Message)
			}
			letters, err := r.operator().DeadLetters(id)
			if err != nil || len(letters) != 1 || letters[0].Kind != project.Permanent || letters[0].Attempts != 1 {
				t.Errorf("want a permanent failure, given up at once, got %+v, %v", letters, err)
			}
		})
	}
}

// TestRestoreOfADamagedBackup: it is not taken, and what is wrong with it is said.
func TestRestoreOfADamagedBackup(t *testing.T) {
	r := failed.rig(t)
	if err := os.WriteFile(filepath.Join(store.Dir(r.root, id), "state.json.backup"), []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := files(t, r.root)
	_, err := r.operator().Restore(id, "state.json.backup")
	if err == nil || !strings.HasPrefix(err.Error(), "project-1/state.json.backup: ") ||
		!strings.Contains(err.Error(), "take another: shadowrun pipeline backups project-1") {
		t.Errorf("got %v", err)
	}
	if d := cmp.Diff(before, files(t, r.root)); d != "" {
		t.Errorf("it was refused, and wrote (-was +is)\n%s", d)
	}
}

// TestRollbackWithoutLetters: where the revision has no dead letters, those of today stay; ones that are none are refused.
func TestRollbackWithoutLetters(t *testing.T) {
	needsGit(t)
	r := failed.rig(t)
	letters := filepath.Join(store.Dir(r.root, id), "dead_letters.json")
	kept, err := os.ReadFile(letters)
	if err != nil {
		t.Fatal(err)
	}
	gitRun(t, r.root, "init", "-q")
	if err := os.Remove(letters); err != nil {
		t.Fatal(err)
	}
	commitAll(t, r.root, "without letters")
	if err := os.WriteFile(letters, []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	commitAll(t, r.root, "with letters that are none")
	if err := os.WriteFile(letters, kept, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.operator().Rollback(t.Context(), id, "HEAD"); err == nil || !strings.Contains(err.Error(), "dead_letters.json at HEAD: ") {
		t.Errorf("letters that are none: got %v", err)
	}
	if _, err := r.operator().Rollback(t.Context(), id, "HEAD~1"); err != nil {
		t.Fatal(err)
	}
	if got, err := r.operator().DeadLetters(id); err != nil || len(got) != 1 {
		t.Errorf("want today's letter, got %v, %v", got, err)
	}
	if _, err := (Operator{Root: r.root, Now: r.now}).RollbackConfig(t.Context(), "HEAD"); err == nil || !strings.Contains(err.Error(), "give an actor and a reason") {
		t.Errorf("a rollback by nobody: got %v", err)
	}
	_, err = r.operator().RollbackConfig(t.Context(), "HEAD~7")
	if err == nil || !strings.Contains(err.Error(), "without letters") {
		t.Errorf("want the revisions there are, got %v", err)
	}
}

// TestRecoveryOfAStateFromElsewhere: a failed stage of which the log has no failure is tried again, for the reason that the
// state gives.
func TestRecoveryOfAStateFromElsewhere(t *testing.T) {
	r := newRig(t, noGates, faulty("plan", 0, ""))
	s := r.state()
	intake := s.Stages["intake"]
	intake.Status, intake.Error = project.StageFailed, "the night shift saw it fail"
	s.Stages["intake"], s.Status = intake, project.Running
	text, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(store.Dir(r.root, id), "state.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.operator().Accept(id); err != nil {
		t.Fatal(err)
	}
	r.run(WhyCompleted)
	retried, err := r.operator().History(id, Filter{Event: project.StageRetried})
	if err != nil || len(retried) != 1 || retried[0].Reason != "the night shift saw it fail" || retried[0].Actor != "engine" {
		t.Errorf("want it retried for that reason, got %+v, %v", retried, err)
	}
}
