package project_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestErrorRateBeginsAnew: what took a project back lets old failures rest, and nothing else does.
func TestErrorRateBeginsAnew(t *testing.T) {
	anew := []project.Event{"restarted", "resumed", "dead_letter_replayed", "restored", "rolled_back", "accepted"}
	var failed []project.Entry
	for range 9 {
		failed = append(failed, project.Entry{Event: project.StageGaveError})
	}
	s := standing(t, project.Running, project.StagePending).state
	s.CreatedAt = start
	stage(&s, func(v *project.StageState) { v.StartedAt = nil })
	var got []project.Event
	for _, row := range project.Table {
		found := project.Health(s, append(slices.Clone(failed), project.Entry{Event: row.Event}), project.Config{}.Defaults(), start)
		if !slices.ContainsFunc(found, func(f project.Finding) bool { return f.What == "error_rate" }) {
			got = append(got, row.Event)
		}
	}
	slices.Sort(anew)
	slices.Sort(got)
	if diff := cmp.Diff(anew, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestFindingsSayWhatTheyMeasured: value, limit and words of each.
func TestFindingsSayWhatTheyMeasured(t *testing.T) {
	s := standing(t, project.Running, project.StageInProgress).state
	s.CreatedAt, s.DeadLetters = start.Add(-100*hour), 7
	stage(&s, func(v *project.StageState) { begun := start.Add(-2 * hour); v.StartedAt, v.Retries = &begun, 4 })
	plan := s.Stages["plan"]
	since := start.Add(-30 * hour)
	plan.Status, plan.StartedAt = project.StageWaiting, &since
	s.Stages["plan"] = plan
	entries := []project.Entry{{Event: project.StageDone}, {Event: project.StageGaveError}, {Event: project.StageDone}, {Event: project.StageGaveError}, {Event: project.StageDone}}
	want := []project.Finding{
		{Level: "warning", What: "held", Value: 1, Detail: "held by the open circuit breaker of opened, until 2026-01-01T12:15:00Z"},
		{Level: "critical", What: "duration", Value: 100, Limit: 72, Detail: "created 100.0 hours ago and not completed"},
		{Level: "warning", What: "human_wait", Stage: "plan", Value: 30, Limit: 24, Detail: "stage plan waits for a person since 30.0 hours"},
		{Level: "critical", What: "retries", Stage: "verify", Value: 4, Limit: 3, Detail: "stage verify was retried 4 times"},
		{Level: "critical", What: "timeout", Stage: "verify", Value: 7200, Limit: 3600, Detail: "stage verify is in progress since 2h0m0s; its time-out is 1h0m0s"},
		{Level: "critical", What: "error_rate", Value: 40, Limit: 20, Detail: "2 of 5 attempts failed"},
		{Level: "warning", What: "dead_letters", Value: 7, Limit: 5, Detail: "7 dead letters"},
	}
	if diff := cmp.Diff(want, project.Health(s, entries, project.Config{}.Defaults(), start)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := project.Health(project.State{}, entries, project.Config{}.Defaults(), start); got != nil {
		t.Errorf("a project that was not created: got %v", got)
	}
}

const hour = 60 * 60 * 1_000_000_000

// TestWarnings are a part of the thresholds, and never below nothing.
func TestWarnings(t *testing.T) {
	for _, c := range []struct{ critical, want project.Thresholds }{
		{project.Thresholds{}, project.Thresholds{}},
		{project.Thresholds{StageRetries: 1}, project.Thresholds{}},
		{project.Thresholds{StageRetries: 2}, project.Thresholds{StageRetries: 1}},
		{project.Thresholds{PipelineDurationHours: 9, ErrorRatePercent: 8, HumanWaitTimeHours: 6, DeadLetters: 5, StageRetries: 4},
			project.Thresholds{PipelineDurationHours: 3, ErrorRatePercent: 4, HumanWaitTimeHours: 3, DeadLetters: 2.5, StageRetries: 3}},
	} {
		if diff := cmp.Diff(c.want, c.critical.Warning()); diff != "" {
			t.Errorf("%+v (-want +got)\n%s", c.critical, diff)
		}
	}
}
