package pipeline

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestNextIsToRunWhatCanBeRun: after an operation on one project its status and stage are told, and to run it is the next
// step where there is something to run.
func TestNextIsToRunWhatCanBeRun(t *testing.T) {
	type told struct {
		Status project.Status
		Stage  project.Stage
		Next   string
	}
	const run = "shadowrun pipeline run project-1"
	low := 70.0
	for _, c := range []struct {
		name string
		rig  *situation
		do   func(Operator) (Done, error)
		want told
	}{
		{"restarted", failed, func(o Operator) (Done, error) { return o.RestartFrom(id, "plan") }, told{project.Pending, "plan", run}},
		{"approved", waiting, func(o Operator) (Done, error) { return o.Approve(id) }, told{project.Pending, "release", run}},
		{"rejected", waiting, func(o Operator) (Done, error) { return o.Reject(id) }, told{project.Failed, "release", ""}},
		{"moved while it waits", waiting, func(o Operator) (Done, error) {
			return o.AdjustGate(id, "verify.coverage", project.Gate{Min: &low})
		}, told{project.Waiting, "release", ""}},
		{"tripped while it runs", stuck, func(o Operator) (Done, error) { return o.TripBreaker(id, "ai_api") }, told{project.Running, "plan", run}},
		{"tripped when it failed", failed, func(o Operator) (Done, error) { return o.TripBreaker(id, "ai_api") }, told{project.Failed, "implement", ""}},
		{"an incident of what runs", stuck, func(o Operator) (Done, error) {
			return o.RecordIncident(id, Incident{Title: "It hangs", Severity: "low"})
		}, told{project.Running, "plan", ""}},
		{"created", completed, func(o Operator) (Done, error) { return o.Create("project-2", 1) },
			told{project.Pending, "intake", "shadowrun pipeline run project-2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := c.rig.rig(t)
			o := r.operator()
			for _, dry := range []bool{true, false} {
				o.DryRun = dry
				d, err := c.do(o)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, told{d.Status, d.Stage, d.Next}); diff != "" {
					t.Errorf("dry run %t (-want +got)\n%s", dry, diff)
				}
			}
		})
	}
}

// TestAgentsRunInTheRoot: a program that an agent's file names finds what lies beside .somas.
func TestAgentsRunInTheRoot(t *testing.T) {
	r := newRig(t, noGates, nil)
	putAgent(t, r.root, "reader", "stages: [intake]\ncommand: [cat, answer.json]\n")
	if err := breaks("answer.json", `{"artifacts":{"intake.md":"read"}}`)(r.root); err != nil {
		t.Fatal(err)
	}
	out, err := (&Engine{Root: r.root, Now: r.now}).Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.state().Stages["intake"]; got.Artifacts["intake.md"] != project.Digest([]byte("read")) {
		t.Errorf("it came to rest as %+v, with %+v", out, got)
	}
}

// TestMendingIsEntered: what mended a project says as which transition, and what the project then is.
func TestMendingIsEntered(t *testing.T) {
	for _, c := range []struct {
		name string
		rig  *situation
		do   func(Operator) (Done, error)
	}{
		{"reconstruct", broken, func(o Operator) (Done, error) { return o.Reconstruct(id) }},
		{"accept", byHand, func(o Operator) (Done, error) { return o.Accept(id) }},
		{"restore", broken, func(o Operator) (Done, error) { return o.Restore(id, "") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := c.rig.rig(t)
			dry := r.operator()
			dry.DryRun = true
			would, err := c.do(dry)
			if err != nil {
				t.Fatal(err)
			}
			d, err := c.do(r.operator())
			if err != nil {
				t.Fatal(err)
			}
			s := r.state()
			want := Done{Operation: d.Operation, Project: id, Status: s.Status, Stage: s.CurrentStage,
				Did: append(slices.Clone(d.Did[:len(d.Did)-1]), fmt.Sprintf("entered as transition %d", s.Sequence))}
			if diff := cmp.Diff(want, d); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			would.DryRun = false
			if diff := cmp.Diff(d, would); diff != "" {
				t.Errorf("its dry run said something else (-did +said)\n%s", diff)
			}
		})
	}
}
