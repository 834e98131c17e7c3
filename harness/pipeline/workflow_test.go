package pipeline

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/replay"
)

// leaky is the pipeline with an agent that puts the time into what it makes.
type leaky struct{ harness.Workflow }

func (leaky) Name() string { return "leaky" }
func (leaky) Resumable()   {}

func leaking() harness.Workflow {
	return leaky{NewWorkflow(map[string]Agent{"stub": AgentFunc(func(ctx context.Context, t Task) (Answer, error) {
		a, err := (Stub{}).Invoke(ctx, t)
		if err == nil && t.Failure == nil && t.Stage == "harden" {
			a.Artifacts["scan.json"] = `{"scanned_at":"` + time.Now().UTC().Format(time.RFC3339Nano) + `"}`
		}
		return a, err
	})})}
}

// replayed runs a seed and replays it under the variants; it returns their verdicts and differences.
func replayed(t *testing.T, w harness.Workflow, seed uint64, kills ...float64) (verdicts []replay.Verdict, all []replay.Difference) {
	t.Helper()
	scratch := rootFolder(t)
	t.Setenv("TMPDIR", scratch)
	config := harness.Config{Workflows: []harness.WorkflowConfig{{Name: w.Name(), Checkpoints: true}}}.Defaults()
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	runner := &harness.Runner{Config: config, Workflows: []harness.Workflow{w}, StateDir: t.TempDir(), SelfArgs: []string{"-test.run=^$"}}
	if err := runner.Prepare(); err != nil {
		t.Fatal(err)
	}
	at := harness.Position{Cycle: 1, Run: 1}
	run := harness.PlannedRun{Position: at, ID: at.String(), Workflow: w.Name(), Seed: seed, Variant: harness.VariantAgain}
	e := runner.Execute(t.Context(), run)
	defer e.Close()
	if e.Trace == nil {
		t.Fatalf("seed %d: %s: %s", seed, e.Status, e.Message)
	}
	if e.Checkpoints < 11 {
		t.Errorf("seed %d: %d checkpoints: want one for each stage", seed, e.Checkpoints)
	}
	if text, err := e.Trace.Bytes(); err != nil || bytes.Count(text, []byte(`"name":"state"`)) < 12 {
		t.Errorf("seed %d: the state is in the trace %d times: want it after each stage, and at the end; %v", seed, bytes.Count(text, []byte(`"name":"state"`)), err)
	}
	older := harness.OlderRun{Trace: e.Trace, Circumstances: &e.Circumstances, Checkpoints: e.Checkpoints}
	judge := func(run harness.PlannedRun) {
		err := runner.Replay(t.Context(), run, older, 1, func(r *harness.ReplayResult) {
			verdicts, all = append(verdicts, r.Checked.Verdict), append(all, r.Checked.Differences...)
			if run.Variant == harness.VariantResumed && r.Restorations == 0 {
				t.Errorf("seed %d: killed at %g it was not resumed", seed, run.Kill)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	judge(run)
	for _, kill := range kills {
		run.Variant, run.Kill = harness.VariantResumed, kill
		judge(run)
	}
	if left, err := filepath.Glob(filepath.Join(scratch, "pipeline-*")); err != nil || len(left) > 0 {
		t.Errorf("seed %d left folders behind: %v %v", seed, left, err)
	}
	return verdicts, all
}

// seedWith is the first seed that has a fault of the kind.
func seedWith(kind project.ErrorKind) uint64 {
	for seed := uint64(1); ; seed++ {
		for _, f := range StubFaults(seed) {
			if f.Kind == kind {
				return seed
			}
		}
	}
}

// A seed's project goes the same way again, faults and all, and also where it is killed at a
// checkpoint and resumed.
func TestWorkflowIsSteady(t *testing.T) {
	if testing.Short() {
		t.Skip("in other processes")
	}
	for _, c := range []struct {
		kind  project.ErrorKind
		kills []float64
	}{{project.Transient, []float64{0.4}}, {project.Validation, []float64{0.99}}, {project.Permanent, []float64{0, 0.7}}} {
		t.Run(string(c.kind), func(t *testing.T) {
			seed := seedWith(c.kind)
			verdicts, differences := replayed(t, NewWorkflow(nil), seed, c.kills...)
			for i, v := range verdicts {
				if v != replay.VerdictMatch {
					t.Errorf("seed %d, replay %d: %s: %+v", seed, i, v, differences)
				}
			}
		})
	}
}

// One leak is found where it is, and what follows from it is said to follow.
func TestWorkflowShowsALeak(t *testing.T) {
	if testing.Short() {
		t.Skip("in other processes")
	}
	verdicts, differences := replayed(t, leaking(), 2)
	if len(verdicts) != 1 || verdicts[0] == replay.VerdictMatch {
		t.Fatalf("got %v", verdicts)
	}
	for _, d := range differences {
		t.Log(d.Path, d.Class, d.Cause, d.Why)
		if d.Class != replay.ClassDerived && !strings.Contains(d.Path, "scan.json") {
			t.Errorf("%s: %s, %s: it is not the planted one", d.Path, d.Class, d.Cause)
		}
	}
}
