package project_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// allowedAt is a standing in which the table allows the event.
func allowedAt(t *testing.T, event project.Event) *history {
	t.Helper()
	for _, status := range append([]project.Status{project.None}, project.Statuses...) {
		for _, verify := range project.StageStatuses {
			h := standing(t, status, verify)
			if _, _, _, err := project.Prepare(h.state, h.letters, timely(example(t, event))); err == nil {
				return h
			}
		}
	}
	t.Fatalf("%s is allowed nowhere", event)
	return nil
}

// TestDetailsAreRead: an event whose effects read its detail refuses one that is missing, torn, or says what it does not know.
func TestDetailsAreRead(t *testing.T) {
	var got []project.Event
	for _, row := range project.Table {
		h := allowedAt(t, row.Event)
		refused := 0
		for _, detail := range []string{"", "{", `{"odd":1}`, "{} {}"} {
			e := timely(example(t, row.Event))
			e.Detail = project.Raw(detail)
			if _, _, _, err := project.Prepare(h.state, h.letters, e); errors.As(err, new(*project.NotAllowed)) && strings.Contains(err.Error(), string(row.Event)+": ") {
				refused++
			}
		}
		if refused == 4 {
			got = append(got, row.Event)
		} else if refused > 0 {
			t.Errorf("%s takes some details that are none: it refused %d of 4", row.Event, refused)
		}
	}
	want := []project.Event{"created", "stage_completed", "stage_failed", "debugger_invoked", "retries_exhausted", "circuit_breaker_counted",
		"resumed", "dead_letter_replayed", "dead_letters_purged", "quality_gate_adjusted", "accepted", "restored", "rolled_back"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events that read their details (-want +got)\n%s", diff)
	}
}

// TestRefusalsSayWhatIsAllowed: who, what, where it stands, why not, and what would be.
func TestRefusalsSayWhatIsAllowed(t *testing.T) {
	running := func(t *testing.T) *history { return standing(t, project.Running, project.StageInProgress) }
	for _, c := range []struct {
		name string
		at   func(*testing.T) *history
		e    project.Entry
		want string
	}{
		{"of no project", func(t *testing.T) *history { return &history{t: t} }, project.Entry{Event: project.StageStarted, Stage: "intake"},
			"the project: stage_started is not allowed: the project is not created yet, stage intake : the project has to be pending or running; " +
				"allowed now: created, accepted, restored, rolled_back"},
		{"of a project", running, project.Entry{Event: project.GateApproved, Stage: "verify"},
			"project-1: human_gate_approved is not allowed: project-1 is running, stage verify in_progress: the project has to be waiting; " +
				"allowed now: stage_completed, stage_failed, interrupted, "},
		{"of a new one", running, project.Entry{Event: project.Created}, ": the project has to be new; "},
		{"without a stage", running, project.Entry{Event: project.StageDone}, "project-1 is running: it has to name a stage; "},
		{"of no stage", running, project.Entry{Event: project.StageDone, Stage: "deploy"}, `there is no stage "deploy": want one of intake or specify or `},
		{"of another stage", running, project.Entry{Event: project.StageDone, Stage: "plan"}, "stage plan completed: the stage has to be in_progress; "},
		{"without a service", running, project.Entry{Event: project.BreakerOpened}, ": it has to name a service; "},
		{"of nobody", running, project.Entry{Event: project.Escalated, Reason: "r"}, ": it is a person's act: it has to say who (actor) and why (reason); "},
		{"for no reason", running, project.Entry{Event: project.Escalated, Actor: "ann"}, ": it is a person's act: it has to say who (actor) and why (reason); "},
		{"before time began", running, project.Entry{Event: project.Notified, At: time.Unix(-1, 0)}, ": 1969-12-31T23:59:59Z is no time of an entry; "},
		{"after it ended", running, project.Entry{Event: project.Notified, At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, " is no time of an entry; "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.e.At.IsZero() {
				c.e.At = start
			}
			h := c.at(t)
			_, _, _, err := project.Prepare(h.state, h.letters, c.e)
			var not *project.NotAllowed
			if !errors.As(err, &not) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("want a refusal that says %q, got %v", c.want, err)
			}
			if slices.Contains(not.Instead, project.Notified) || slices.Contains(not.Instead, project.AgentInvoked) {
				t.Errorf("what nobody would do instead is offered: %v", not.Instead)
			}
		})
	}
	for _, at := range []time.Time{time.Unix(0, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		h := running(t)
		if _, _, _, err := project.Prepare(h.state, h.letters, project.Entry{Event: project.Notified, At: at}); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// TestNamesOfGates: which quality gates there can be.
func TestNamesOfGates(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name string
		move project.Move
		says string // "": it is one
	}{
		{"a minimum", project.Move{Gate: "verify.coverage", Min: number(1)}, ""},
		{"one value alone", project.Move{Gate: "verify.coverage", Min: number(1), Max: number(1)}, ""},
		{"no value", project.Move{Gate: "verify.coverage", Min: number(2), Max: number(1)}, "nothing is at least 2 and at most 1"},
		{"no bound", project.Move{Gate: "verify.coverage"}, "want a minimum, a maximum, or both"},
		{"no stage", project.Move{Gate: "deploy.coverage", Min: number(1)}, "want STAGE.MEASURE"},
		{"no measure", project.Move{Gate: "verify", Min: number(1)}, "want STAGE.MEASURE"},
		{"no name", project.Move{Gate: "verify.Coverage!", Min: number(1)}, "want STAGE.MEASURE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := standing(t, project.Running, project.StageInProgress)
			_, _, _, err := project.Prepare(h.state, h.letters, timely(by(project.Entry{Event: project.QualityGateMoved, Detail: project.Detail(c.move)})))
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("want %q, got %v", c.says, err)
			}
		})
	}
}
