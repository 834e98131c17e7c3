package soak_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/reference"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// bin is where the real binary is built, once, for the tests that kill it.
var bin string

func TestMain(m *testing.M) {
	harness.RunChild(reference.Workflows()...)
	var err error
	if bin, err = os.MkdirTemp("", "shadowrun-soak-test-"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(bin)
		os.Exit(code)
	}))
}

var build = sync.OnceValues(func() (string, error) {
	path := filepath.Join(bin, "shadowrun")
	out, err := exec.Command("go", "build", "-o", path, "../../cmd/shadowrun").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

// mixed is a soak of every kind of workflow: Go ones, one of them resumed in children, and a
// command, which notes each of its executions in a file beside it.
const mixed = `
runs_per_cycle: 4
workers: 2
interval: 0s
recheck: 1
workflows:
  - name: compute
  - name: io
  - name: llm
  - name: noted
    command: [sh, flow.sh, "{seed}"]
    output: text
`

const notedFlow = `echo "$SHADOWRUN_RUN_ID" >>notes; echo "seed $1"; echo "$SHADOWRUN_RUN_ID" >"$SHADOWRUN_OUT/id"`

// shadowrun is a process of the real binary on a state folder.
type shadowrun struct {
	*exec.Cmd
	out, err bytes.Buffer
}

// command is the binary with these arguments, its configuration and state folder; it is killed
// with the test.
func command(t *testing.T, config, state string, args ...string) *shadowrun {
	t.Helper()
	if testing.Short() {
		t.Skip("the built binary is tested without -short; in it the race detector would see nothing")
	}
	path, err := build()
	if err != nil {
		t.Fatalf("go build: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	s := &shadowrun{Cmd: exec.CommandContext(ctx, path, append([]string{"--config", config, "--state", state}, args...)...)}
	s.Stdout, s.Stderr = &s.out, &s.err
	return s
}

// mustExit runs the binary to its end and checks its exit status.
func (s *shadowrun) mustExit(t *testing.T, status int) {
	t.Helper()
	s.Run()
	s.checkStatus(t, status)
}

func (s *shadowrun) checkStatus(t *testing.T, status int) {
	t.Helper()
	if got := s.ProcessState.ExitCode(); got != status {
		t.Fatalf("%s: exit status %d (%v), want %d\n%s%s", strings.Join(s.Args[1:], " "), got, s.ProcessState, status, &s.out, &s.err)
	}
}

// writeFiles writes a txtar-like map of files into a new folder.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// view opens a state folder for the time of the test.
func view(t *testing.T, dir string) *soak.State {
	t.Helper()
	s, err := soak.View(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// done is what a soak did, run by run, but for when and where: what an undisturbed soak and one
// that was stopped and resumed must have in common.
type done struct {
	Plan     string
	Outcome  string
	Counters ledger.Counters
	Runs     []ledger.Run
	Replays  map[string][]ledger.Replay // by run
}

func doneBy(t *testing.T, dir string) done {
	t.Helper()
	s := view(t, dir)
	of, err := s.Soak(0)
	if err != nil {
		t.Fatal(err)
	}
	d := done{Plan: of.PlanDigest, Outcome: of.Outcome, Replays: map[string][]ledger.Replay{}}
	if d.Counters, err = s.Ledger.Totals(of.ID); err != nil {
		t.Fatal(err)
	}
	d.Counters.GoldenBytes = 0 // each session's segments have a beginning and an end
	for run, err := range s.Ledger.Runs(ledger.Filter{Soak: of.ID}) {
		if err != nil {
			t.Fatal(err)
		}
		d.Runs = append(d.Runs, ledger.Run{RunKey: run.RunKey, Workflow: run.Workflow, Seed: run.Seed,
			Status: run.Status, Exit: run.Exit, Digest: run.Digest, Size: run.Size})
		replays, err := s.Ledger.Replays(run.RunKey)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range replays {
			d.Replays[run.String()] = append(d.Replays[run.String()], ledger.Replay{Run: p.Run, Cycle: p.Cycle, Kind: p.Kind,
				Variant: p.Variant, Verdict: p.Verdict, Replays: p.Replays, Why: p.Why, Restorations: p.Restorations})
		}
	}
	if int64(len(d.Runs)) != d.Counters.Runs {
		t.Errorf("%d runs are in the ledger, and its sums say %d", len(d.Runs), d.Counters.Runs)
	}
	return d
}

// checkSame checks that a soak that something befell did what an undisturbed one did.
func checkSame(t *testing.T, undisturbed, dir string) {
	t.Helper()
	if diff := cmp.Diff(doneBy(t, undisturbed), doneBy(t, dir)); diff != "" {
		t.Errorf("(-undisturbed +got)\n%.4000s", diff)
	}
}

// mustVerify checks every golden of a state folder.
func mustVerify(t *testing.T, dir string) {
	t.Helper()
	problems, stats, err := soak.Verify(view(t, dir))
	if err != nil || len(problems) > 0 {
		t.Errorf("golden verify: %v, %v", err, problems)
	}
	if stats.Goldens == 0 {
		t.Error("golden verify: there was nothing to verify")
	}
}

// need skips, loudly, where a program is missing; where CI is set, none may be.
func need(t *testing.T, program, why string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not there, and in CI it must be: %s", program, why)
	}
	t.Skipf("SKIPPED: %s is not there (apt-get install %[1]s): %s", program, why)
}
