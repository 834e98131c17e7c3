package project_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestDefaultsWrittenOut: the defaults are these, setting by setting.
func TestDefaultsWrittenOut(t *testing.T) {
	want, err := project.ParseConfig("config.yml", []byte(`
pipeline: {enabled: true, stage_timeout: 1h, stage_timeouts: {implement: 4h}, human_gates: [release]}
error_handling: {retries: 3, debugger: debugger, circuit_breaker: {failure_threshold: 5, recovery_timeout: 60, half_open_requests: 3}}
quality_gates: {verify: {coverage: 80, failed_tests: 0}}
monitoring:
  alerts: {enabled: true, thresholds: {pipeline_duration_hours: 72, error_rate_percent: 20, human_wait_time_hours: 48, dead_letters: 10, stage_retries: 3}}
  notifications: {enabled: true, notify_on: [stage_completed, human_gate_opened, error_occurred, pipeline_completed]}
agents: {default: stub}
`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, project.Config{}.Defaults()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestEveryStatusIsListed: what can be is what the lists of it say, in the order that people read them in.
func TestEveryStatusIsListed(t *testing.T) {
	type lists struct {
		Statuses      []project.Status
		StageStatuses []project.StageStatus
		Breakers      []project.BreakerState
		Notifications []string
		Kinds         []project.ErrorKind
		Stages        []project.Stage
	}
	want := lists{
		[]project.Status{"pending", "running", "waiting", "failed", "completed", "stopped"},
		[]project.StageStatus{"pending", "in_progress", "waiting", "completed", "failed"},
		[]project.BreakerState{"closed", "open", "half_open"},
		[]string{"stage_completed", "human_gate_opened", "error_occurred", "pipeline_completed"},
		[]project.ErrorKind{"transient", "validation", "permanent"},
		[]project.Stage{"intake", "specify", "plan", "decompose", "implement", "verify", "integrate", "harden", "release", "operate", "analyze"},
	}
	got := lists{project.Statuses, project.StageStatuses, project.BreakerStates, project.Notifications, project.ErrorKinds, project.Stages}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for i, s := range got.Stages {
		next := project.Stage("")
		if i+1 < len(got.Stages) {
			next = got.Stages[i+1]
		}
		if s.Index() != i || s.Next() != next {
			t.Errorf("%s: want number %d and %q next, got %d and %q", s, i, next, s.Index(), s.Next())
		}
	}
	if none := project.Stage("deploy"); none.Index() >= 0 || none.Next() != "" {
		t.Errorf("deploy is no stage: got number %d, next %q", none.Index(), none.Next())
	}
}

// TestTableWrites: what each event may change on the disk, beside the log and the state.
func TestTableWrites(t *testing.T) {
	more := map[project.Event][]project.File{
		project.Created:          {project.LettersFile},
		project.StageDone:        {project.ArtifactsDir},
		project.DebuggerInvoked:  {project.ArtifactsDir},
		project.RetriesExhausted: {project.LettersFile},
		project.LetterReplayed:   {project.LettersFile},
		project.LettersPurged:    {project.LettersFile},
		project.Accepted:         {project.LettersFile, project.ArtifactsDir},
		project.Restored:         {project.LettersFile, project.ArtifactsDir},
		project.RolledBack:       {project.LettersFile, project.ArtifactsDir},
		project.Reconstructed:    {project.LettersFile, project.ArtifactsDir},
	}
	for _, row := range project.Table {
		want := append(append([]project.File{project.Log}, more[row.Event]...), project.StateFile)
		if diff := cmp.Diff(want, row.Writes); diff != "" {
			t.Errorf("%s writes (-want +got)\n%s", row.Event, diff)
		}
	}
}
