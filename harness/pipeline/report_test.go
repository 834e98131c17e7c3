package pipeline

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// must is what a test can't go on without.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestListShowsTheFailedAndTheDamaged(t *testing.T) {
	r := failed.rig(t)
	o := r.operator()
	must(o.Create("", 1))(t)
	must(o.Create("", 1))(t)
	if err := os.WriteFile(filepath.Join(store.Dir(r.root, "project-3"), "state.json"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	show := func(statuses ...project.Status) (lines []string) {
		for _, l := range must(o.List(statuses...))(t) {
			lines = append(lines, fmt.Sprintf("%s %s %s %d %s, damaged: %t", l.Project, l.Status, l.Stage, l.DeadLetters, l.LastError, l.Damage != ""))
		}
		return lines
	}
	failed := []string{"project-1 failed implement 1 no 1, damaged: false", "project-3   0 , damaged: true"}
	if d := cmp.Diff(failed, show(project.Failed)); d != "" {
		t.Errorf("failed (-want +got)\n%s", d)
	}
	all := []string{failed[0], "project-2 pending intake 0 , damaged: false", failed[1]}
	if d := cmp.Diff(all, show()); d != "" {
		t.Errorf("all (-want +got)\n%s", d)
	}
}

func TestHistoryIsFiltered(t *testing.T) {
	o := failed.rig(t).operator()
	for _, c := range []struct {
		name   string
		filter Filter
		want   []string
	}{
		{"by stage", Filter{Stage: "plan"}, []string{"stage_started", "stage_completed"}},
		{"failures", Filter{Failures: true}, []string{"stage_failed", "retries_exhausted"}},
		{"the newest", Filter{Tail: 1}, []string{"retries_exhausted"}},
		{"the newest of a stage", Filter{Stage: "plan", Tail: 1}, []string{"stage_completed"}},
		{"by event", Filter{Event: project.Created}, []string{"created"}},
		{"none", Filter{Stage: "release"}, nil},
	} {
		var got []string
		for _, e := range must(o.History(id, c.filter))(t) {
			got = append(got, string(e.Event))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, d)
		}
	}
}

func TestHealthSaysWhoWaitsTooLong(t *testing.T) {
	r := waiting.rig(t)
	if f := must(r.operator().Health(id))(t); len(f) != 0 {
		t.Errorf("at once: %+v", f)
	}
	r.at = r.at.Add(25 * time.Hour)
	f := must(r.operator().Health(id))(t)
	if len(f) != 2 || f[0].What != "duration" || f[1].What != "human_wait" || f[1].Level != project.Warning || f[1].Stage != "release" {
		t.Errorf("after 25 h: %+v", f)
	}
}

func TestStatusSaysWhoIsAtWork(t *testing.T) {
	r := waiting.rig(t)
	if s := must(r.operator().Status(id))(t); s.Engine != nil || s.Status != project.Waiting || len(s.Last) != lastShown || s.Last[4].Event != project.GateOpened {
		t.Errorf("got %+v", s)
	}
	p := must(openProject(r.root, id, r.now, "engine"))(t)
	defer p.Close()
	if s := must(r.operator().Status(id))(t); s.Engine == nil || s.Engine.PID != os.Getpid() || s.Engine.Actor != "engine" {
		t.Errorf("got %+v", s.Engine)
	}
}

func TestBreakersSayUntilWhen(t *testing.T) {
	r := newRig(t, "error_handling: {retries: 9, circuit_breaker: {failure_threshold: 1}}\n", faulty("plan", 9, project.Transient))
	r.run(WhyBreaker)
	b := must(r.operator().Breakers(id))(t)
	if len(b) != 1 || b[0].Service != "ai_api" || b[0].State != project.BreakerIsOpen || b[0].Breaker.Failures != 1 || b[0].Until == nil || !b[0].Until.Equal(r.at.Add(time.Minute)) {
		t.Errorf("got %+v", b)
	}
	must(r.operator().TripBreaker(id, "ai_api"))(t)
	if b := must(r.operator().Breakers(id))(t); !b[0].Forced || b[0].Until != nil {
		t.Errorf("tripped: %+v", b)
	}
	if out := r.run(WhyBreaker); out.Until != nil || !strings.Contains(out.Message, "only a reset closes it") {
		t.Errorf("tripped: %+v", out)
	}
	must(r.operator().ResetBreaker(id, "ai_api"))(t)
	if b := must(r.operator().Breakers(id))(t); b[0].State != project.BreakerIsClosed || b[0].Breaker.Failures != 0 {
		t.Errorf("reset: %+v", b)
	}
}

// A gate that asks for too much is shown with what was measured, adjusted for this project, and passed.
func TestGateIsAdjustedAndPassed(t *testing.T) {
	r := newRig(t, noGates+"error_handling: {retries: 0}\nquality_gates: {verify: {coverage: 95}}\n", faulty("plan", 0, ""))
	r.run(WhyFailed)
	g := must(r.operator().Gates(id))(t)
	if len(g) != 1 || g[0].Name != "verify.coverage" || *g[0].Min != 95 || g[0].Adjusted != nil || g[0].Measured != nil ||
		g[0].Failed != "verify.coverage is 90: the quality gate asks for at least 95" {
		t.Fatalf("got %+v", g)
	}
	low := 90.0
	must(r.operator().AdjustGate(id, "verify.coverage", project.Gate{Min: &low}))(t)
	must(r.operator().Resume(id, ""))(t)
	r.run(WhyCompleted)
	g = must(r.operator().Gates(id))(t)
	if *g[0].Min != 90 || g[0].Adjusted == nil || g[0].Adjusted.Actor != "ops" || g[0].Adjusted.Reason != "a test" || *g[0].Measured != 90 || g[0].Failed != "" {
		t.Errorf("got %+v", g[0])
	}
}

// A program beside the configuration is found from the folder itself, where no PATH has it.
func TestProgramOfTheRootIsFound(t *testing.T) {
	r := failed.rig(t)
	putAgent(t, r.root, "coder", "stages: [implement]\ncommand: [./coder.sh]\n")
	t.Chdir(r.root)
	o := r.operator()
	o.Root = "."
	if c := must(o.CheckAgent("coder"))(t); len(c.Problems) != 1 || !strings.Contains(c.Problems[0], "coder.sh: no such file") {
		t.Errorf("problems: %q", c.Problems)
	}
	if err := os.WriteFile("coder.sh", []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if c := must(o.CheckAgent("coder"))(t); len(c.Problems) != 0 {
		t.Errorf("problems: %q", c.Problems)
	}
}

func TestAgentIsChecked(t *testing.T) {
	r := failed.rig(t)
	putAgent(t, r.root, "coder", "stages: [implement]\nservice: ai_api\ncommand: [pipeline-test-none]\ncredentials: [PIPELINE_TEST_KEY, PIPELINE_TEST_NONE]\n")
	c := must(r.operator().CheckAgent("coder"))(t)
	if d := cmp.Diff([]project.Stage{"implement"}, c.Stages); d != "" {
		t.Errorf("stages (-want +got)\n%s", d)
	}
	if d := cmp.Diff(map[string]bool{"PIPELINE_TEST_KEY": true, "PIPELINE_TEST_NONE": false}, c.Credentials); d != "" {
		t.Errorf("credentials (-want +got)\n%s", d)
	}
	if len(c.Problems) != 2 || !strings.Contains(c.Problems[0], "PIPELINE_TEST_NONE") || !strings.Contains(c.Problems[1], "pipeline-test-none") {
		t.Errorf("problems: %q", c.Problems)
	}
	// Who works at a stage today is not who failed at it.
	if len(c.Runs) != 0 {
		t.Errorf("runs of one that never ran: %+v", c.Runs)
	}
	var ran []string
	for _, r := range must(r.operator().CheckAgent("stub"))(t).Runs {
		ran = append(ran, fmt.Sprintf("%s %s %s", r.Project, r.Stage, r.Event))
	}
	if d := cmp.Diff([]string{"project-1 intake stage_completed", "project-1 specify stage_completed", "project-1 plan stage_completed",
		"project-1 decompose stage_completed", "project-1 implement stage_failed"}, ran); d != "" {
		t.Errorf("the stub's runs (-want +got)\n%s", d)
	}
	putAgent(t, r.root, "coder", "stages: [implement, deploy]\n")
	if c := must(r.operator().CheckAgent("coder"))(t); len(c.Problems) != 1 || !strings.Contains(c.Problems[0], "coder.yml:1:") {
		t.Errorf("problems: %q", c.Problems)
	}
	if _, err := r.operator().CheckAgent("none"); err == nil {
		t.Error("an agent that there is none of was checked")
	}
}

// An agent that is started by hand does its work, of which nothing is kept but that it was done.
func TestAgentIsInvoked(t *testing.T) {
	r := failed.rig(t)
	putAgent(t, r.root, "coder", "stages: [implement]\ncommand: [sh, -c, 'echo ''{\"artifacts\":{\"code.go\":\"package x\"}}''']\n")
	i, _, err := r.operator().InvokeAgent(t.Context(), id, "coder", "")
	if err != nil || i.Failure != nil || i.Answer.Artifacts["code.go"] != "package x" {
		t.Fatalf("%+v, %v", i, err)
	}
	if _, kept := r.state().Artifacts()["code.go"]; kept {
		t.Error("what it made was kept")
	}
	if c := must(r.operator().CheckAgent("coder"))(t); len(c.Runs) != 1 || c.Runs[0].Event != project.AgentInvoked {
		t.Errorf("runs: %+v", c.Runs)
	}
}

// A record of an incident has what happened, from the log, and the log has the record.
func TestIncident(t *testing.T) {
	r := failed.rig(t)
	must(r.operator().RecordIncident(id, Incident{Title: "No | model", Severity: "high", Cause: "The key had expired.", FollowUp: []string{"Rotate it."}}))(t)
	e := must(r.operator().History(id, Filter{Event: project.IncidentRecorded}))(t)
	text, err := os.ReadFile(filepath.Join(r.root, ".somas", "incidents", fmt.Sprintf("project-1-%d.md", e[0].Seq)))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# No | model\n", "- Severity: high (answer within 1h0m0s)", "| 2026-01-01T00:00:00Z | 12 | retries_exhausted | implement | failed | engine | no 1 |\n",
		"## Cause\n\nThe key had expired.\n", "## Resolution\n\na test\n", "- [ ] Rotate it.\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	if e[0].Reason != "a test" || !strings.Contains(string(e[0].Detail), project.Digest(text)) {
		t.Errorf("got %+v", e[0])
	}
}
