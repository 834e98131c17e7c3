package project_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func TestDefaults(t *testing.T) {
	want := project.Config{}.Defaults()
	for name, src := range map[string]string{"empty": "", "nothing": "null\n", "nothing, in short": "~\n", "no document": "# a\n---\n", "a comment": "# nothing\n", "braces": "{}\n"} {
		got, err := project.ParseConfig("config.yml", []byte(src))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestConfig(t *testing.T) {
	c, err := project.ParseConfig("config.yml", []byte(`
pipeline: {enabled: false, stage_timeout: 90s, stage_timeouts: {plan: 2h}, human_gates: []}
error_handling:
  retries: 0
  circuit_breaker: {failure_threshold: 2}
quality_gates: {verify: {coverage: 75.5, failed_tests: 3, lint_errors: 0, latency: {min: 1, max: 9}}}
monitoring:
  alerts: {thresholds: {pipeline_duration_hours: 168}}
  notifications: {notify_on: [error_occurred], webhook: "http://127.0.0.1:9/x"}
`))
	if err != nil {
		t.Fatal(err)
	}
	number := func(v float64) *float64 { return &v }
	want := project.Config{}.Defaults()
	want.Pipeline = project.PipelineConfig{StageTimeout: project.Duration(90 * time.Second), StageTimeouts: map[project.Stage]project.Duration{"plan": project.Duration(2 * time.Hour)}, HumanGates: []project.Stage{}}
	want.ErrorHandling.Retries, want.ErrorHandling.CircuitBreaker.FailureThreshold = 0, 2
	want.QualityGates = map[project.Stage]map[string]project.Gate{"verify": {
		"coverage": {Min: number(75.5)}, "failed_tests": {Max: number(3)}, "lint_errors": {Max: number(0)}, "latency": {Min: number(1), Max: number(9)}}}
	want.Monitoring.Alerts.Thresholds.PipelineDurationHours = 168
	want.Monitoring.Notifications.NotifyOn, want.Monitoring.Notifications.Webhook = []string{"error_occurred"}, "http://127.0.0.1:9/x"
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	if c.Timeout("plan") != 2*time.Hour || c.Timeout("verify") != 90*time.Second {
		t.Errorf("want plan's own time-out and verify's general one, got %s, %s", c.Timeout("plan"), c.Timeout("verify"))
	}
	moved := project.State{QualityGates: map[string]project.Adjustment{"verify.coverage": {Min: number(60)}, "plan.size": {Max: number(5)}}}
	if g := c.Gates("verify", moved); *g["coverage"].Min != 60 || len(g) != 4 || *c.QualityGates["verify"]["coverage"].Min != 75.5 {
		t.Errorf("want coverage moved for the project alone, got %v", g)
	}
	if g := c.Gates("plan", moved); len(g) != 1 || g["size"].Holds(6) || !g["size"].Holds(5) {
		t.Errorf("want size of 5 at most, got %v", g)
	}
	if g := (project.Gate{Min: number(2)}); g.Holds(1.9) || !g.Holds(2) {
		t.Error("want 2 at least")
	}
}

func TestConfigErrors(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"unknown key", "pipeline:\n  enabeld: true\n", "c.yml:2:3: pipeline.enabeld: there is no such key"},
		{"wrong type", "pipeline:\n  enabled: soon\n", "c.yml:2:3: pipeline.enabled: got string, want boolean"},
		{"duration", "pipeline: {stage_timeout: forever}\n", "c.yml:1:12: pipeline.stage_timeout: 'forever' does not match pattern '^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$'"},
		{"too many seconds", "error_handling:\n  circuit_breaker:\n    recovery_timeout: -1\n", "c.yml:3:5: error_handling.circuit_breaker.recovery_timeout: minimum: got -1, want 1"},
		{"empty bounds", "quality_gates: {verify: {coverage: {}}}\n", "c.yml:1:26: quality_gates.verify.coverage: minProperties: got 0, want 1"},
		{"bounds that exclude all", "quality_gates:\n  verify:\n    coverage: {min: 2, max: 1}\n", "c.yml:3:5: quality gate verify.coverage: nothing is at least 2 and at most 1"},
		{"twice", "agents: {}\nagents: {}\n", `c.yml:2:1: mapping key "agents" already defined at [1:1]`},
		{"an alias", "agents: &a {}\npipeline: *a\n", "c.yml:1:9: anchors, aliases, tags and merges are not read here: write it out"},
		{"a list", "- x\n", "c.yml:1:1: want keys and values"},
		{"two documents", "{}\n---\n{}\n", "c.yml: it has more than one document: want one"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := project.ParseConfig("c.yml", []byte(test.src))
			var c *project.ConfigError
			if !errors.As(err, &c) {
				t.Fatalf("want *ConfigError, got %v", err)
			}
			if diff := cmp.Diff(test.want, c.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAgent(t *testing.T) {
	a, err := project.ParseAgent("coder", "coder.yml", []byte("stages: [implement]\nservice: ai_api\ncommand: [python3, agent.py]\ncredentials: [API_KEY]\ntimeout: 10m\n"))
	want := project.Agent{Name: "coder", Stages: []project.Stage{"implement"}, Service: "ai_api", Command: []string{"python3", "agent.py"}, Credentials: []string{"API_KEY"}, Timeout: project.Duration(10 * time.Minute)}
	if diff := cmp.Diff(want, a); diff != "" || err != nil {
		t.Errorf("agent: %v (-want +got):\n%s", err, diff)
	}
	c := project.Config{}.Defaults()
	if a.Limit(c, "implement") != 10*time.Minute || (project.Agent{}).Limit(c, "implement") != 4*time.Hour {
		t.Error("want the agent's own time-out, or else the stage's")
	}
	for name, src := range map[string]string{"neither": "service: x\n", "both": "command: [a]\nbuiltin: stub\n", "no such stage": "builtin: stub\nstages: [build]\n", "nothing": ""} {
		if _, err := project.ParseAgent("x", "x.yml", []byte(src)); err == nil {
			t.Errorf("%s: want it refused", name)
		}
	}
}
