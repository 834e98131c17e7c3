package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// TestWhichAgentWorks: by its file's stages, or else by default; what is not clear is refused with what to mend.
func TestWhichAgentWorks(t *testing.T) {
	given := works(func(Task) (Answer, error) { return Answer{}, nil })
	for _, c := range []struct {
		name   string
		config string
		files  map[string]string
		want   string // the agent's name; or
		says   string
	}{
		{"nothing is said", "", nil, "stub", ""},
		{"a file names the stage", "", map[string]string{"planner": "stages: [plan]\nbuiltin: stub\n"}, "planner", ""},
		{"a file names another", "", map[string]string{"coder": "stages: [implement]\nbuiltin: stub\n"}, "stub", ""},
		{"a default with a file", "agents: {default: coder}\n", map[string]string{"coder": "builtin: stub\n"}, "coder", ""},
		{"a default that was given", "agents: {default: given}\n", nil, "given", ""},
		{"the debugger without a file", "agents: {default: debugger}\n", nil, "debugger", ""},
		{"a default that is none", "agents: {default: coder}\n", nil, "", "there is no agent coder: write its file, or name another in "},
		{"two at once", "", map[string]string{"a": "stages: [plan]\nbuiltin: stub\n", "b": "stages: [plan, verify]\nbuiltin: stub\n"}, "",
			"stage plan has two agents, a and b: take it out of one's file in "},
		{"an unknown builtin", "agents: {default: odd}\n", map[string]string{"odd": "builtin: robot\n"}, "", "robot"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, c.config, nil)
			for name, text := range c.files {
				putAgent(t, r.root, name, text)
			}
			e := &Engine{Root: r.root, Now: r.now, Agents: map[string]Agent{"given": given}}
			config, err := LoadConfig(r.root)
			if err != nil {
				t.Fatal(err)
			}
			w, err := e.agentFor(config, "plan")
			switch {
			case c.says == "" && (err != nil || w.Name != c.want || w.agent == nil):
				t.Errorf("want %s, got %s, %v", c.want, w.Name, err)
			case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("want a refusal that says %q, got %v", c.says, err)
			}
		})
	}
}

// TestAgentsOfARootWithOddLetters: whatever the root's folder is called, its agents are found.
func TestAgentsOfARootWithOddLetters(t *testing.T) {
	for _, name := range []string{"[1]", "a[b", "*", `back\slash`} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, noGates, nil)
			root := filepath.Join(t.TempDir(), name)
			if err := os.CopyFS(root, os.DirFS(r.root)); err != nil {
				t.Fatal(err)
			}
			r.root = root
			putAgent(t, root, "planner", "stages: [intake]\nbuiltin: stub\n")
			putAgent(t, root, "planner.yml.old", "stages: [")
			if err := os.Rename(filepath.Join(root, ".somas", "agents", "planner.yml.old.yml"), filepath.Join(root, ".somas", "agents", "planner.yml.old")); err != nil {
				t.Fatal(err)
			}
			r.agent = faulty("intake", 1, project.Permanent)
			e := r.engine()
			e.Agents["planner"] = r.agent
			if out, err := e.Run(t.Context(), id); err != nil || out.Why != WhyFailed {
				t.Errorf("the planner was not asked: %+v, %v", out, err)
			}
		})
	}
}

// TestAgentsFilesLieTogether: a name does not lead to a file elsewhere.
func TestAgentsFilesLieTogether(t *testing.T) {
	r := newRig(t, noGates, nil)
	putAgent(t, r.root, ".hidden", "builtin: stub\n")
	for _, name := range []string{"../agents/.hidden", ".hidden", "", ".."} {
		c, err := r.operator().CheckAgent(name)
		if err != nil || !strings.Contains(strings.Join(c.Problems, "\n"), "expected a file's name in .somas/agents, without .yml") {
			t.Errorf("%q: got %+v, %v", name, c, err)
		}
	}
}

// TestServicesOfAgents: a breaker is there for what an agent's file names, also before it was ever called.
func TestServicesOfAgents(t *testing.T) {
	r := newRig(t, noGates, nil)
	putAgent(t, r.root, "coder", "stages: [implement]\nbuiltin: stub\nservice: forge\n")
	putAgent(t, r.root, "second", "stages: [intake]\nbuiltin: stub\nservice: forge\n")
	putAgent(t, r.root, "third", "stages: [verify]\nbuiltin: stub\nservice: a-first\n")
	putAgent(t, r.root, "silent", "stages: [plan]\nbuiltin: stub\n")
	if _, err := r.operator().TripBreaker(id, "forge"); err != nil {
		t.Error(err)
	}
	_, err := r.operator().TripBreaker(id, "smithy")
	if want := `no agent of project-1 calls a service "smithy": expected one of a-first, ai_api, forge`; err == nil || err.Error() != want {
		t.Errorf("want %s, got %v", want, err)
	}
}

// TestJudgedByGates: each measure that its gate does not let through is named, with what was asked for; it is the debugger's.
func TestJudgedByGates(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	gates := map[string]project.Gate{"coverage": {Min: number(80)}, "failed": {Max: number(0)}, "latency": {Min: number(1), Max: number(9)}}
	for _, c := range []struct {
		name     string
		measures map[string]float64
		want     *Failure
	}{
		{"all hold", map[string]float64{"coverage": 80, "failed": 0, "latency": 9}, nil},
		{"one does not", map[string]float64{"coverage": 80, "failed": 1, "latency": 1},
			&Failure{Kind: project.Validation, Message: "verify.failed is 1: the quality gate asks for at most 0"}},
		{"none do", map[string]float64{"coverage": 79.5, "latency": 10}, &Failure{Kind: project.Validation, Message: "verify.coverage is 79.5: the quality gate asks for at least 80; " +
			"verify.failed was not measured: the quality gate asks for at most 0; verify.latency is 10: the quality gate asks for at least 1, at most 9"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, judgeGates("verify", gates, c.measures)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// TestTooLittleToDoItOn: what is asked of a project that has not got there yet.
func TestTooLittleToDoItOn(t *testing.T) {
	r := newRig(t, noGates, nil)
	for name, c := range map[string]struct {
		do   func(Operator) (Done, error)
		says string
	}{
		"resume":    {func(o Operator) (Done, error) { return o.Resume(id, "") }, "project-1 has no checkpoint: no stage was completed; restart it from intake"},
		"purge all": {func(o Operator) (Done, error) { return o.PurgeLetters(id, Purge{All: true}) }, "project-1 has no dead letters"},
		"restore":   {func(o Operator) (Done, error) { return o.Restore(id, "") }, "project-1 has no backup"},
		"ask at a nil": {func(o Operator) (Done, error) {
			_, d, err := o.InvokeAgent(context0, id, "stub", "deploy")
			return d, err
		}, `there is no stage "deploy"`},
		"create no id": {func(o Operator) (Done, error) { return o.Create("project-x", 1) }, "want project-N"},
		"fresh, no id": {func(o Operator) (Done, error) { return o.RestartFresh("project-x", nil) }, "want project-N"},
	} {
		if d, err := c.do(r.operator()); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want a refusal that says %q, got %+v, %v", name, c.says, d, err)
		}
	}
}

// TestFirstStageIsOneToo: what is done at a stage can be done at the first.
func TestFirstStageIsOneToo(t *testing.T) {
	r := failed.rig(t)
	i, _, err := r.operator().InvokeAgent(t.Context(), id, "stub", "intake")
	if err != nil || i.Stage != "intake" {
		t.Errorf("invoked: %+v, %v", i, err)
	}
	if d, err := r.operator().RestartFrom(id, "intake"); err != nil || d.Stage != "intake" {
		t.Errorf("restarted: %+v, %v", d, err)
	}
	r.agent = faulty("intake", 0, "")
	r.run(WhyCompleted)
}

// TestGatesAreAdjustedBothWays: to at least, at most, or both, and the next adjustment forgets the one before.
func TestGatesAreAdjustedBothWays(t *testing.T) {
	r := failed.rig(t)
	for _, to := range []project.Gate{{Max: new(3.0)}, {Min: new(1.0), Max: new(2.0)}, {Min: new(0.0)}} {
		must(r.operator().AdjustGate(id, "verify.failed_tests", to))(t)
		got := must(r.operator().Gates(id))(t)[1]
		want := GateStatus{Name: "verify.failed_tests", Gate: to,
			Adjusted: &project.Adjustment{Min: to.Min, Max: to.Max, Actor: "ops", Reason: "a test", At: r.at}}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got)\n%s", d)
		}
	}
}

// TestEscalationIsToldOf: to whom, also in a dry run, and who could not be told.
func TestEscalationIsToldOf(t *testing.T) {
	r := newRig(t, noGates+"monitoring: {notifications: {file: notices.jsonl, command: [sh, -c, \"echo no >&2; exit 3\"]}}\n", nil)
	o := r.operator()
	o.DryRun = true
	due := "escalated as low: an answer is due within 24h0m0s, until 2026-01-02T00:00:00Z"
	for _, c := range []struct {
		dry  bool
		want []string
	}{
		{true, []string{due, "told command sh", "told file notices.jsonl"}},
		{false, []string{due, "could not tell command sh: exit status 3 no", "told file notices.jsonl"}},
	} {
		o.DryRun = c.dry
		d, err := o.Escalate(context0, id, "low")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, d.Did); diff != "" {
			t.Errorf("dry run %t (-want +got)\n%s", c.dry, diff)
		}
	}
	if got := r.notices(); len(got) != 1 || got[0] != "escalated intake" {
		t.Errorf("notices: got %q", got)
	}
}
