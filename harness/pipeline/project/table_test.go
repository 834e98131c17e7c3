package project_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type row struct {
	event    project.Event
	from     string
	stage    string // "": it is about none
	to       string
	toStage  string
	operator bool
}

// spec is what the table has to say of each event, written down a second time: where it is
// allowed, and the statuses after it. "=" is the same as before.
var spec = []row{
	{"created", "new", "", "pending", "", false},
	{"stage_started", "pending running", "pending", "running", "in_progress", false},
	{"stage_completed", "running", "in_progress", "running", "completed", false},
	{"stage_failed", "running", "in_progress", "running", "failed", false},
	{"stage_retried", "running", "failed", "running", "in_progress", false},
	{"debugger_invoked", "running", "failed", "running", "failed", false},
	{"retries_exhausted", "running", "failed", "failed", "failed", false},
	{"interrupted", "running stopped", "in_progress", "=", "pending", false},
	{"human_gate_opened", "pending running", "pending", "waiting", "waiting", false},
	{"human_gate_approved", "waiting", "waiting", "pending", "pending", true},
	{"human_gate_rejected", "waiting", "waiting", "failed", "failed", true},
	{"circuit_breaker_opened", "pending running waiting failed completed stopped", "", "=", "", false},
	{"circuit_breaker_half_opened", "pending running waiting failed completed stopped", "", "=", "", false},
	{"circuit_breaker_closed", "pending running waiting failed completed stopped", "", "=", "", false},
	{"circuit_breaker_counted", "pending running waiting failed completed stopped", "", "=", "", false},
	{"circuit_breaker_tripped", "pending running waiting failed completed stopped", "", "=", "", true},
	{"circuit_breaker_reset", "pending running waiting failed completed stopped", "", "=", "", true},
	{"pipeline_completed", "pending running", "", "completed", "", false},
	{"restarted", "pending running waiting failed", "pending in_progress waiting completed failed", "pending", "pending", true},
	{"resumed", "pending running waiting failed", "", "pending", "", true},
	{"stopped", "pending running waiting", "", "stopped", "", true},
	{"started", "stopped", "", "waiting", "", true},
	{"unstuck", "running", "in_progress", "pending", "pending", true},
	{"dead_letter_replayed", "failed", "pending in_progress waiting completed failed", "pending", "pending", true},
	{"dead_letters_purged", "pending running waiting failed completed stopped", "", "=", "", true},
	{"quality_gate_adjusted", "pending running waiting failed stopped", "", "=", "", true},
	{"accepted", "new pending running waiting failed completed stopped", "", "waiting", "", true},
	{"restored", "new pending running waiting failed completed stopped", "", "waiting", "", true},
	{"rolled_back", "new pending running waiting failed completed stopped", "", "waiting", "", true},
	{"reconstructed", "pending running waiting failed completed stopped", "", "=", "", true},
	{"escalated", "pending running waiting failed completed stopped", "", "=", "", true},
	{"incident_recorded", "pending running waiting failed completed stopped", "", "=", "", true},
	{"agent_invoked", "pending running waiting failed completed stopped", "", "=", "", true},
	{"notified", "pending running waiting failed completed stopped", "", "=", "", false},
}

// standing is a project in the midst of verify, as it may be found: its statuses are the given ones,
// and it has a dead letter, a breaker in each state, and checkpoints 3, 5, 7, 9 and 11.
func standing(t testing.TB, status project.Status, verify project.StageStatus) *history {
	t.Helper()
	if status == project.None {
		return &history{t: t}
	}
	h := begun(t)
	h.upTo("verify")
	h.start("verify")
	h.fail("verify")
	h.exhaust("verify")
	h.must(project.Entry{Event: project.BreakerOpened, Service: "opened"})
	h.must(project.Entry{Event: project.BreakerOpened, Service: "half"})
	h.must(project.Entry{Event: project.BreakerHalfOpened, Service: "half"})
	h.state.Status = status
	h.state.StoppedFrom = ""
	if status == project.Stopped {
		h.state.StoppedFrom = project.Waiting
	}
	for name, s := range h.state.Stages {
		switch {
		case name == "verify":
			s.Status = verify
		case verify == project.StageCompleted:
			s.Status = project.StageCompleted // so that the pipeline can be completed
		}
		h.state.Stages[name] = s
	}
	return h
}

// example is an entry of the event that nothing but statuses can refuse.
func example(t testing.TB, event project.Event) project.Entry {
	t.Helper()
	ninety := 90.0
	taken := standing(t, project.Waiting, project.StageWaiting).state
	taken.Sequence = 3
	e := by(project.Entry{Event: event, Service: "half"})
	for _, s := range spec {
		if s.event == event && s.stage != "" {
			e.Stage = "verify"
		}
	}
	details := map[project.Event]any{
		project.Created:          project.Creation{Project: "project-1", Seed: 7},
		project.StageDone:        project.Completion{Artifacts: map[string]string{"report.json": project.Digest(nil)}},
		project.DebuggerInvoked:  project.Completion{Artifacts: map[string]string{"hint.txt": project.Digest(nil)}},
		project.StageGaveError:   project.Failure{Kind: project.Validation, Message: "bad"},
		project.RetriesExhausted: project.Failure{Kind: project.Validation, Message: "bad", Task: project.Raw(`{"a":1}`)},
		project.BreakerCounted:   project.Count{Failures: 1, Probes: 2},
		project.Resumed:          project.Resumption{Checkpoint: "checkpoint-5"},
		project.LetterReplayed:   project.Replayed{ID: "letter-14"},
		project.LettersPurged:    project.Purge{IDs: []string{"letter-14"}},
		project.QualityGateMoved: project.Move{Gate: "verify.coverage", Min: &ninety},
	}
	for _, e := range []project.Event{project.Accepted, project.Restored, project.RolledBack} {
		details[e] = project.Takeover{Source: "x", State: taken}
	}
	if d, ok := details[event]; ok {
		e.Detail = project.Detail(d)
	}
	if event == project.BreakerHalfOpened {
		e.Service = "opened"
	}
	return e
}

// TestTable tries each event in each status of the project and of the stage.
func TestTable(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats much; the other pass has it")
	}
	for _, s := range spec {
		t.Run(string(s.event), func(t *testing.T) {
			for _, status := range append([]project.Status{project.None}, project.Statuses...) {
				for _, verify := range project.StageStatuses {
					named := string(status)
					if named == "" {
						named = "new"
					}
					want := slices.Contains(strings.Fields(s.from), named) &&
						(s.stage == "" || slices.Contains(strings.Fields(s.stage), string(verify)))
					if s.event == project.PipelineCompleted {
						want = want && verify == project.StageCompleted
					}
					h := standing(t, status, verify)
					before := h.state
					err := h.try(example(t, s.event))
					if got := err == nil; got != want {
						t.Errorf("project %s, stage %s: want allowed %v, got %v", named, verify, want, err)
						continue
					}
					var refused *project.NotAllowed
					if err != nil && !errors.As(err, &refused) {
						t.Errorf("project %s, stage %s: want *NotAllowed, got %v", named, verify, err)
					}
					if err == nil {
						after(t, s, before, h.state)
					}
				}
			}
		})
	}
}

// after compares what the event made of the statuses.
func after(t *testing.T, s row, before, after project.State) {
	t.Helper()
	to, toStage := project.Status(s.to), project.StageStatus(s.toStage)
	if to == "=" {
		to = before.Status
	}
	if after.Status != to {
		t.Errorf("project %s: want it %s, got %s", before.Status, to, after.Status)
	}
	if got := after.Stages["verify"].Status; s.stage != "" && got != toStage {
		t.Errorf("project %s, stage %s: want it %s, got %s", before.Status, before.Stages["verify"].Status, toStage, got)
	}
	if after.Sequence != before.Sequence+1 {
		t.Errorf("want sequence %d, got %d", before.Sequence+1, after.Sequence)
	}
}

// TestTableIsWhole holds the table to the spec's events, and to its own form.
func TestTableIsWhole(t *testing.T) {
	seen := map[project.Event]bool{}
	for i, row := range project.Table {
		if seen[row.Event] {
			t.Errorf("%s has two rows", row.Event)
		}
		seen[row.Event] = true
		if i >= len(spec) || spec[i].event != row.Event || spec[i].operator != row.Operator {
			t.Errorf("row %d: %s, operator %v: want what the spec says", i, row.Event, row.Operator)
		}
		if row.Means == "" || row.Writes[0] != project.Log || row.Writes[len(row.Writes)-1] != project.StateFile {
			t.Errorf("%s: want a meaning, and to write first the log and last the state, got %v", row.Event, row.Writes)
		}
	}
	if len(project.Table) != len(spec) {
		t.Errorf("want %d rows, got %d", len(spec), len(project.Table))
	}
}

// TestMatrix shows the whole table to reviewers.
func TestMatrix(t *testing.T) {
	var b strings.Builder
	for _, row := range project.Table {
		fmt.Fprintf(&b, "%s: %s\n  from %q stage %q -> %q %q\n  effects %q\n  writes %q operator %v\n",
			row.Event, row.Means, row.From, row.Stage, row.To, row.ToStage, row.Effects, row.Writes, row.Operator)
	}
	goldie.New(t, goldie.WithFixtureDir("testdata/golden")).Assert(t, "table", []byte(b.String()))
	goldie.New(t, goldie.WithFixtureDir("testdata/golden")).Assert(t, "diagram", []byte(project.Diagram()))
}

// TestOperatorsSayWhoAndWhy: a person's act without a name or a reason is none.
func TestOperatorsSayWhoAndWhy(t *testing.T) {
	for _, s := range spec {
		if !s.operator {
			continue
		}
		h := standing(t, project.Running, project.StageInProgress)
		for _, e := range []project.Entry{{Event: s.event, Actor: "ann"}, {Event: s.event, Reason: "so"}} {
			e.Stage, e.Service, e.Detail = "verify", "half", example(t, s.event).Detail
			if err := h.try(e); err == nil {
				t.Errorf("%s by %q because %q: want it refused", s.event, e.Actor, e.Reason)
			}
		}
	}
}

// TestApplyChangesNothingGiven: the state before is still the state before.
func TestApplyChangesNothingGiven(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats much; the other pass has it")
	}
	for _, s := range spec {
		for _, status := range project.Statuses {
			for _, verify := range project.StageStatuses {
				h, again := standing(t, status, verify), standing(t, status, verify)
				before, letters := h.state, h.letters
				if h.try(example(t, s.event)) != nil {
					continue
				}
				if diff := cmp.Diff(again.state, before) + cmp.Diff(again.letters, letters); diff != "" {
					t.Fatalf("%s from %s, %s changed what it was given (-want +got):\n%s", s.event, status, verify, diff)
				}
			}
		}
	}
}
