package project_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// fresh is the state of a project that was created and has done nothing, after seq entries.
func fresh(seq int64, h *history) project.State {
	stages := map[project.Stage]project.StageState{}
	for _, s := range project.Stages {
		stages[s] = project.StageState{Status: "pending"}
	}
	return project.State{
		Version: 1, Project: "project-1", Sequence: seq, Seed: 7, Status: "pending", CurrentStage: "intake",
		CreatedAt: start, UpdatedAt: h.state.UpdatedAt, Stages: stages, Checkpoints: []project.Checkpoint{},
		CircuitBreakers: map[string]project.Breaker{}, QualityGates: map[string]project.Adjustment{},
	}
}

func TestCreated(t *testing.T) {
	h := begun(t)
	want := fresh(1, h)
	want.UpdatedAt = start
	if diff := cmp.Diff(want, h.state); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestBackToTheFirstStage: nothing of what was done is left, but the counts of what recovery did.
func TestBackToTheFirstStage(t *testing.T) {
	h := begun(t)
	h.upTo("plan")
	h.start("plan")
	h.fail("plan")
	h.must(project.Entry{Event: project.StageRetried, Stage: "plan"})
	h.must(by(project.Entry{Event: project.Restarted, Stage: "intake"}))
	want := fresh(9, h)
	want.RecoveryInfo = project.Recovery{LastError: "boom", Retries: 1}
	if diff := cmp.Diff(want, h.state); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestResumedAfter: each checkpoint has the stages after its own begin anew, and the last one none.
func TestResumedAfter(t *testing.T) {
	for i, stage := range project.Stages {
		h := begun(t)
		h.upTo("analyze")
		h.start("analyze")
		h.complete("analyze", nil)
		all := h.state.Checkpoints
		h.must(by(project.Entry{Event: project.Resumed, Detail: project.Detail(project.Resumption{Checkpoint: all[i].ID})}))
		pending, current := 0, project.Stages[min(i+1, len(all)-1)]
		for _, s := range h.state.Stages {
			if s.Status == "pending" {
				pending++
			}
		}
		if pending != len(all)-1-i || h.state.CurrentStage != current || h.state.RecoveryInfo.LastSuccessfulCheckpoint != all[i].ID {
			t.Errorf("after %s: want %d pending and %s next, got %d and %s, from %s", stage, len(all)-1-i, current, pending, h.state.CurrentStage, h.state.RecoveryInfo.LastSuccessfulCheckpoint)
		}
		if diff := cmp.Diff(all[:i+1], h.state.Checkpoints); diff != "" {
			t.Errorf("after %s: checkpoints (-want +got)\n%s", stage, diff)
		}
	}
}

// TestLettersArePurgedByName: each that is named, in any order, or none.
func TestLettersArePurgedByName(t *testing.T) {
	h := begun(t)
	for range 3 {
		h.start("intake")
		h.fail("intake")
		h.exhaust("intake")
		h.must(by(project.Entry{Event: project.Restarted, Stage: "intake"}))
	}
	ids := func() (all []string) {
		for _, l := range h.letters {
			all = append(all, l.ID)
		}
		return all
	}
	all := []string{"letter-4", "letter-8", "letter-12"}
	if diff := cmp.Diff(all, ids()); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
	if err := h.try(by(project.Entry{Event: project.LettersPurged, Detail: project.Detail(project.Purge{IDs: []string{"letter-4", "letter-5"}})})); err == nil {
		t.Error("want none purged, as one is not there")
	}
	if diff := cmp.Diff(all, ids()); diff != "" || h.state.DeadLetters != 3 {
		t.Errorf("(-want +got)\n%s", diff)
	}
	h.must(by(project.Entry{Event: project.LettersPurged, Detail: project.Detail(project.Purge{IDs: []string{"letter-12", "letter-4"}})}))
	if diff := cmp.Diff([]string{"letter-8"}, ids()); diff != "" || h.state.DeadLetters != 1 {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
