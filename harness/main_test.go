package harness

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/golden"
)

// childWorkflows are those that a re-executed child of the test binary finds.
var childWorkflows = []Workflow{drawer{}, steps("steps", nil), shy{}, calling{}}

func TestMain(m *testing.M) {
	RunChild(childWorkflows...)
	goleak.VerifyTestMain(m)
}

// needs skips a test where a program is missing, loudly; in CI it is missing by mistake.
func needs(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing", program)
	}
	t.Skipf("SKIPPED: %s is missing; what this test shows is not shown here", program)
}

// commandOf returns an executor for a workflow whose zero fields have their defaults: sh -c
// of its first word, text output. Relative paths are those of the folder of hostile programs.
func commandOf(t testing.TB, w WorkflowConfig, changes ...func(*Config)) *commandExecutor {
	t.Helper()
	dir, err := filepath.Abs("../testdata/workflows/hostile")
	if err != nil {
		t.Fatal(err)
	}
	setDefault(&w.Name, "hostile")
	setDefault(&w.Output, golden.OutputText)
	c := Config{Dir: dir, Timeout: Duration(time.Minute), Workflows: []WorkflowConfig{w}}
	for _, change := range changes {
		change(&c)
	}
	c = c.Defaults()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	self, err := newReexec(nil)
	if err != nil {
		t.Fatal(err)
	}
	calls := &outside{dir: filepath.Join(state, "external"), redact: redactor{}.bytes}
	t.Cleanup(func() {
		if err := calls.close(); err != nil {
			t.Error(err)
		}
	})
	x, err := newCommandExecutor(c, c.Workflows[0], newWorld(time.Now, state), filepath.Join(state, "work"), self, calls)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func sh(script string) []string { return []string{"sh", "-c", script} }

// planned is the run that tests execute.
func planned(workflow string, seed uint64) job {
	at := Position{Cycle: 3, Run: 7}
	return job{PlannedRun: PlannedRun{Position: at, ID: at.String(), Workflow: workflow, Seed: seed}}
}

// seen is an execution as tests compare it.
type seen struct {
	Status  golden.Status
	Exit    int
	Signal  string
	Message string
	Trace   []string // the events: "kind value", or "kind name value"
}

// see executes a command, and fails the test where anything of it is left behind.
func see(t testing.TB, x *commandExecutor, j job) seen {
	t.Helper()
	e := x.execute(t.Context(), j)
	defer e.Close()
	wantNothingLeft(t, x)
	return seenIn(t, e)
}

func seenIn(t testing.TB, e Execution) seen {
	t.Helper()
	return seen{e.Status, e.Exit, e.Signal, e.Message, eventsOf(t, e.Trace)}
}

func eventsOf(t testing.TB, trace *golden.Trace) (events []string) {
	t.Helper()
	if trace == nil {
		return nil
	}
	n := 0
	for line, err := range trace.Lines() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 1 || n == trace.Events()+2 {
			continue
		}
		e, err := golden.ParseEvent(line)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, strings.Join(strings.Fields(fmt.Sprintf("%s %q", e.Kind, e.Name)), " ")+" "+string(e.Value))
	}
	for i := range events {
		events[i] = strings.Replace(events[i], ` "" `, " ", 1)
	}
	return events
}

// wantNothingLeft fails the test where a process of the executor's runs is alive, or their
// folder there. Their environment names the folder, so processes are told by that.
func wantNothingLeft(t testing.TB, x *commandExecutor) {
	t.Helper()
	if left, _ := os.ReadDir(x.workDir); len(left) > 0 {
		t.Errorf("left in %s: %v", x.workDir, left)
	}
	environments, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range environments {
		environment, _ := os.ReadFile(name)
		if bytes.Contains(environment, []byte("SHADOWRUN_OUT="+x.workDir)) {
			t.Errorf("still alive: %s", name)
		}
	}
}
