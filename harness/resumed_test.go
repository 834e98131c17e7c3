package harness

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

// drawer draws numbers and takes a checkpoint after each.
type drawer struct{}

const draws = 5

func (drawer) Name() string { return "drawer" }
func (drawer) Resumable()   {}

func (drawer) Run(ctx context.Context, r *Run) error {
	state := struct{ Drawn []int }{}
	if _, err := r.Resume(&state); err != nil {
		return err
	}
	for len(state.Drawn) < draws {
		drawn := r.Rand().IntN(1000)
		state.Drawn = append(state.Drawn, drawn)
		r.Record("draw", map[string]any{"<drawn>": drawn, "at": r.Now(), "id": r.ID(), "seed": r.Seed()})
		r.Artifact(fmt.Sprintf("draw-%d.txt", len(state.Drawn)), fmt.Appendln(nil, drawn))
		if err := r.Checkpoint(state); err != nil {
			return err
		}
	}
	r.Record("sum", state.Drawn)
	r.Record("environment", []string{os.Getenv(childVariable), workdir()})
	return nil
}

func workdir() string {
	dir, err := os.Getwd()
	return fmt.Sprint(dir, err)
}

// shy declares checkpoints and takes none.
type shy struct{}

func (shy) Name() string                        { return "shy" }
func (shy) Resumable()                          {}
func (shy) Run(_ context.Context, r *Run) error { r.Record("n", 1); return nil }

// resumed executes a job killed after its k-th checkpoint.
func resumed(j job, k int) job {
	j.killAfter = k
	return j
}

func TestGoWorkflowResumed(t *testing.T) {
	x := goExecutorOf(t, drawer{})
	whole := x.execute(t.Context(), planned("drawer", 5))
	defer whole.Close()
	if whole.Checkpoints != draws {
		t.Fatalf("%d checkpoints, want %d: %s", whole.Checkpoints, draws, whole.Message)
	}
	for k := 1; k <= draws; k++ {
		t.Run(fmt.Sprintf("killed after checkpoint %d", k), func(t *testing.T) {
			e := x.execute(t.Context(), resumed(planned("drawer", 5), k))
			defer e.Close()
			if diff := cmp.Diff(seenIn(t, whole), seenIn(t, e)); diff != "" {
				t.Errorf("want -, got +:\n%s%s", diff, e.Stderr)
			}
			if e.Trace != nil && e.Trace.Digest() != whole.Trace.Digest() {
				t.Error("the digests differ")
			}
			if e.Restorations != 1 || e.Checkpoints != draws || len(e.Circumstances.PIDs) != 2 {
				t.Errorf("%d restorations, %d checkpoints, pids %v", e.Restorations, e.Checkpoints, e.Circumstances.PIDs)
			}
		})
	}
}

func TestGoWorkflowNotKilled(t *testing.T) {
	x := goExecutorOf(t, shy{})
	e := x.execute(t.Context(), resumed(planned("shy", 5), 1))
	defer e.Close()
	if diff := cmp.Diff(seen{Status: golden.StatusOK, Trace: []string{`step "n" 1`}}, seenIn(t, e)); diff != "" || e.Restorations != 0 {
		t.Errorf("%d restorations; want -, got +:\n%s", e.Restorations, diff)
	}
}

// A child that has no such workflow is a fault that says so.
func TestGoWorkflowUnknownToTheChild(t *testing.T) {
	x := goExecutorOf(t, steps("unknown", nil))
	e := x.execute(t.Context(), resumed(planned("unknown", 5), 1))
	defer e.Close()
	want := seen{Status: golden.StatusFault, Message: `child: exit status 1: shadowrun: child: this binary has no workflow "unknown"`}
	if diff := cmp.Diff(want, seenIn(t, e)); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// counter counts to 6 with a checkpoint after each number: written beside its place and renamed,
// or in a file of its own, of which the newest that is whole counts. Each takes it a while.
const counter = `
import glob, json, os, sys
folder, how = os.environ["SHADOWRUN_CHECKPOINT"], sys.argv[1]

def load():
    for name in sorted(glob.glob(os.path.join(folder, "*.json")), reverse=True):
        try:
            with open(name) as f:
                return json.load(f)
        except ValueError:
            pass
    return []

def save(lines):
    name = os.path.join(folder, "state.json" if how == "renamed" else f"{len(lines)}.json")
    with open(name + ".tmp" if how == "renamed" else name, "w") as f:
        json.dump(lines, f)
    if how == "renamed":
        os.replace(name + ".tmp", name)

lines = load()
for line in lines:
    print(line, flush=True)
while len(lines) < 6:
    lines.append(f"number {len(lines)} of {sys.argv[2]}")
    print(lines[-1], flush=True)
    save(lines)
    sum(range(3_000_000))
print("done")
`

func TestCommandResumed(t *testing.T) {
	needs(t, "python3")
	for _, how := range []string{"renamed", "a file each"} {
		t.Run(how, func(t *testing.T) {
			x := commandOf(t, WorkflowConfig{Command: []string{"python3", "-c", counter, how, "{run_id}"}, Checkpoints: true})
			whole := x.execute(t.Context(), planned("hostile", 5))
			defer whole.Close()
			if whole.Checkpoints != 6 || whole.Restorations != 0 {
				t.Fatalf("%d checkpoints, %d restorations; want 6, 0: %s%s", whole.Checkpoints, whole.Restorations, whole.Message, whole.Stderr)
			}
			for k := 1; k <= 6; k++ {
				e := x.execute(t.Context(), resumed(planned("hostile", 5), k))
				if diff := cmp.Diff(seenIn(t, whole), seenIn(t, e)); diff != "" {
					t.Errorf("killed after checkpoint %d: want -, got +:\n%s%s", k, diff, e.Stderr)
				}
				if e.Restorations != 1 {
					t.Errorf("killed after checkpoint %d: %d restorations", k, e.Restorations)
				}
				e.Close()
			}
			wantNothingLeft(t, x)
		})
	}
}

func TestCommandWithoutCheckpointsIsNotKilled(t *testing.T) {
	x := commandOf(t, WorkflowConfig{Command: sh("echo $((40 + 2))"), Checkpoints: true})
	e := x.execute(t.Context(), resumed(planned("hostile", 5), 1))
	defer e.Close()
	if diff := cmp.Diff(seen{Status: golden.StatusOK, Trace: []string{`out "42\n"`}}, seenIn(t, e)); diff != "" || e.Restorations != 0 {
		t.Errorf("%d restorations; want -, got +:\n%s", e.Restorations, diff)
	}
}

// What the killed process left in SHADOWRUN_OUT and SHADOWRUN_TRACE is not the resumed one's.
func TestCommandResumedBeginsItsOutputAnew(t *testing.T) {
	script := `
if [ -e "$SHADOWRUN_CHECKPOINT/state" ]; then echo resumed >> "$SHADOWRUN_TRACE"; echo 2 > "$SHADOWRUN_OUT/second"; exit; fi
mkdir "$SHADOWRUN_TRACE.d"; echo first > "$SHADOWRUN_TRACE"; echo 1 > "$SHADOWRUN_OUT/first"
echo 1 > "$SHADOWRUN_CHECKPOINT/state"
sleep 600`
	x := commandOf(t, WorkflowConfig{Command: sh(script), Checkpoints: true, Trace: "file"})
	e := x.execute(t.Context(), resumed(planned("hostile", 5), 1))
	defer e.Close()
	want := seen{Status: golden.StatusOK, Trace: []string{`out "resumed\n"`, `artifact "second" {"text":["2\n"]}`}}
	if diff := cmp.Diff(want, seenIn(t, e)); diff != "" || e.Restorations != 1 {
		t.Errorf("%d restorations; want -, got +:\n%s%s", e.Restorations, diff, strings.TrimSpace(string(e.Stderr)))
	}
	wantNothingLeft(t, x)
}
