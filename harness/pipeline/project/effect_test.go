package project_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestEffects says of each event what it changes, by the paths in the state, beside statuses,
// sequence and time.
func TestEffects(t *testing.T) {
	digest := project.Digest(nil)
	for _, test := range []struct {
		name   string
		event  project.Event
		status project.Status
		stage  project.StageStatus
		change func(s *project.State, now time.Time)
	}{
		{"an attempt is counted and timed", project.StageStarted, "running", "pending", func(s *project.State, now time.Time) {
			stage(s, func(v *project.StageState) { v.Attempts, v.StartedAt = 2, &now })
		}},
		{"a completed stage has artifacts, a checkpoint, and a successor", project.StageDone, "running", "in_progress", func(s *project.State, now time.Time) {
			held := map[string]string{"report.json": digest}
			stage(s, func(v *project.StageState) { v.CompletedAt, v.Error, v.Artifacts = &now, "", held })
			s.CurrentStage = "integrate"
			s.Checkpoints = append(s.Checkpoints, project.Checkpoint{ID: "checkpoint-18", Stage: "verify", Sequence: 18, At: now, Artifacts: held})
			s.RecoveryInfo.LastSuccessfulCheckpoint = "checkpoint-18"
		}},
		{"a failure is kept", project.StageGaveError, "running", "in_progress", func(s *project.State, _ time.Time) {
			stage(s, func(v *project.StageState) { v.Error = "bad" })
			s.RecoveryInfo.LastError = "bad"
		}},
		{"a retry is an attempt too", project.StageRetried, "running", "failed", func(s *project.State, now time.Time) {
			stage(s, func(v *project.StageState) { v.Attempts, v.Retries, v.StartedAt = 2, 1, &now })
			s.RecoveryInfo.Retries = 1
		}},
		{"the debugger leaves artifacts", project.DebuggerInvoked, "running", "failed", func(s *project.State, _ time.Time) {
			stage(s, func(v *project.StageState) { v.Artifacts = map[string]string{"hint.txt": digest} })
			s.RecoveryInfo.DebuggerInvocations = 1
		}},
		{"a stage given up leaves a dead letter", project.RetriesExhausted, "running", "failed", func(s *project.State, _ time.Time) {
			stage(s, func(v *project.StageState) { v.Error = "bad" })
			s.RecoveryInfo.LastError, s.DeadLetters = "bad", 2
		}},
		{"an interruption is counted, not retried", project.Interrupted, "running", "in_progress", func(s *project.State, _ time.Time) {
			stage(s, func(v *project.StageState) { v.StartedAt = nil })
			s.RecoveryInfo.Interruptions = 1
		}},
		{"a gate's wait begins", project.GateOpened, "running", "pending", func(s *project.State, now time.Time) {
			stage(s, func(v *project.StageState) { v.StartedAt = &now })
		}},
		{"an approval is kept", project.GateApproved, "waiting", "waiting", func(s *project.State, now time.Time) {
			stage(s, func(v *project.StageState) { v.StartedAt, v.ApprovedAt = nil, &now })
		}},
		{"a rejection says by whom and why", project.GateRejected, "waiting", "waiting", func(s *project.State, _ time.Time) {
			stage(s, func(v *project.StageState) { v.Error = "rejected by ann: because" })
			s.RecoveryInfo.LastError = "rejected by ann: because"
		}},
		{"a probe that fails opens", project.BreakerOpened, "running", "failed", func(s *project.State, now time.Time) {
			s.CircuitBreakers["half"] = project.Breaker{State: "open", Failures: 2, OpenedAt: &now}
		}},
		{"an open breaker is probed", project.BreakerHalfOpened, "running", "failed", func(s *project.State, _ time.Time) {
			opened := s.CircuitBreakers["opened"].OpenedAt
			s.CircuitBreakers["opened"] = project.Breaker{State: "half_open", Failures: 1, OpenedAt: opened}
		}},
		{"probes close", project.BreakerClosed, "running", "failed", func(s *project.State, _ time.Time) {
			s.CircuitBreakers["half"] = project.Breaker{State: "closed"}
		}},
		{"counts are kept", project.BreakerCounted, "running", "failed", func(s *project.State, _ time.Time) {
			b := s.CircuitBreakers["half"]
			b.Failures, b.Probes = 1, 2
			s.CircuitBreakers["half"] = b
		}},
		{"a tripped breaker is forced", project.BreakerTripped, "running", "failed", func(s *project.State, now time.Time) {
			s.CircuitBreakers["half"] = project.Breaker{State: "open", Failures: 1, OpenedAt: &now, Forced: true}
		}},
		{"a reset one is closed", project.BreakerReset, "running", "failed", func(s *project.State, _ time.Time) {
			s.CircuitBreakers["half"] = project.Breaker{State: "closed"}
		}},
		{"a restart forgets the stage and what is after it", project.Restarted, "failed", "failed", func(s *project.State, _ time.Time) {
			s.Stages["verify"] = project.StageState{Status: "pending"}
		}},
		{"a resumption forgets what is after the checkpoint", project.Resumed, "failed", "failed", func(s *project.State, _ time.Time) {
			for _, name := range []project.Stage{"plan", "decompose", "implement", "verify"} {
				s.Stages[name] = project.StageState{Status: "pending"}
			}
			s.CurrentStage, s.Checkpoints = "plan", s.Checkpoints[:2]
			s.RecoveryInfo.LastSuccessfulCheckpoint = "checkpoint-5"
		}},
		{"a stop remembers", project.StoppedByOperator, "running", "failed", func(s *project.State, _ time.Time) { s.StoppedFrom = "running" }},
		{"a start recalls", project.Started, "stopped", "failed", func(s *project.State, _ time.Time) { s.StoppedFrom = "" }},
		{"an unstuck stage is not timed", project.Unstuck, "running", "in_progress", func(s *project.State, _ time.Time) {
			stage(s, func(v *project.StageState) { v.StartedAt = nil })
			s.RecoveryInfo.Interruptions = 1
		}},
		{"a replayed letter is done with", project.LetterReplayed, "failed", "failed", func(s *project.State, _ time.Time) {
			s.Stages["verify"] = project.StageState{Status: "pending"}
			s.DeadLetters = 0
		}},
		{"a purged letter is gone", project.LettersPurged, "failed", "failed", func(s *project.State, _ time.Time) { s.DeadLetters = 0 }},
		{"a moved gate has a record", project.QualityGateMoved, "failed", "failed", func(s *project.State, now time.Time) {
			ninety := 90.0
			s.QualityGates["verify.coverage"] = project.Adjustment{Min: &ninety, Actor: "ann", Reason: "because", At: now}
		}},
		{"a completed pipeline changes its status only", project.PipelineCompleted, "running", "completed", func(*project.State, time.Time) {}},
		{"a reconstruction changes nothing", project.Reconstructed, "failed", "failed", func(*project.State, time.Time) {}},
		{"a notification changes nothing", project.Notified, "running", "failed", func(*project.State, time.Time) {}},
		{"an escalation changes nothing", project.Escalated, "running", "failed", func(*project.State, time.Time) {}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, want := standing(t, test.status, test.stage), standing(t, test.status, test.stage).state
			e := example(t, test.event)
			e.At = start.Add(100 * time.Hour)
			h.must(e)
			want.Status, want.Sequence, want.UpdatedAt = h.state.Status, 18, e.At // TestTable's
			test.change(&want, e.At)
			v := want.Stages["verify"]
			v.Status = h.state.Stages["verify"].Status // TestTable's too
			want.Stages["verify"] = v
			if diff := cmp.Diff(want, h.state); diff != "" {
				t.Errorf("state (-want +got):\n%s", diff)
			}
		})
	}
}

func stage(s *project.State, f func(*project.StageState)) {
	v := s.Stages["verify"]
	f(&v)
	s.Stages["verify"] = v
}

func TestDeadLetter(t *testing.T) {
	h := standing(t, project.Running, project.StageFailed)
	e := example(t, project.RetriesExhausted)
	e.At = start
	h.must(e)
	want := project.DeadLetter{ID: "letter-18", Sequence: 18, At: start, Stage: "verify", Service: "half", Kind: project.Validation,
		Message: "bad", Attempts: 1, Task: project.Raw(`{"a":1}`)}
	if diff := cmp.Diff(want, h.letters[1]); diff != "" {
		t.Errorf("letter (-want +got):\n%s", diff)
	}
	h.must(by(project.Entry{Event: project.LettersPurged, Detail: project.Detail(project.Purge{IDs: []string{"letter-14"}})}))
	if len(h.letters) != 1 || h.letters[0].ID != "letter-18" {
		t.Errorf("want letter-18 alone, got %v", h.letters)
	}
}

func TestTakeover(t *testing.T) {
	for _, event := range []project.Event{project.Accepted, project.Restored, project.RolledBack} {
		h := standing(t, project.Failed, project.StageFailed)
		want := standing(t, project.Waiting, project.StageWaiting).state
		h.must(example(t, event))
		want.Sequence, want.UpdatedAt = 18, h.state.UpdatedAt
		if diff := cmp.Diff(want, h.state); diff != "" {
			t.Errorf("%s (-want +got):\n%s", event, diff)
		}
		none := []project.DeadLetter{}
		h.must(by(project.Entry{Event: event, Detail: project.Detail(project.Takeover{Source: "x", State: want, Letters: &none})}))
		if h.state.DeadLetters != 0 || len(h.letters) != 0 {
			t.Errorf("%s: want its letters taken over too, got %v", event, h.letters)
		}
	}
}

// TestRefusedDetails: an entry whose detail says what can't be is refused, with the reason.
func TestRefusedDetails(t *testing.T) {
	one, two := 1.0, 2.0
	other := standing(t, project.Waiting, project.StageWaiting).state
	other.Project = "project-2"
	bad := standing(t, project.Waiting, project.StageWaiting).state
	bad.Status = "lost"
	for _, test := range []struct {
		name   string
		status project.Status
		verify project.StageStatus
		entry  project.Entry
		detail any
		want   string
	}{
		{"no such stage", "running", "pending", project.Entry{Event: project.StageStarted, Stage: "validation"}, nil, `there is no stage "validation"`},
		{"no stage", "running", "pending", project.Entry{Event: project.StageStarted}, nil, "has to name a stage"},
		{"a stage before its turn", "running", "pending", project.Entry{Event: project.StageStarted, Stage: "harden"}, nil, "stage verify comes before it"},
		{"a gate before its turn", "running", "pending", project.Entry{Event: project.GateOpened, Stage: "release"}, nil, "comes before it"},
		{"a restart past the work", "failed", "failed", project.Entry{Event: project.Restarted, Stage: "release"}, nil, "comes before it"},
		{"no detail", "running", "in_progress", project.Entry{Event: project.StageDone, Stage: "verify"}, nil, "want a detail"},
		{"an unknown key", "running", "in_progress", project.Entry{Event: project.StageDone, Stage: "verify"}, map[string]int{"x": 1}, "unknown field"},
		{"an artifact that leads out", "running", "in_progress", project.Entry{Event: project.StageDone, Stage: "verify"}, project.Completion{Artifacts: map[string]string{"../x": project.Digest(nil)}}, `artifact "../x"`},
		{"no digest", "running", "in_progress", project.Entry{Event: project.StageDone, Stage: "verify"}, project.Completion{Artifacts: map[string]string{"x": "sha1:0"}}, "want sha256:"},
		{"another stage's artifact", "running", "in_progress", project.Entry{Event: project.StageDone, Stage: "verify"}, project.Completion{Artifacts: map[string]string{"plan.txt": project.Digest(nil)}}, "is stage plan's already"},
		{"no such kind", "running", "in_progress", project.Entry{Event: project.StageGaveError, Stage: "verify"}, project.Failure{Kind: "odd"}, `error kind "odd"`},
		{"no service", "running", "pending", project.Entry{Event: project.BreakerReset}, nil, "has to name a service"},
		{"closing what is open", "running", "pending", project.Entry{Event: project.BreakerClosed, Service: "opened"}, nil, "is open"},
		{"probing what is closed", "running", "pending", project.Entry{Event: project.BreakerHalfOpened, Service: "new"}, nil, "is closed"},
		{"a count below 0", "running", "pending", project.Entry{Event: project.BreakerCounted, Service: "half"}, project.Count{Failures: -1}, "none below 0"},
		{"counting while open", "running", "pending", project.Entry{Event: project.BreakerCounted, Service: "opened"}, project.Count{}, "is open"},
		{"no such checkpoint", "failed", "failed", project.Entry{Event: project.Resumed}, project.Resumption{Checkpoint: "checkpoint-4"}, `no checkpoint "checkpoint-4"`},
		{"no such letter", "failed", "failed", project.Entry{Event: project.LettersPurged}, project.Purge{IDs: []string{"letter-1"}}, `no dead letter "letter-1"`},
		{"no such letter to replay", "failed", "failed", project.Entry{Event: project.LetterReplayed, Stage: "verify"}, project.Replayed{ID: "letter-1"}, `no dead letter "letter-1"`},
		{"a letter of another stage", "failed", "failed", project.Entry{Event: project.LetterReplayed, Stage: "plan"}, project.Replayed{ID: "letter-14"}, "is of stage verify"},
		{"no gate", "failed", "failed", project.Entry{Event: project.QualityGateMoved}, project.Move{Gate: "verify", Min: &one}, "want STAGE.MEASURE"},
		{"a gate that asks nothing", "failed", "failed", project.Entry{Event: project.QualityGateMoved}, project.Move{Gate: "verify.x"}, "want a minimum"},
		{"a gate that nothing passes", "failed", "failed", project.Entry{Event: project.QualityGateMoved}, project.Move{Gate: "verify.x", Min: &two, Max: &one}, "nothing is at least 2"},
		{"another project's state", "failed", "failed", project.Entry{Event: project.Restored}, project.Takeover{State: other}, `of "project-2"`},
		{"an invalid state", "failed", "failed", project.Entry{Event: project.Restored}, project.Takeover{State: bad}, "status"},
		{"no such event", "running", "pending", project.Entry{Event: "validated"}, nil, `no event "validated"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := standing(t, test.status, test.verify)
			e := by(test.entry)
			if test.detail != nil {
				e.Detail = project.Detail(test.detail)
			}
			if err := h.try(e); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("want %q, got %v", test.want, err)
			}
		})
	}
	h := begun(t)
	h.start("intake")
	h.complete("intake", nil)
	if err := h.try(project.Entry{Event: project.PipelineCompleted}); err == nil {
		t.Error("want a pipeline with pending stages not to be completed")
	}
	h = standing(t, project.Running, project.StagePending)
	h.must(project.Entry{Event: project.GateOpened, Stage: "verify"})
	h.must(by(project.Entry{Event: project.GateApproved, Stage: "verify"}))
	if err := h.try(project.Entry{Event: project.GateOpened, Stage: "verify"}); err == nil {
		t.Error("want a passed gate not to be opened again")
	}
	h.must(by(project.Entry{Event: project.BreakerTripped, Service: "opened"}))
	if err := h.try(project.Entry{Event: project.BreakerHalfOpened, Service: "opened"}); err == nil || !strings.Contains(err.Error(), "by hand") {
		t.Errorf("want a forced breaker not to be probed, got %v", err)
	}
}
