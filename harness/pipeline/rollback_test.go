package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

// A hook of git has variables that lead to another repository: they don't lead a look there.
func TestGitsVariablesLeadNowhere(t *testing.T) {
	needsGit(t)
	r := waiting.rig(t)
	gitRun(t, r.root, "init", "-q")
	commitAll(t, r.root, "as it waits")
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "elsewhere"))
	t.Setenv("GIT_WORK_TREE", t.TempDir())
	if got := must(r.operator().Revisions(t.Context(), id))(t); len(got) != 1 || got[0].Subject != "as it waits" {
		t.Errorf("revisions: %+v", got)
	}
}

// What git needs of the environment it has: its user's configuration, among others.
func TestGitHasItsUsersConfiguration(t *testing.T) {
	needsGit(t)
	r := waiting.rig(t)
	gitRun(t, r.root, "init", "-q")
	commitAll(t, r.root, "as it waits")
	home := t.TempDir()
	if err := breaks(".gitconfig", "[core\n")(home); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	if got, err := r.operator().Revisions(t.Context(), id); err == nil || !strings.HasPrefix(err.Error(), "git log in "+r.root+": ") || !strings.Contains(err.Error(), ".gitconfig") {
		t.Errorf("want git's own complaint, got %+v, %v", got, err)
	}
}

// Whole revisions, as git has them: id, date, and a subject with whatever letters.
func TestRevisionsWhole(t *testing.T) {
	needsGit(t)
	r := waiting.rig(t)
	gitRun(t, r.root, "init", "-q")
	t.Setenv("GIT_COMMITTER_DATE", "2026-01-02T03:04:05+01:00")
	for _, subject := range []string{"one: the \x1f first", "two | ü"} {
		writeConfig(t, r.root, "# "+subject+"\n")
		commitAll(t, r.root, subject)
	}
	got := must(r.operator().Revisions(t.Context(), ""))(t)
	for i := range got {
		if len(got[i].ID) != 40 {
			t.Errorf("id: %q", got[i].ID)
		}
		got[i].ID = ""
	}
	want := []Revision{{Date: "2026-01-02T03:04:05+01:00", Subject: "two | ü"}, {Date: "2026-01-02T03:04:05+01:00", Subject: "one: the \x1f first"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if none := must(r.operator().Revisions(t.Context(), "project-9"))(t); none == nil || len(none) != 0 {
		t.Errorf("of no project: %#v", none)
	}
	if got, err := r.operator().Revisions(t.Context(), "../x"); err == nil || !strings.Contains(err.Error(), "want project-N") {
		t.Errorf("of no id: %+v, %v", got, err)
	}
}

// What keeps a rollback from being done is said, and nothing is written.
func TestRollbackIsHindered(t *testing.T) {
	needsGit(t)
	config := func(revision string) func(Operator) (Done, error) {
		return func(o Operator) (Done, error) { return o.RollbackConfig(context0, revision) }
	}
	state := func(id, revision string) func(Operator) (Done, error) {
		return func(o Operator) (Done, error) { return o.Rollback(context0, id, revision) }
	}
	for _, c := range []struct {
		name string
		make func(*testing.T, *rig)
		do   func(Operator) (Done, error)
		says string
	}{
		{"there is no git", func(t *testing.T, _ *rig) { t.Setenv("PATH", t.TempDir()) }, config("HEAD"), "git is not installed: what was committed can't be looked up"},
		{"no id", nil, state("../x", "HEAD"), "want project-N"},
		{"it was never committed", nil, state("project-9", "HEAD"), "; .somas/projects/project-9/state.json was never committed"},
		{"no revision", nil, config(""), `revision "": expected a commit, such as HEAD~1`},
		{"a NUL", nil, config("HEAD\x00"), "expected a commit"},
		{"today's is a folder", func(t *testing.T, r *rig) {
			if err := folder(".somas/config.yml")(r.root); err != nil {
				t.Fatal(err)
			}
		}, config("HEAD"), "config.yml: is a directory"},
		{"what would be kept beside it can't be", func(t *testing.T, r *rig) {
			if err := folder(".somas/config.yml.backup/x")(r.root); err != nil {
				t.Fatal(err)
			}
		}, config("HEAD"), "file exists"},
		{"an engine is at work", func(t *testing.T, r *rig) {
			p := must(openProject(r.root, id, r.now, "engine"))(t)
			t.Cleanup(func() { p.Close() })
		}, state(id, "HEAD"), "engine"},
		{"nobody does it", nil, func(o Operator) (Done, error) { o.Actor = ""; return o.Rollback(context0, id, "HEAD") }, "give an actor and a reason"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := waiting.rig(t)
			writeConfig(t, r.root, "# ours\n")
			gitRun(t, r.root, "init", "-q")
			commitAll(t, r.root, "as it waits")
			if c.make != nil {
				c.make(t, r)
			}
			before := files(t, filepath.Join(r.root, ".somas"))
			delete(before, "projects/project-1/lock")
			d, err := c.do(r.operator())
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want an error that says %q, got %+v, %v", c.says, d, err)
			} else if c.name == "there is no git" && err.Error() != c.says {
				t.Errorf("want no more than is known, got %v", err)
			}
			after := files(t, filepath.Join(r.root, ".somas"))
			delete(after, "projects/project-1/lock")
			if d := cmp.Diff(before, after); d != "" {
				t.Errorf("it was refused, and wrote (-was +is)\n%s", d)
			}
		})
	}
}

// Of many revisions the ten newest are named, with the beginning of their ids.
func TestRevisionsAreNamed(t *testing.T) {
	needsGit(t)
	r := newRig(t, "", nil)
	gitRun(t, r.root, "init", "-q")
	for i := range 11 {
		writeConfig(t, r.root, fmt.Sprintf("# %d\n", i))
		commitAll(t, r.root, fmt.Sprintf("number %d", i))
	}
	_, err := r.operator().RollbackConfig(t.Context(), "HEAD~50")
	if err == nil {
		t.Fatal("rolled back to no revision")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 11 || !strings.HasSuffix(lines[0], "; .somas/config.yml was changed by") {
		t.Fatalf("got %q", lines)
	}
	all := must(r.operator().Revisions(t.Context(), ""))(t)
	for i, line := range lines[1:] {
		if want := fmt.Sprintf("  %s %s number %d", all[i].ID[:12], all[i].Date, 10-i); line != want {
			t.Errorf("want %q, got %q", want, line)
		}
	}
}

// All that a rollback says and enters, of a state and of a configuration that is there or not.
func TestRollbackWhole(t *testing.T) {
	needsGit(t)
	r := waiting.rig(t)
	writeConfig(t, r.root, "error_handling: {retries: 7, debugger: helper}\nquality_gates: {plan: {depth: 1}}\n")
	gitRun(t, r.root, "init", "-q")
	commitAll(t, r.root, "as it waits")
	must(r.operator().Reject(id))(t)
	r.at = rigStart.Add(time.Minute)
	p := &page{t: t}
	p.part("a state")
	for _, dry := range []bool{true, false} {
		o := r.operator()
		o.DryRun = dry
		p.say("said", r.root, must(o.Rollback(t.Context(), id, "HEAD"))(t))
	}
	p.entered(must(r.operator().History(id, Filter{Tail: 2}))(t))
	for _, today := range []string{"error_handling: {retries: 1, debugger: stub}\n", "", "retries: ["} {
		p.part("in place of " + today)
		writeConfig(t, r.root, today)
		if today == "" {
			if err := errors.Join(os.Remove(ConfigPath(r.root)), os.Remove(ConfigPath(r.root)+".backup")); err != nil {
				t.Fatal(err)
			}
		}
		o := r.operator()
		o.DryRun = true
		p.say("would", r.root, must(o.RollbackConfig(t.Context(), "HEAD"))(t))
		p.say("did", r.root, must(r.operator().RollbackConfig(t.Context(), "HEAD"))(t))
		there := files(t, filepath.Join(r.root, ".somas"))
		p.say("config.yml", r.root, there["config.yml"])
		p.say("config.yml.backup", r.root, there["config.yml.backup"])
	}
	for _, e := range must(Operations(r.root))(t) {
		e.Prev, e.Sum = "", ""
		p.say("the root's log", r.root, e)
	}
	p.is("rollback")
}

// What a revision has in an artifact's place, and is not what its state names, is not taken for it.
func TestRollbackTakesNoAlteredArtifact(t *testing.T) {
	needsGit(t)
	r := newRig(t, "pipeline: {human_gates: [decompose]}\n", works(func(task Task) (Answer, error) {
		return Answer{Artifacts: map[string]string{string(task.Stage) + ".md": "of " + string(task.Stage)}}, nil
	}))
	r.run(WhyWaiting)
	plan := ".somas/projects/project-1/artifacts/plan.md"
	if err := breaks(plan, "altered")(r.root); err != nil {
		t.Fatal(err)
	}
	gitRun(t, r.root, "init", "-q")
	commitAll(t, r.root, "with an altered plan")
	if err := os.RemoveAll(filepath.Join(store.Dir(r.root, id), "artifacts")); err != nil {
		t.Fatal(err)
	}
	before := files(t, store.Dir(r.root, id))
	d, err := r.operator().Rollback(t.Context(), id, "HEAD")
	if err == nil || !strings.Contains(err.Error(), project.Digest([]byte("of plan"))) && !strings.Contains(err.Error(), "plan.md") {
		t.Errorf("want to be told of which artifact, got %+v, %v", d, err)
	}
	after := files(t, store.Dir(r.root, id))
	for _, name := range []string{"state.json", "transitions.jsonl"} {
		if d := cmp.Diff(before[name], after[name]); d != "" {
			t.Errorf("it was refused, and wrote %s (-was +is)\n%s", name, d)
		}
	}
	for name, content := range after { // what the revision has of the others may be kept
		if content == "altered" {
			t.Errorf("%s was taken", name)
		}
	}
}
