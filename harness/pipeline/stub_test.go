package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestStubFaults holds where stubs fail, seed by seed: a change of it changes every trace that people have stored.
func TestStubFaults(t *testing.T) {
	var text strings.Builder
	for seed := range uint64(64) {
		faults := StubFaults(seed)
		fmt.Fprintf(&text, "%d:", seed)
		for _, stage := range project.Stages {
			if f, has := faults[stage]; has {
				fmt.Fprintf(&text, " %s %s %d", stage, f.Kind, f.Times)
			}
		}
		text.WriteString("\n")
	}
	goldie.New(t).Assert(t, "stub_faults", []byte(text.String()))
}

// TestStubFailsWhereItsFaultsSay asks for every stage, attempt by attempt, with and without what the debugger found.
func TestStubFailsWhereItsFaultsSay(t *testing.T) {
	fails := func(seed uint64, stage project.Stage, attempt int, inputs map[string]string) string {
		a, err := Stub{}.Invoke(t.Context(), Task{Project: "project-1", Stage: stage, Seed: seed, Attempt: attempt, Inputs: inputs})
		f := failureOf(err)
		switch {
		case f == nil && a.Artifacts[string(stage)+".md"] == "":
			t.Errorf("seed %d: %s: nothing was made", seed, stage)
		case f == nil:
			return ""
		case a.Artifacts != nil || a.Measures != nil:
			t.Errorf("seed %d: %s failed, and made %v", seed, stage, a)
		}
		return strings.TrimSpace(string(f.Kind) + " " + f.Service)
	}
	for seed := range uint64(64) {
		for _, stage := range project.Stages {
			f := StubFaults(seed)[stage]
			notes := map[string]string{string(stage) + ".debugger-1.md": "because"}
			got := []string{fails(seed, stage, 1, nil), fails(seed, stage, f.Times+1, nil), fails(seed, stage, f.Times+1, notes)}
			want := map[project.ErrorKind][]string{
				"":                 {"", "", ""},
				project.Transient:  {"transient ai_api", "", ""},
				project.Validation: {"validation", "validation", ""},
				project.Permanent:  {"permanent", "", ""},
			}[f.Kind]
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("seed %d, %s with fault %+v: first attempt, after its times, after the debugger (-want +got)\n%s", seed, stage, f, d)
			}
		}
	}
}

// TestStubsWork holds what a stub makes, and of what.
func TestStubsWork(t *testing.T) {
	task := Task{Project: "project-1", Stage: "verify", Seed: 3, Attempt: 9,
		Inputs: map[string]string{"plan.md": "a plan", "intake.md": "an intake", "plan.debugger-1.md": "notes"}}
	got, err := Stub{}.Invoke(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	want := Answer{
		Artifacts: map[string]string{
			"verify.md": "# verify of project-1\n\nseed 3\n" +
				"from intake.md " + project.Digest([]byte("an intake")) + "\nfrom plan.md " + project.Digest([]byte("a plan")) + "\n",
			"test_results.json": fmt.Sprintf("{\"coverage\":%g,\"failed_tests\":0}\n", got.Measures["coverage"]),
		},
		Measures: map[string]float64{"coverage": got.Measures["coverage"], "failed_tests": 0},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	for seed := range uint64(200) {
		task.Seed = seed
		if a, err := (Stub{}).Invoke(t.Context(), task); err == nil && !(a.Measures["coverage"] >= 80 && a.Measures["coverage"] < 100) {
			t.Errorf("seed %d: coverage %v: want from 80 on, which the gate asks for, and below 100", seed, a.Measures)
		}
	}
	task.Stage, task.Failure = "plan", &Failure{Kind: project.Validation, Message: "thin"}
	notes, err := Stub{}.Invoke(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"plan.debugger-9.md": "# plan\n\nthin\n"}, notes.Artifacts); d != "" {
		t.Errorf("the debugger's (-want +got)\n%s", d)
	}
	if names := slices.Collect(maps.Keys(notes.Measures)); names != nil {
		t.Errorf("the debugger measures nothing, got %v", names)
	}
}
