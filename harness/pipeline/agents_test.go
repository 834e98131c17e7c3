package pipeline

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// TestChecksOfAgents holds all that a check says.
func TestChecksOfAgents(t *testing.T) {
	none := AgentCheck{Problems: []string{}, Stages: []project.Stage{}, Credentials: map[string]bool{}, Runs: []AgentRun{}}
	of := func(change func(*AgentCheck)) AgentCheck {
		c := none
		change(&c)
		return c
	}
	rest := slices.DeleteFunc(slices.Clone(project.Stages), func(s project.Stage) bool { return s == "plan" || s == "implement" })
	for _, c := range []struct {
		name  string
		agent string
		files map[string]string
		want  AgentCheck
	}{
		{"the stub, of all that others don't do", "stub", map[string]string{"planner": "stages: [plan, implement]\nbuiltin: stub\n"},
			of(func(c *AgentCheck) { c.Name, c.Stages, c.Service = "stub", rest, "ai_api" })},
		{"the debugger, of no stage", "debugger", nil, of(func(c *AgentCheck) { c.Name, c.Service = "debugger", "ai_api" })},
		{"one with a file", "planner", map[string]string{"planner": "stages: [plan]\ncommand: [sh]\ncredentials: [PIPELINE_TEST_KEY]\nservice: forge\n"},
			of(func(c *AgentCheck) {
				c.Name, c.File, c.Stages, c.Service = "planner", ".somas/agents/planner.yml", []project.Stage{"plan"}, "forge"
				c.Credentials = map[string]bool{"PIPELINE_TEST_KEY": true}
			})},
		{"one that is not whole", "planner", map[string]string{"planner": "stages: [plan]\ncommand: [/pipeline/none]\ncredentials: [PIPELINE_TEST_NONE]\n"},
			of(func(c *AgentCheck) {
				c.Name, c.File, c.Stages = "planner", ".somas/agents/planner.yml", []project.Stage{"plan"}
				c.Credentials = map[string]bool{"PIPELINE_TEST_NONE": false}
				c.Problems = []string{"the environment has no PIPELINE_TEST_NONE", `its program: exec: "/pipeline/none": stat /pipeline/none: no such file or directory`}
			})},
		{"one of a stage that another has too", "planner", map[string]string{"planner": "stages: [plan]\nbuiltin: stub\n", "second": "stages: [plan]\nbuiltin: stub\n"},
			of(func(c *AgentCheck) {
				c.Name, c.File = "planner", ".somas/agents/planner.yml"
				c.Problems = []string{"stage plan has two agents, planner and second: take it out of one's file in ROOT/.somas/agents"}
			})},
		{"one whose file can't be read", "planner", map[string]string{"planner": "stages: ["},
			of(func(c *AgentCheck) { c.Name, c.File = "planner", ".somas/agents/planner.yml"; c.Problems = nil })},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, noGates, nil)
			for name, text := range c.files {
				putAgent(t, r.root, name, text)
			}
			got := must(r.operator().CheckAgent(c.agent))(t)
			if c.want.File != "" {
				c.want.File = filepath.Join(r.root, c.want.File)
			}
			if c.want.Problems == nil { // in the words of the parser
				if len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "planner.yml:1:") {
					t.Errorf("problems: %q", got.Problems)
				}
				got.Problems = nil
			}
			for i, p := range got.Problems {
				got.Problems[i] = strings.ReplaceAll(p, r.root, "ROOT")
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestRunsOfAgents: each attempt, look and start by hand is its agent's, with what came of it; a damaged project hides no other's.
func TestRunsOfAgents(t *testing.T) {
	r := eventfulRig(t)
	if err := r.toTheGate(nil); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.operator().InvokeAgent(t.Context(), id, "debugger", "verify"); err != nil {
		t.Fatal(err)
	}
	must(r.operator().Create("project-2", 1))(t)
	if err := breaks(".somas/projects/project-2/state.json", "{}\n")(r.root); err != nil {
		t.Fatal(err)
	}
	later := rigStart.Add(time.Minute + time.Second)
	for agent, want := range map[string][]AgentRun{
		"stub": {
			{Project: id, At: rigStart, Stage: "intake", Event: project.StageGaveError, Reason: "503", Error: "503"},
			{Project: id, At: later, Stage: "intake", Event: project.StageDone, Reason: ""},
			{Project: id, At: later, Stage: "specify", Event: project.StageGaveError, Reason: "thin", Error: "thin"},
			{Project: id, At: later, Stage: "specify", Event: project.StageDone, Reason: ""},
		},
		"debugger": {
			{Project: id, At: later, Stage: "specify", Event: project.DebuggerInvoked, Reason: "thin"},
			{Project: id, At: later, Stage: "verify", Event: project.AgentInvoked, Reason: "a test"},
		},
	} {
		if d := cmp.Diff(want, must(r.operator().CheckAgent(agent))(t).Runs); d != "" {
			t.Errorf("%s (-want +got)\n%s", agent, d)
		}
	}
}

// TestInvocationsWhole holds what is said, and entered, of an agent that is started by hand.
func TestInvocationsWhole(t *testing.T) {
	answer := `{"artifacts":{"a.md":"x"},"measures":{"coverage":91}}`
	made := map[string]string{"a.md": project.Digest([]byte("x"))}
	measured := map[string]float64{"coverage": 91}
	for _, c := range []struct {
		name   string
		script string
		at     project.Stage
		want   Invocation
	}{
		{"it works at the current stage", "echo '" + answer + "'", "", Invocation{Agent: "hand", Stage: "implement", Artifacts: made, Measures: measured,
			Answer: &Answer{Artifacts: map[string]string{"a.md": "x"}, Measures: measured}}},
		{"it works at another", "cat > task; echo '" + answer + "'", "plan", Invocation{Agent: "hand", Stage: "plan", Artifacts: made, Measures: measured,
			Answer: &Answer{Artifacts: map[string]string{"a.md": "x"}, Measures: measured}}},
		{"its work would not pass the gate", "echo '" + answer + "'", "verify", Invocation{Agent: "hand", Stage: "verify", Artifacts: made, Measures: measured,
			Failure: &Failure{Kind: project.Validation, Message: "verify.failed_tests was not measured: the quality gate asks for at most 0"},
			Answer:  &Answer{Artifacts: map[string]string{"a.md": "x"}, Measures: measured}}},
		{"it fails", "exit 3", "", Invocation{Agent: "hand", Stage: "implement", Artifacts: map[string]string{},
			Failure: &Failure{Kind: project.Permanent, Message: "sh: exit status 3"}, Answer: &Answer{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := failed.rig(t)
			putAgent(t, r.root, "hand", fmt.Sprintf("command: [sh, -c, %q]\n", c.script))
			got, d, err := r.operator().InvokeAgent(t.Context(), id, "hand", c.at)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			e := must(r.operator().History(id, Filter{Event: project.AgentInvoked}))(t)
			c.want.Answer = nil
			if d := cmp.Diff(string(project.Detail(c.want)), string(e[0].Detail)); d != "" || e[0].Stage != c.want.Stage {
				t.Errorf("entered at %s (-want +got)\n%s", e[0].Stage, d)
			}
			if want := []string{"asked hand to work at " + string(c.want.Stage)}; !slices.Equal(want, d.Did) {
				t.Errorf("want %q, got %q", want, d.Did)
			}
		})
	}
}

// TestInvocationsRefused: an agent is not started, and nothing is entered.
func TestInvocationsRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		rig  *situation
		id   string
		says string
	}{
		{"while all is stopped", stopped, id, "pipeline.enabled is false: no agent is started while all is stopped; \"shadowrun pipeline start-all\" ends that"},
		{"of no project", failed, "project-9", "there is no such project"},
		{"of a damaged project", broken, id, "shadowrun pipeline reconstruct project-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.rig.rig(t)
			putAgent(t, r.root, "hand", "command: [touch, started]\n")
			before := files(t, r.root)
			if i, d, err := r.operator().InvokeAgent(t.Context(), c.id, "hand", "plan"); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want a refusal that says %q, got %+v, %+v, %v", c.says, i, d, err)
			}
			if d := cmp.Diff(before, files(t, r.root)); d != "" {
				t.Errorf("it was refused, and wrote (-was +is)\n%s", d)
			}
		})
	}
}

// TestEnginesWithoutTheirAgents: who is to work, or to look, can't be told: the engine ends, and says what to mend.
func TestEnginesWithoutTheirAgents(t *testing.T) {
	for _, c := range []struct {
		name, file, text, says string
		at                     project.Stage
		status                 project.StageStatus
	}{
		{"whoever works", "odd", "stages: [", "odd.yml:1:", "intake", project.StagePending},
		{"whoever works, of whom there is no folder", "", "", "agents: not a directory", "intake", project.StagePending},
		{"the debugger", "debugger", "builtin: robot\n", `agent debugger: there is no builtin "robot": expected stub`, "specify", project.StageFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := eventfulRig(t)
			e := r.engine()
			r.at = r.at.Add(time.Second)
			if c.name == "the debugger" {
				delete(e.Agents, "debugger")
				e.Log = func(entry project.Entry) {
					if entry.Stage == "specify" && entry.Event == project.StageGaveError {
						// Only the debugger's file is read for it: the next attempt would mind this one too.
						putAgent(t, r.root, c.file, c.text)
					}
				}
				e.Agents["stub"] = faulty("specify", 1, project.Validation)
			} else if c.file != "" {
				putAgent(t, r.root, c.file, c.text)
			} else if err := breaks(".somas/agents", "")(r.root); err != nil {
				t.Fatal(err)
			}
			_, err := e.Run(t.Context(), id)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want an error that says %q, got %v", c.says, err)
			}
			if s := r.state(); s.CurrentStage != c.at || s.Stages[c.at].Status != c.status || s.RecoveryInfo.DebuggerInvocations != 0 {
				t.Errorf("it is at %s, %+v", s.CurrentStage, s.Stages[c.at])
			}
		})
	}
}

// TestDebuggerWaitsForItsService: where its breaker is open it is not asked, and nothing is entered.
func TestDebuggerWaitsForItsService(t *testing.T) {
	asked := 0
	r := newRig(t, noGates, works(func(task Task) (Answer, error) {
		switch {
		case task.Failure != nil:
			asked++
			return Answer{Artifacts: map[string]string{"notes.md": "look again"}}, nil
		case task.Stage == "plan" && task.Attempt == 1:
			return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
		}
		return Answer{}, nil
	}))
	putAgent(t, r.root, "stub", "builtin: stub\n")
	putAgent(t, r.root, "debugger", "builtin: stub\nservice: forge\n")
	must(r.operator().TripBreaker(id, "forge"))(t)
	out := r.run(WhyBreaker)
	want := Outcome{Project: id, Why: WhyBreaker, Status: project.Running, Stage: "plan", Service: "forge", Message: "it was tripped by hand: only a reset closes it"}
	if d := cmp.Diff(want, out); d != "" || asked != 0 {
		t.Errorf("it was asked %d times (-want +got)\n%s", asked, d)
	}
	if d := cmp.Diff([]string{"circuit_breaker_tripped", "stage_started", "stage_failed"}, r.events("plan")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	must(r.operator().ResetBreaker(id, "forge"))(t)
	r.run(WhyCompleted)
	if asked != 1 {
		t.Errorf("it was asked %d times", asked)
	}
}

// TestDebuggerIsToldToEnd: what it was at is not entered, so that the next engine asks it again.
func TestDebuggerIsToldToEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	r := newRig(t, noGates, nil)
	r.agent = AgentFunc(func(inner context.Context, task Task) (Answer, error) {
		switch {
		case task.Failure != nil:
			if asked++; asked == 1 {
				cancel()
				return Answer{Artifacts: map[string]string{"notes.md": "half a tho"}}, nil
			}
			return Answer{Artifacts: map[string]string{"notes.md": "look again"}}, nil
		case task.Stage == "plan" && task.Attempt == 1:
			return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
		}
		return works(func(Task) (Answer, error) { return Answer{}, nil })(inner, task)
	})
	out, err := r.engine().Run(ctx, id)
	want := Outcome{Project: id, Why: WhyCancelled, Status: project.Running, Stage: "plan", Message: "context canceled"}
	if d := cmp.Diff(want, out); d != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, d)
	}
	if d := cmp.Diff([]string{"stage_started", "stage_failed"}, r.events("plan")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	r.run(WhyCompleted)
	if notes := files(t, store.Dir(r.root, id))["artifacts/notes.md"]; notes != "look again" {
		t.Errorf("it found %q", notes)
	}
}

// TestDebuggersServiceCanNotBeCounted: the engine ends, and the debugger has not looked.
func TestDebuggersServiceCanNotBeCounted(t *testing.T) {
	var r *rig
	r = newRig(t, noGates, works(func(task Task) (Answer, error) {
		switch {
		case task.Failure != nil:
			r.full()
			return Answer{}, &Failure{Kind: project.Transient, Service: "ai_api", Message: "503"}
		case task.Stage == "plan":
			return Answer{}, &Failure{Kind: project.Validation, Message: "thin"}
		}
		return Answer{}, nil
	}))
	if out, err := r.engine().Run(t.Context(), id); err == nil || !strings.HasPrefix(err.Error(), "project-1: circuit_breaker_counted: ") {
		t.Errorf("got %+v, %v", out, err)
	}
	r.freed()
	if d := cmp.Diff([]string{"stage_started", "stage_failed"}, r.events("plan")); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
