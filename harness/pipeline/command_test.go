package pipeline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// A command agent gets the task as JSON and answers JSON; all else is a failure that says what to mend.
func TestCommandAgent(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         Answer
		kind         project.ErrorKind
		says         string
	}{
		{name: "answers", script: `echo '{"artifacts":{"a.md":"x"},"measures":{"coverage":91}}'`,
			want: Answer{Artifacts: map[string]string{"a.md": "x"}, Measures: map[string]float64{"coverage": 91}}},
		{name: "reads the task", script: `read line; case $line in *'"stage":"plan"'*'"attempt":2'*) echo '{}';; *) exit 9;; esac`},
		{name: "runs in the root", script: `test -d .somas && echo '{}'`},
		{name: "has its credentials", script: `test "$PIPELINE_TEST_KEY" = secret && test -z "$PIPELINE_TEST_OTHER" && echo '{}'`},
		{name: "says that a service failed", script: `echo '{"error":{"kind":"transient","service":"ai_api","message":"429"}}'`, kind: project.Transient, says: "429"},
		{name: "says an unknown kind", script: `echo '{"error":{"kind":"odd"}}'`, kind: project.Permanent, says: `error.kind is "odd"`},
		{name: "talks", script: `echo hello`, kind: project.Permanent, says: "its answer is not what is expected: invalid character 'h'"},
		{name: "answers twice", script: `echo '{}{}'`, kind: project.Permanent, says: "more after the first document"},
		{name: "answers with a wrong key", script: `echo '{"artefacts":{}}'`, kind: project.Permanent, says: `unknown field "artefacts"`},
		{name: "answers nothing", script: `:`, kind: project.Permanent, says: "EOF"},
		{name: "fails", script: `echo no key >&2; exit 3`, kind: project.Permanent, says: "exit status 3; it said: no key"},
		{name: "tells its key", script: `echo "key $PIPELINE_TEST_KEY" >&2; exit 1`, kind: project.Permanent, says: "it said: key [PIPELINE_TEST_KEY]"},
		{name: "answers with its key", script: `echo "{\"error\":{\"kind\":\"permanent\",\"message\":\"bad $PIPELINE_TEST_KEY\"}}"`, kind: project.Permanent, says: "bad [PIPELINE_TEST_KEY]"},
		{name: "floods", script: `yes`, kind: project.Permanent, says: "over its limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			agent := shell(t, c.script)
			got, err := agent.Invoke(t.Context(), Task{Stage: "plan", Attempt: 2})
			f := failureOf(err)
			if c.kind == "" && f != nil {
				t.Fatalf("failed: %v", f)
			}
			if c.kind != "" && (f == nil || f.Kind != c.kind || !strings.Contains(f.Message, c.says)) {
				t.Fatalf("want a %s failure that says %q, got %v", c.kind, c.says, f)
			}
			if d := cmp.Diff(c.want, got); d != "" && c.kind == "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// shell is an agent that is a shell's script, with a credential, in a root of its own.
func shell(t *testing.T, script string) *command {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, ".somas"), 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("PIPELINE_TEST_KEY") != "secret" {
		t.Fatal("TestMain sets PIPELINE_TEST_KEY")
	}
	return &command{argv: []string{"sh", "-c", script}, root: root, credentials: []string{"PIPELINE_TEST_KEY"}}
}

// An agent that hangs dies with all that it started, and is tried again.
func TestCommandAgentIsKilledWithItsFamily(t *testing.T) {
	agent := shell(t, `sleep 1000 & echo $! > child; wait`)
	ctx, end := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, &Failure{Kind: project.Transient, Message: "took too long"})
	defer end()
	_, err := agent.Invoke(ctx, Task{})
	if f := failureOf(err); f == nil || f.Kind != project.Transient || !strings.Contains(f.Message, "took too long") {
		t.Errorf("got %v", err)
	}
	pid, err := os.ReadFile(filepath.Join(agent.root, "child"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its child %s lives: %v", pid, err)
	}
}

// Who ends the engine does not make the agent fail.
func TestCommandAgentIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := shell(t, `echo '{}'`).Invoke(ctx, Task{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCommandAgentWithoutItsCredentials(t *testing.T) {
	agent := shell(t, `echo '{}'`)
	agent.credentials = []string{"PIPELINE_TEST_NONE"}
	if _, err := agent.Invoke(t.Context(), Task{}); err == nil || !strings.Contains(err.Error(), "PIPELINE_TEST_NONE") {
		t.Errorf("got %v", err)
	}
}

// The environment is what an agent's file says, and nothing else; its key is taken out of all that is said, as often as it comes.
func TestCommandAgentsEnvironment(t *testing.T) {
	t.Setenv("HOME", "/home/ops")
	t.Setenv("PATH", os.Getenv("PATH")+":/opt/none")
	path := os.Getenv("PATH")
	agent := shell(t, "")
	for _, c := range []struct {
		name        string
		credentials []string
		unset       string
		want        []string
		says        string
	}{
		{"with its key", []string{"PIPELINE_TEST_KEY"}, "", []string{"HOME=/home/ops", "PATH=" + path, "PIPELINE_TEST_KEY=secret", "LC_ALL=C.UTF-8", "TZ=UTC"}, ""},
		{"without any", nil, "", []string{"HOME=/home/ops", "PATH=" + path, "LC_ALL=C.UTF-8", "TZ=UTC"}, ""},
		{"of nobody's home", nil, "HOME", []string{"PATH=" + path, "LC_ALL=C.UTF-8", "TZ=UTC"}, ""},
		{"without PATH", nil, "PATH", nil, "permanent: the environment has no PATH, which the agent needs"},
		{"without its key", []string{"PIPELINE_TEST_KEY", "PIPELINE_TEST_NONE"}, "", nil, "permanent: the environment has no PIPELINE_TEST_NONE, which the agent needs"},
		{"with an empty key", []string{"PIPELINE_TEST_EMPTY"}, "", nil, "permanent: the environment has no PIPELINE_TEST_EMPTY, which the agent needs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("PIPELINE_TEST_EMPTY", "")
			if c.unset != "" {
				t.Setenv(c.unset, "")
				os.Unsetenv(c.unset)
			}
			agent.credentials = c.credentials
			got, err := agent.environment()
			said := ""
			if err != nil {
				said = err.Error()
			}
			if d := cmp.Diff(c.want, got); d != "" || said != c.says {
				t.Errorf("%s (-want +got)\n%s", said, d)
			}
		})
	}
}

// What an agent said is in its failure, without what surrounds it, and without its keys.
func TestCommandAgentsFailuresWhole(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         Failure
	}{
		{"it says nothing", "exit 3", Failure{Kind: project.Permanent, Message: "sh: exit status 3"}},
		{"it says something", "echo; echo ' no key ' >&2; exit 4", Failure{Kind: project.Permanent, Message: "sh: exit status 4; it said: no key"}},
		{"it says its key, again and again", `echo "$PIPELINE_TEST_KEY, $PIPELINE_TEST_KEY" >&2; exit 1`,
			Failure{Kind: project.Permanent, Message: "sh: exit status 1; it said: [PIPELINE_TEST_KEY], [PIPELINE_TEST_KEY]"}},
		{"it talks, and answers", `echo warning >&2; echo '{"error":{"kind":"validation","service":"ci","message":"red"}}'`,
			Failure{Kind: project.Validation, Service: "ci", Message: "red"}},
		{"it answers what is no answer", `echo '[]'`, Failure{Kind: project.Permanent, Message: "its answer is not what is expected: json: cannot unmarshal array into Go value of type pipeline.Answer" +
			` (expected one JSON object such as {"artifacts":{"plan.md":"…"},"measures":{"coverage":91}})`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := shell(t, c.script).Invoke(t.Context(), Task{})
			if d := cmp.Diff(&c.want, failureOf(err)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

// An agent is given its whole task, on one line.
func TestCommandAgentsTaskWhole(t *testing.T) {
	agent := shell(t, "cat > task; echo '{}'")
	task := Task{Project: "project-1", Stage: "plan", Seed: 7, Attempt: 2, Inputs: map[string]string{"intake.md": "ü"}, Failure: &Failure{Kind: project.Validation, Message: "thin"}}
	if _, err := agent.Invoke(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	want := `{"project":"project-1","stage":"plan","seed":7,"attempt":2,"artifacts":{"intake.md":"ü"},"failure":{"kind":"validation","message":"thin"}}`
	if d := cmp.Diff(want, files(t, agent.root)["task"]); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
