package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestNewestAreShown: of many transitions and runs the last few, oldest first, of all projects together.
func TestNewestAreShown(t *testing.T) {
	r := waiting.rig(t)
	if _, err := r.operator().Create("project-2", 2); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		r.at = rigStart.Add(time.Duration(i+1) * time.Hour)
		if _, _, err := r.operator().InvokeAgent(context0, fmt.Sprintf("project-%d", 2-i%2), "stub", "plan"); err != nil {
			t.Fatal(err)
		}
	}
	var last []int64
	s := must(r.operator().Status(id))(t)
	for _, e := range s.Last {
		last = append(last, e.Seq)
	}
	n := s.Sequence
	if d := cmp.Diff([]int64{n - 4, n - 3, n - 2, n - 1, n}, last); d != "" {
		t.Errorf("the last transitions (-want +got)\n%s", d)
	}
	var runs []string
	for _, run := range must(r.operator().CheckAgent("stub"))(t).Runs {
		runs = append(runs, fmt.Sprintf("%s %s %s %s", run.At.Format("15"), run.Project, run.Stage, run.Event))
	}
	want := []string{"00 project-1 implement stage_completed", "00 project-1 verify stage_completed", "00 project-1 integrate stage_completed",
		"00 project-1 harden stage_completed", "01 project-2 plan agent_invoked", "02 project-1 plan agent_invoked", "03 project-2 plan agent_invoked",
		"04 project-1 plan agent_invoked", "05 project-2 plan agent_invoked", "06 project-1 plan agent_invoked"}
	if d := cmp.Diff(want, runs); d != "" {
		t.Errorf("the stub's runs (-want +got)\n%s", d)
	}
	tail := must(r.operator().History(id, Filter{Event: project.AgentInvoked, Tail: 2}))(t)
	if len(tail) != 2 || tail[1].Seq != n || tail[0].Seq != n-1 {
		t.Errorf("the last two of an event: %+v", tail)
	}
	if all := must(r.operator().History(id, Filter{Tail: 1000}))(t); int64(len(all)) != n {
		t.Errorf("a longer tail than there is: %d of %d", len(all), n)
	}
}

// TestIncidentRecords: the whole text, with everything said of it and with as little as may be.
func TestIncidentRecords(t *testing.T) {
	for name, i := range map[string]Incident{
		"incident":      {Title: "No  model\n| at all", Severity: "high", Since: rigStart.Add(time.Hour), Cause: "The key had expired.", FollowUp: []string{"Rotate\nit.", "Say so."}},
		"incident_bare": {Title: "It failed", Severity: "low"},
	} {
		t.Run(name, func(t *testing.T) {
			r := failed.rig(t)
			r.at = rigStart.Add(time.Hour)
			must(r.operator().Escalate(context0, id, "low"))(t)
			r.at = rigStart.Add(2 * time.Hour)
			d := must(r.operator().RecordIncident(id, i))(t)
			path := filepath.Join(r.root, ".somas", "incidents", fmt.Sprintf("project-1-%d.md", r.state().Sequence))
			if len(d.Did) != 1 || d.Did[0] != "wrote "+path {
				t.Errorf("want it written to %s, got %q", path, d.Did)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			goldie.New(t).Assert(t, name, text)
		})
	}
}

// TestChangesAreTold: all that differs between two states and that an operator follows, in a fixed order, and nothing else.
func TestChangesAreTold(t *testing.T) {
	low, high := 1.0, 2.0
	before := project.State{Status: project.Running, CurrentStage: "plan", Stages: map[project.Stage]project.StageState{"plan": {Status: project.StageInProgress}}}
	after := project.State{Status: project.Pending, CurrentStage: "specify", DeadLetters: 2,
		Stages:      map[project.Stage]project.StageState{"plan": {Status: project.StagePending}, "intake": {Status: project.StageCompleted}},
		Checkpoints: []project.Checkpoint{{ID: "checkpoint-3"}}, RecoveryInfo: project.Recovery{LastSuccessfulCheckpoint: "checkpoint-3"},
		CircuitBreakers: map[string]project.Breaker{"forge": {State: project.BreakerIsOpen}, "ai_api": {State: project.BreakerIsClosed}},
		QualityGates:    map[string]project.Adjustment{"verify.latency": {Min: &low, Max: &high}},
	}
	want := []string{"status: running → pending", "current stage: plan → specify", "stage intake: none → completed", "stage plan: in_progress → pending",
		"checkpoints: 0 → 1", "last checkpoint: none → checkpoint-3", "breaker ai_api: none → closed", "breaker forge: none → open",
		"gate verify.latency: none → at least 1, at most 2", "dead letters: 0 → 2"}
	if d := cmp.Diff(want, changes(before, after)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if same := changes(after, after); same != nil {
		t.Errorf("of the same: %q", same)
	}
}
