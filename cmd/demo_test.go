package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/cmd"
	"github.com/shadowrun/shadowrun/harness/reference"
)

// expectation is what is to be found of one of the example programs.
type expectation struct {
	Workflow string   `json:"workflow"`
	Verdict  string   `json:"verdict"`
	Class    string   `json:"class"`
	Causes   []string `json:"causes"`
}

type finding struct {
	Workflow string `json:"workflow"`
	Class    string `json:"class"`
	Cause    string `json:"cause"`
	Pattern  string `json:"pattern"`
}

// TestExamples runs the example programs as 'make demo' does: each fault is found and
// classified, and no steady program accused.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of runs, in processes of their own")
	}
	dir := filepath.Join("..", "testdata", "workflows")
	for _, program := range []string{"python3", "node", "gcc", "make"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program)
		}
	}
	if out, err := exec.Command("make", "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("make: %v\n%s", err, out)
	}
	var expected []expectation
	text, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	found := soakExamples(t, filepath.Join(dir, "demo.yaml"))
	for _, e := range expected {
		t.Run(e.Workflow, func(t *testing.T) {
			if e.Workflow == "go-race" && runtime.NumCPU() == 1 {
				t.Skip("go-race needs two CPUs to race on")
			}
			e.check(t, found[e.Workflow])
		})
	}
}

func (e expectation) check(t *testing.T, found []finding) {
	if e.Verdict == "match" {
		if len(found) > 0 {
			t.Errorf("it is steady, and was accused of %+v", found)
		}
		return
	}
	if len(found) == 0 {
		t.Fatalf("its fault, %s because of %s, was not found", e.Class, strings.Join(e.Causes, " or "))
	}
	for _, f := range found {
		if f.Class != e.Class || !slices.Contains(e.Causes, f.Cause) {
			t.Errorf("%s: got %s because of %s, want %s because of %s", f.Pattern, f.Class, f.Cause, e.Class, strings.Join(e.Causes, " or "))
		}
	}
}

// soakExamples returns what a soak of two cycles found, by workflow.
func soakExamples(t *testing.T, config string) map[string][]finding {
	var out, talk bytes.Buffer
	args := []string{"--cycles", "2", "--config", config, "--state", t.TempDir(), "--json", "--progress", "none"}
	if status := cmd.Run(context.Background(), reference.Workflows(), args, strings.NewReader(""), &out, &talk); status != 1 {
		t.Fatalf("exit status %d, want 1 (FAIL)\n%s%s", status, out.String(), talk.String())
	}
	var summary struct {
		Outcome  string    `json:"outcome"`
		Findings []finding `json:"findings"`
		Figures  struct{ Unfinished, Unknown int64 }
	}
	if err := json.Unmarshal(out.Bytes(), &summary); err != nil {
		t.Fatal(err)
	}
	if summary.Outcome != "FAIL" || summary.Figures.Unfinished+summary.Figures.Unknown > 0 {
		t.Errorf("got %+v, want FAIL and every run replayed", summary)
	}
	found := map[string][]finding{}
	for _, f := range summary.Findings {
		found[f.Workflow] = append(found[f.Workflow], f)
	}
	return found
}

// missing skips a test loudly for want of a program, and fails it where CI is set.
func missing(t *testing.T, program string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed, and CI is set: 'make deps' installs it", program)
	}
	t.Skipf("NOT TESTED: %s is not installed", program)
}

// needsRoot skips a test loudly for want of root, and fails it where CI is set.
func needsRoot(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s takes root, and CI is set", what)
	}
	t.Skipf("NOT TESTED: %s takes root", what)
}
