package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// executed runs the workflow once, in this process, with folders of its own.
func executed(t *testing.T, w harness.Workflow, seed uint64) harness.Execution {
	t.Helper()
	config := harness.Config{Workflows: []harness.WorkflowConfig{{Name: w.Name(), Checkpoints: true}}}.Defaults()
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	runner := &harness.Runner{Config: config, Workflows: []harness.Workflow{w}, StateDir: t.TempDir(), SelfArgs: []string{"-test.run=^$"}}
	if err := runner.Prepare(); err != nil {
		t.Fatal(err)
	}
	at := harness.Position{Cycle: 1, Run: 1}
	e := runner.Execute(t.Context(), harness.PlannedRun{Position: at, ID: at.String(), Workflow: w.Name(), Seed: seed, Variant: harness.VariantAgain})
	t.Cleanup(func() { e.Close() })
	return e
}

// TestTraceOfTheWorkflow holds all that goes into a trace: a change of it makes every golden of it another.
func TestTraceOfTheWorkflow(t *testing.T) {
	t.Setenv("TMPDIR", rootFolder(t))
	p := &page{t: t}
	for _, kind := range []project.ErrorKind{project.Transient, project.Validation, project.Permanent} {
		seed := seedWith(kind)
		p.part(fmt.Sprintf("seed %d, with a %s failure", seed, kind))
		e := executed(t, NewWorkflow(nil), seed)
		if e.Trace == nil || e.Trace.End().Status != golden.StatusOK {
			t.Fatalf("seed %d: %s: %s", seed, e.Status, e.Message)
		}
		for line, err := range e.Trace.Lines() {
			if err != nil {
				t.Fatal(err)
			}
			var event struct {
				Kind, Name string
				Value      json.RawMessage
			}
			if err := json.Unmarshal(line, &event); err != nil {
				t.Fatal(err)
			}
			value := event.Value
			if event.Name == "state" || event.Kind == "artifact" {
				value = []byte(project.Digest(value))
			}
			if event.Name != "" {
				fmt.Fprintf(&p.text, "%s: %s\n", event.Name, value)
			}
		}
	}
	p.is("workflow")
}

// TestWorkflowsThatFail: what is wrong ends the run, is said, and leaves no folder behind.
func TestWorkflowsThatFail(t *testing.T) {
	// meddling is an agent that does something to the project's folder while it is asked to work at plan.
	meddling := func(meddle func(root string) error) map[string]Agent {
		return map[string]Agent{"stub": works(func(task Task) (Answer, error) {
			if task.Stage != "plan" {
				return Answer{}, nil
			}
			roots, err := filepath.Glob(filepath.Join(os.TempDir(), "pipeline-*"))
			if err == nil && len(roots) != 1 {
				err = fmt.Errorf("roots: %q", roots)
			}
			if err == nil {
				err = meddle(roots[0])
			}
			if err != nil {
				t.Error(err)
			}
			return Answer{}, nil
		})}
	}
	for _, c := range []struct {
		name   string
		agents map[string]Agent
		says   string
	}{
		{"its state can't be written", meddling(folder(".somas/projects/project-1/state.json.tmp/x")), "state.json.tmp"},
		{"what it made can't be read", meddling(folder(".somas/projects/project-1/artifacts/plan.md/x")), "plan.md"},
		{"it is stopped", meddling(breaks(".somas/config.yml", "pipeline: {enabled: false}\n")), "the pipeline came to rest as stopped"},
		{"its configuration can't be read", meddling(breaks(".somas/config.yml", "pipeline: [")), "config.yml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			scratch := rootFolder(t)
			t.Setenv("TMPDIR", scratch)
			e := executed(t, NewWorkflow(c.agents), 1)
			said := ""
			if e.Trace != nil {
				said = fmt.Sprint(e.Trace.End())
			}
			if !strings.Contains(said+e.Message, c.says) || e.Status == golden.StatusOK && e.Trace.End().Status == golden.StatusOK {
				t.Errorf("want it to fail and say %q, got %s, %s %s", c.says, e.Status, e.Message, said)
			}
			if left, err := filepath.Glob(filepath.Join(scratch, "pipeline-*")); err != nil || len(left) > 0 {
				t.Errorf("it left %v, %v", left, err)
			}
		})
	}
	t.Run("there is no folder for temporary files", func(t *testing.T) {
		none := filepath.Join(t.TempDir(), "none")
		w := NewWorkflow(nil)
		t.Setenv("TMPDIR", none)
		if err := w.Run(t.Context(), nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), none) {
			t.Errorf("got %v", err)
		}
	})
}

// TestSimulationIsAPersonToo: who plays lets a gate pass, and gives each letter one more chance; what can't be done is an error.
func TestSimulationIsAPersonToo(t *testing.T) {
	for _, c := range []struct {
		name string
		rig  *situation
		why  Why
		want project.Status
	}{
		{"a gate", waiting, WhyWaiting, project.Pending},
		{"a letter", failed, WhyFailed, project.Pending},
		{"no gate", failed, WhyWaiting, project.Failed},
		{"no letter", waiting, WhyFailed, project.Waiting},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.rig.rig(t)
			s := &simulation{root: r.root, at: rigStart}
			again, err := s.goOn(context.Background(), Outcome{Why: c.why})
			if does := c.want == project.Pending; again != does || (err == nil) != does {
				t.Errorf("want %t, got %t, %v", does, again, err)
			}
			if d := cmp.Diff(c.want, r.state().Status); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if last := must(r.operator().History(id, Filter{Tail: 1}))(t)[0]; err == nil && (last.Actor != "soak" || last.Reason != "played" || !last.At.Equal(rigStart.Add(time.Minute))) {
				t.Errorf("entered: %+v", last)
			}
		})
	}
}
