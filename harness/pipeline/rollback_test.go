package pipeline

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// gitRun runs git in a root, as nobody in particular.
func gitRun(t *testing.T, root string, args ...string) {
	t.Helper()
	c := exec.Command("git", append([]string{"-c", "user.name=ops", "-c", "user.email=ops@localhost", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null"}, args...)...)
	c.Dir = root
	c.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func needsGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("git is missing")
	}
	t.Skip("SKIPPED: git is missing; what this test shows is not shown here")
}

func commitAll(t *testing.T, root, subject string) {
	t.Helper()
	gitRun(t, root, "add", "-A")
	gitRun(t, root, "commit", "-q", "-m", subject)
}

// A state that was committed is the project's again, and its log says so; also where today's files are
// damaged.
func TestRollback(t *testing.T) {
	needsGit(t)
	for name, damage := range map[string]func(*testing.T, string){
		"whole": func(*testing.T, string) {},
		"damaged": func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "state.json"), []byte("{"), 0o644); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := waiting.rig(t)
			gitRun(t, r.root, "init", "-q")
			commitAll(t, r.root, "as it waits")
			before := r.state()
			must(r.operator().Approve(id))(t)
			r.run(WhyCompleted)
			commitAll(t, r.root, "as it is completed")
			damage(t, store.Dir(r.root, id))

			revisions := must(r.operator().Revisions(t.Context(), id))(t)
			if len(revisions) != 2 || revisions[0].Subject != "as it is completed" || revisions[1].Subject != "as it waits" {
				t.Fatalf("revisions: %+v", revisions)
			}
			was, dry := files(t, r.root), r.operator()
			dry.DryRun = true
			would := must(dry.Rollback(t.Context(), id, "HEAD~1"))(t)
			if d := cmp.Diff(was, files(t, r.root)); d != "" {
				t.Errorf("a dry run wrote (-was +is)\n%s", d)
			}
			done := must(r.operator().Rollback(t.Context(), id, "HEAD~1"))(t)
			if d := cmp.Diff(done.Did, would.Did); d != "" || !slices.Contains(done.Did, "status: completed → waiting") {
				t.Errorf("what it did is not what its dry run said (-did +said)\n%s\n%q", d, done.Did)
			}
			after := r.state()
			if d := cmp.Diff(before.Stages, after.Stages); d != "" || after.Status != project.Waiting || after.Sequence <= before.Sequence {
				t.Errorf("%s, %d (-want +got)\n%s", after.Status, after.Sequence, d)
			}
			if damage := must(r.operator().Doctor(id))(t); len(damage) > 0 {
				t.Errorf("damage: %v", damage)
			}
			must(r.operator().Approve(id))(t)
			r.run(WhyCompleted)
		})
	}
}

// What is committed is held to what it has to be before anything is replaced.
func TestRollbackRefuses(t *testing.T) {
	needsGit(t)
	r := waiting.rig(t)
	gitRun(t, r.root, "init", "-q")
	state := filepath.Join(store.Dir(r.root, id), "state.json")
	whole, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	altered := strings.Replace(string(whole), `"waiting"`, `"running"`, 1)
	for path, text := range map[string]string{state: altered, ConfigPath(r.root): "pipeline: {enabeld: true}\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	commitAll(t, r.root, "edited by hand")
	for path, text := range map[string]string{state: string(whole), ConfigPath(r.root): ""} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := files(t, r.root)
	for _, c := range []struct {
		name string
		do   func(Operator) (Done, error)
		says string
	}{
		{"a state that was edited", func(o Operator) (Done, error) { return o.Rollback(t.Context(), id, "HEAD") }, "it was altered"},
		{"a configuration with a slip", func(o Operator) (Done, error) { return o.RollbackConfig(t.Context(), "HEAD") }, "enabeld"},
		{"no such revision, and which there are", func(o Operator) (Done, error) { return o.Rollback(t.Context(), id, "HEAD~9") }, "edited by hand"},
		{"an option", func(o Operator) (Done, error) { return o.Rollback(t.Context(), id, "--help") }, "expected a commit"},
		{"a path", func(o Operator) (Done, error) { return o.RollbackConfig(t.Context(), "HEAD:../x") }, "expected a commit"},
	} {
		if done, err := c.do(r.operator()); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: want a refusal that says %q, got %+v, %v", c.name, c.says, done, err)
		}
	}
	if d := cmp.Diff(before, files(t, r.root)); d != "" {
		t.Errorf("it was refused, and wrote (-was +is)\n%s", d)
	}
}

func TestRollbackConfig(t *testing.T) {
	needsGit(t)
	r := waiting.rig(t)
	writeConfig(t, r.root, "error_handling: {retries: 7} # ours\n")
	gitRun(t, r.root, "init", "-q")
	commitAll(t, r.root, "seven")
	writeConfig(t, r.root, "error_handling: {retries: 1}\n")
	dry := r.operator()
	dry.DryRun = true
	for _, o := range []Operator{dry, r.operator()} {
		if d := must(o.RollbackConfig(t.Context(), "HEAD"))(t); !slices.Contains(d.Did, "error_handling.retries: 1 → 7") {
			t.Errorf("dry run %t: it says not what changes: %q", o.DryRun, d.Did)
		}
	}
	got := files(t, filepath.Join(r.root, ".somas"))
	if got["config.yml"] != "error_handling: {retries: 7} # ours\n" || got["config.yml.backup"] != "error_handling: {retries: 1}\n" {
		t.Errorf("got %q, and kept %q", got["config.yml"], got["config.yml.backup"])
	}
	if log := must(Operations(r.root))(t); len(log) != 1 || log[0].Event != "rollback config" || !strings.Contains(string(log[0].Detail), "HEAD") {
		t.Errorf("log: %+v", log)
	}
}

// The root's own log is a chain: an altered line is named, a torn last one is cut off by the next
// operation.
func TestOperationsLog(t *testing.T) {
	r := waiting.rig(t)
	must(r.operator().StopAll())(t)
	must(r.operator().StartAll())(t)
	path := operationsPath(r.root)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	first, second, _ := strings.Cut(string(text), "\n")
	forged := must(Operations(r.root))(t)[0]
	forged.Reason = "forged"
	forged.Sum = forged.seal()
	forgedLine, err := json.Marshal(forged)
	if err != nil {
		t.Fatal(err)
	}
	for says, broken := range map[string]string{
		"jsonl:2: the":      string(forgedLine) + "\n" + second,
		"jsonl:1: the line": strings.Replace(string(text), "a test", "a jest", 1),
		"jsonl:2: the line": first + "\n" + strings.Replace(second, "start-all", "stop-all", 1),
		"jsonl:1: the":      second,
		"line is torn":      string(text) + `{"seq":3`,
	} {
		write(broken)
		if _, err := Operations(r.root); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
		if damage, err := r.operator().Doctor(); err == nil {
			t.Errorf("%s: the doctor says %v", says, damage)
		}
	}
	write(string(text) + `{"seq":3,"reason":"` + strings.Repeat("long ", 200))
	must(r.operator().StopAll())(t)
	// A longer line than the one that comes in its place: none of it stays.
	if log := must(Operations(r.root))(t); len(log) != 3 || log[2].Event != "stop-all" {
		t.Errorf("got %+v", log)
	}
}
