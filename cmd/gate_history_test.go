package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/cmd"
	"github.com/shadowrun/shadowrun/harness/reference"
)

// repository is a git repository of an engine, with a gate.
type repository struct {
	t   *testing.T
	dir string
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	c := exec.Command("git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main", "-C", r.dir}, args...)...)
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	out, err := c.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}

func (r repository) commit(subject string) {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", subject)
}

// edit puts a text in place of another that the engine has once.
func (r repository) edit(before, after string) {
	r.t.Helper()
	path := filepath.Join(r.dir, "engine.py")
	text, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	if strings.Count(string(text), before) != 1 {
		r.t.Fatalf("the engine has %q %d times, want once", before, strings.Count(string(text), before))
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), before, after, 1)), 0o666); err != nil {
		r.t.Fatal(err)
	}
}

// gated is what a gate is held to of one commit.
type gated struct {
	Subject  string
	Status   int
	Verdicts []string
	Causes   []string // of the first difference that the verdict is from
}

func (r repository) gate(args ...string) (status int, out []byte) {
	r.t.Helper()
	var stdout, stderr bytes.Buffer
	args = append([]string{"gate", "--config", filepath.Join(r.dir, "shadowrun.yaml"), "--state", r.t.TempDir()}, args...)
	status = cmd.Run(context.Background(), reference.Workflows(), args, strings.NewReader(""), &stdout, &stderr)
	if stderr.Len() > 0 {
		r.t.Logf("%s", stderr.Bytes())
	}
	return status, stdout.Bytes()
}

// judged runs the gate on what is checked out, as a CI system would.
func (r repository) judged() gated {
	r.t.Helper()
	status, out := r.gate("--json")
	var report struct {
		Checks []struct {
			Verdict     string `json:"verdict"`
			Differences []struct {
				Class string `json:"class"`
				Cause string `json:"cause"`
			} `json:"differences"`
		} `json:"checks"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		r.t.Fatalf("%v in %s", err, out)
	}
	g := gated{Subject: strings.TrimSpace(r.git("log", "-1", "--format=%s")), Status: status}
	for i, c := range report.Checks {
		g.Verdicts = append(g.Verdicts, c.Verdict)
		for _, d := range c.Differences {
			if i == 0 && (d.Class != "derived" && (d.Class != "volatile" || c.Verdict == "leak")) && len(g.Causes) == 0 {
				g.Causes = append(g.Causes, d.Cause)
			}
		}
	}
	return g
}

// The history of an engine, commit by commit: each verdict is right, also in a clone at another place.
func TestGateOnAHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("dozens of runs, in processes of their own")
	}
	for _, program := range []string{"git", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program)
		}
	}
	for _, name := range []string{"CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"} {
		t.Setenv(name, "")
	}
	r := repository{t, t.TempDir()}
	engine, err := os.ReadFile("../testdata/workflows/python/orders.py")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"engine.py":      string(engine),
		"shadowrun.yaml": "gate: {seeds: [1], replays: 2}\nworkflows: [{name: orders, command: [python3, engine.py, \"{seed}\"], output: json}]\n",
	} {
		if err := os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	r.git("init", "-q")
	accept := func() {
		t.Helper()
		if status, out := r.gate("--update"); status != 0 {
			t.Fatalf("--update: exit status %d\n%s", status, out)
		}
	}

	r.commit("Price a day's orders")
	accept()
	r.commit("Keep goldens")
	r.edit("import json\n", "import json  # for the report\n")
	r.commit("Say what json is for")
	r.edit(`"lamp": 39.95`, `"lamp": 49.95`)
	r.commit("Raise the price of a lamp")
	accept()
	r.commit("Accept the price")
	r.edit(`report = {"orders": orders,`, `report = {"made": datetime.now(timezone.utc).isoformat(), "orders": orders,`)
	accept()
	r.commit("Say when the report was made")
	r.edit("rng = random.Random(seed)", "rng = random.Random()")
	r.commit("Draw anew each time")
	r.git("revert", "--no-edit", "HEAD")
	r.edit(`queue = [o["order_id"] for o in orders if`, `queue = list({o["order_id"] for o in orders if`)
	r.edit(`> 9000]`, `> 9000})`)
	r.commit("Name each order for review once")
	r.git("revert", "--no-edit", "HEAD")

	clone := repository{t, filepath.Join(t.TempDir(), "a fork")}
	r.git("clone", "-q", r.dir, clone.dir)
	t.Setenv("CI", "true")
	var got []gated
	for _, commit := range strings.Fields(r.git("rev-list", "--reverse", "main")) {
		clone.git("checkout", "-q", commit)
		got = append(got, clone.judged())
	}
	want := []gated{
		{"Price a day's orders", 1, []string{"missing"}, nil},
		{"Keep goldens", 0, []string{"match"}, nil},
		{"Say what json is for", 0, []string{"match"}, nil},
		{"Raise the price of a lamp", 1, []string{"drift"}, []string{"code"}},
		{"Accept the price", 0, []string{"match"}, nil},
		{"Say when the report was made", 0, []string{"leak"}, []string{"clock"}},
		{"Draw anew each time", 1, []string{"violation"}, []string{"unattributed"}},
		{`Revert "Draw anew each time"`, 0, []string{"leak"}, []string{"clock"}},
		{"Name each order for review once", 1, []string{"violation"}, []string{"order"}},
		{`Revert "Name each order for review once"`, 0, []string{"leak"}, []string{"clock"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
}
