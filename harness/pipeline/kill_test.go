package pipeline

import (
	"bufio"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// countOf is how often a random test does what it does: what the variable says, or few.
func countOf(t *testing.T, variable string, few int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q: expected a number from 1", variable, text)
	}
	return n
}

// An engine is killed at random instants, again and again, on one project after the other. What it
// had acknowledged is there, the log is whole, each stage is done once, and what comes of it is
// what comes of an engine that nobody kills. PIPELINE_KILLS=1000 is the full count.
func TestKilledAtAnyInstant(t *testing.T) {
	if testing.Short() {
		t.Skip("in other processes")
	}
	random := rand.New(rand.NewPCG(1, 2))
	kills := countOf(t, "PIPELINE_KILLS", 30)
	for done, seed := 0, uint64(1); done < kills; seed++ {
		if gives := StubFaults(seed); permanent(gives) {
			continue // it fails, and a restart is a person's
		}
		root := gateless(t)
		create(t, root, seed)
		acknowledged := []string{}
		for {
			sums, out := engineKilled(t, root, time.Duration(random.IntN(60_000))*time.Microsecond)
			acknowledged = append(acknowledged, sums...)
			checkKilled(t, root, acknowledged)
			if out != "" {
				if out != string(WhyCompleted) {
					t.Fatalf("seed %d: the engine came to rest as %s", seed, out)
				}
				break
			}
			done++
		}
		checkCompleted(t, root, seed)
		if t.Failed() {
			t.FailNow()
		}
	}
}

func permanent(faults map[project.Stage]Fault) bool {
	for _, f := range faults {
		if f.Kind == project.Permanent {
			return true
		}
	}
	return false
}

// gateless is a root whose projects wait for nobody.
func gateless(t *testing.T) string {
	t.Helper()
	root := rootFolder(t)
	writeConfig(t, root, "pipeline: {human_gates: []}\n")
	return root
}

func writeConfig(t *testing.T, root, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(root, ".somas"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ConfigPath(root), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, root string, seed uint64) {
	t.Helper()
	if _, err := operator(root).Create("project-1", seed); err != nil {
		t.Fatal(err)
	}
}

func operator(root string) Operator {
	return Operator{Root: root, Now: clock(), Actor: "ops", Reason: "a test"}
}

// engineKilled starts an engine and kills it after a while from when it begins. It returns the sums
// that it acknowledged, and how it came to rest where it was quicker.
func engineKilled(t *testing.T, root string, after time.Duration) (sums []string, out string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), engineVariable+"="+root)
	child.Stderr = os.Stderr
	pipe, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var killer *time.Timer
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		switch line := lines.Text(); {
		case line == "ready":
			killer = time.AfterFunc(after, func() { child.Process.Kill() })
		case strings.HasPrefix(line, "sha256:") && len(line) == len("sha256:")+64:
			sums = append(sums, line)
		default:
			out = line
		}
	}
	if err := child.Wait(); err != nil && child.ProcessState.Exited() {
		t.Fatalf("the engine failed by itself: %v", err)
	}
	if killer != nil {
		killer.Stop()
	}
	if !child.ProcessState.Success() {
		out = ""
	}
	return sums, out
}

// checkKilled looks at what a killed engine left: nothing but what opening mends, and in the log all that was
// acknowledged.
func checkKilled(t *testing.T, root string, acknowledged []string) {
	t.Helper()
	found, err := store.Check(store.Dir(root, "project-1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range found {
		if !d.Heals {
			t.Errorf("after a kill: %v", &d)
		}
	}
	entries, err := operator(root).History("project-1", Filter{})
	if err != nil {
		t.Fatalf("after a kill: %v", err)
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Sum] = true
	}
	for _, sum := range acknowledged {
		if !there[sum] {
			t.Errorf("a transition was acknowledged and is lost: %s", sum)
		}
	}
}

// checkCompleted compares what came of a project with what an engine makes of its seed that nobody kills.
func checkCompleted(t *testing.T, root string, seed uint64) {
	t.Helper()
	calm := gateless(t)
	create(t, calm, seed)
	if out, err := (&Engine{Root: calm, Now: clock()}).Run(t.Context(), "project-1"); err != nil || out.Why != WhyCompleted {
		t.Fatalf("undisturbed: %v, %v", out, err)
	}
	want, got := made(t, calm), made(t, root)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("seed %d: killed and resumed it made something else (-want +got)\n%s", seed, d)
	}
	if damage, err := store.Check(store.Dir(root, "project-1")); err != nil || len(damage) > 0 {
		t.Errorf("when it is completed: %v %v", damage, err)
	}
}

// result is what a project made, and how often each stage was done.
type result struct {
	Done      map[project.Stage]int
	Artifacts map[string]string // but for the debugger's notes, of which a kill may cost some
}

func made(t *testing.T, root string) result {
	t.Helper()
	o := operator(root)
	s, err := o.Status("project-1")
	entries, listed := o.History("project-1", Filter{Event: project.StageDone})
	if err := errors.Join(err, listed); err != nil {
		t.Fatal(err)
	}
	r := result{map[project.Stage]int{}, map[string]string{}}
	for _, e := range entries {
		r.Done[e.Stage]++
	}
	for name, digest := range s.Artifacts() {
		if !strings.Contains(name, notesPrefix) {
			r.Artifacts[name] = digest
		}
	}
	return r
}
