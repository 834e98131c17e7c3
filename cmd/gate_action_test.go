package cmd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// action is what of a composite action's definition decides what it does.
type action struct {
	Inputs map[string]struct {
		Description, Default string
	}
	Runs struct {
		Using string
		Steps []struct {
			Uses, Name, ID, Shell, Run string
			With, Env                  map[string]string
		}
	}
}

func readAction(t *testing.T) action {
	t.Helper()
	text, err := os.ReadFile("../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(text, &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Runs.Steps) != 3 || a.Runs.Using != "composite" {
		t.Fatalf("%+v, want a composite action of three steps", a)
	}
	return a
}

// What an input says is handed over as a variable and is never a part of a script: there it could be any command.
func TestActionKeepsInputsOutOfItsScripts(t *testing.T) {
	a := readAction(t)
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("step %q has an expression in its script", step.Name)
		}
	}
	for name, input := range a.Inputs {
		if input.Description == "" {
			t.Errorf("input %s is not described", name)
		}
	}
}

// The action's last step runs the gate with its inputs, and says what it came to.
func TestActionRunsTheGate(t *testing.T) {
	script := readAction(t).Runs.Steps[2]
	tests := []struct {
		name, args, explain, exit string
		argv                      []string
		outcome                   string
	}{
		{"nothing but defaults", "", "false", "0", []string{"gate", "--config", "a b.yaml", "--explain=false"}, "outcome=PASS\n"},
		{"arguments, quoted as for a shell", `--workflow "or ders" --seed 2`, "40,1m", "1",
			[]string{"gate", "--config", "a b.yaml", "--explain=40,1m", "--workflow", "or ders", "--seed", "2"}, "outcome=FAIL\n"},
		{"arguments that a shell would expand", `--junit "a  b.xml" $(id) '$HOME' *`, "false", "0",
			[]string{"gate", "--config", "a b.yaml", "--explain=false", "--junit", "a  b.xml", "$(id)", "$HOME", "*"}, "outcome=PASS\n"},
		{"nothing compared", "", "true", "3", []string{"gate", "--config", "a b.yaml", "--explain=true"}, "outcome=INCONCLUSIVE\n"},
		{"a mistake", "", "false", "2", []string{"gate", "--config", "a b.yaml", "--explain=false"}, "outcome=\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			stub := "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$RUNNER_TEMP/argv\"\nexit " + test.exit + "\n"
			if err := os.WriteFile(filepath.Join(dir, "shadowrun"), []byte(stub), 0o777); err != nil {
				t.Fatal(err)
			}
			c := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script.Run)
			c.Env = append(os.Environ(), "RUNNER_TEMP="+dir, "GITHUB_OUTPUT="+filepath.Join(dir, "output"),
				"CONFIG=a b.yaml", "ARGS="+test.args, "EXPLAIN="+test.explain)
			out, err := c.CombinedOutput()
			status := "0"
			if exit, ok := err.(*exec.ExitError); ok {
				status = string(rune('0' + exit.ExitCode()))
			}
			argv, err1 := os.ReadFile(filepath.Join(dir, "argv"))
			outcome, err2 := os.ReadFile(filepath.Join(dir, "output"))
			if err1 != nil || err2 != nil || status != test.exit {
				t.Fatalf("exit status %s, want %s: %v, %v\n%s", status, test.exit, err1, err2, out)
			}
			if diff := cmp.Diff(test.argv, strings.Split(strings.TrimSuffix(string(argv), "\n"), "\n")); diff != "" || string(outcome) != test.outcome {
				t.Errorf("%q (want -, got +)\n%s", outcome, diff)
			}
		})
	}
}

// The gate's step finds the program where the one before it built it.
func TestActionBuildsWhatItRuns(t *testing.T) {
	steps := readAction(t).Runs.Steps
	const built = `"$RUNNER_TEMP/shadowrun"`
	if !strings.Contains(steps[1].Run, "-o "+built+" ./cmd/shadowrun") || !strings.Contains(steps[2].Run, built+" gate ") {
		t.Errorf("%q builds, and %q runs", steps[1].Run, steps[2].Run)
	}
}
