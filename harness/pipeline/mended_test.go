package pipeline

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// TestWhatMendingLost: a repair says of each file what became of it, and which transitions there are no more.
func TestWhatMendingLost(t *testing.T) {
	log := func(change func(lines []string) string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, "transitions.jsonl")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(change(strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n"))), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name  string
		wrong func(*testing.T, string)
		do    func(Operator) (Done, error)
		want  []string
	}{
		{"a line in the middle is another", log(func(lines []string) string {
			lines[10] = "x\n"
			return strings.Join(lines, "") + "\n"
		}), func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{
			"lost 2 lines of the log that can't be read; the old log is kept aside",
			"lost transitions 11 to 12: files tell of them, and the log has them no more"}},
		{"its last lines are gone", log(func(lines []string) string { return strings.Join(lines[:9], "") }),
			func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{
				"lost transitions 10 to 12: files tell of them, and the log has them no more"}},
		{"its last line alone is gone", log(func(lines []string) string { return strings.Join(lines[:11], "") }),
			func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{
				"lost transitions 12 to 12: files tell of them, and the log has them no more"}},
		{"its last line is another", log(func(lines []string) string { return strings.Join(lines[:11], "") + "x\n" }),
			func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{
				"lost 1 lines of the log that can't be read; the old log is kept aside",
				"lost transitions 12 to 12: files tell of them, and the log has them no more"}},
		{"its last line alone is gone, and the state", func(t *testing.T, dir string) {
			log(func(lines []string) string { return strings.Join(lines[:11], "") })(t, dir)
			if err := os.Remove(filepath.Join(dir, "state.json")); err != nil {
				t.Fatal(err)
			}
		}, func(o Operator) (Done, error) { return o.Reconstruct(id) }, nil},
		{"its last lines are gone, and the state: backups tell", func(t *testing.T, dir string) {
			log(func(lines []string) string { return strings.Join(lines[:9], "") })(t, dir)
			if err := os.Remove(filepath.Join(dir, "state.json")); err != nil {
				t.Fatal(err)
			}
		}, func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{
			"lost transitions 10 to 11: files tell of them, and the log has them no more"}},
		{"its end is torn, and a state is altered", func(t *testing.T, dir string) {
			log(func(lines []string) string { return strings.Join(lines, "") + "\n" + `{"seq":` })(t, dir)
			if err := os.WriteFile(filepath.Join(dir, "state.json.backup.3"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}, func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{
			"lost 1 lines of the log that can't be read; the old log is kept aside"}},
		{"its end is torn", log(func(lines []string) string { return strings.Join(lines, "") + "\n" + `{"seq":` }),
			func(o Operator) (Done, error) { return o.Reconstruct(id) }, []string{
				"lost 1 lines of the log that can't be read; the old log is kept aside"}},
		{"a file that is nobody's", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "artifacts", "other.md"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}, func(o Operator) (Done, error) { return o.Reconstruct(id) }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := failed.rig(t)
			c.wrong(t, store.Dir(r.root, id))
			dry := r.operator()
			dry.DryRun = true
			would := must(c.do(dry))(t)
			did := must(c.do(r.operator()))(t)
			lost := slices.DeleteFunc(slices.Clone(did.Did), func(line string) bool { return !strings.HasPrefix(line, "lost ") })
			if d := cmp.Diff(c.want, lost); d != "" && len(c.want)+len(lost) > 0 {
				t.Errorf("lost (-want +got)\n%s\n%q", d, did.Did)
			}
			would.DryRun = false
			if d := cmp.Diff(did, would); d != "" {
				t.Errorf("its dry run said something else (-did +said)\n%s", d)
			}
			there := files(t, store.Dir(r.root, id))
			for _, line := range did.Did {
				aside, kept := strings.CutPrefix(line, "kept aside ")
				wrote, made := strings.CutPrefix(line, "wrote ")
				removed, went := strings.CutPrefix(line, "removed ")
				_, aside0 := there[aside]
				_, wrote0 := there[wrote]
				_, removed0 := there[removed]
				if kept && !aside0 || made && !wrote0 || went && removed0 {
					t.Errorf("it is not so: %s", line)
				}
			}
			if damage := must(r.operator().Doctor())(t); len(damage) > 0 {
				t.Errorf("damage: %v", damage)
			}
		})
	}
}

// TestRestoreTakesWhatWasNamed: a backup by its name, or else the newest that is whole; what is damaged is passed over.
func TestRestoreTakesWhatWasNamed(t *testing.T) {
	for _, c := range []struct {
		name, backup string
		wrong        []string
		want         string
	}{
		{"the newest", "", nil, "state.json.backup is the state after entry 11: running at implement"},
		{"the newest that is whole", "", []string{"state.json.backup", "state.json.backup.9"}, "state.json.backup.7 is the state after entry 7: running at decompose"},
		{"one by its name", "state.json.backup.5", nil, "state.json.backup.5 is the state after entry 5: running at plan"},
		{"the oldest by its name", "state.json.backup.3", []string{"state.json.backup"}, "state.json.backup.3 is the state after entry 3: running at specify"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := failed.rig(t)
			for _, name := range c.wrong {
				if err := breaks(".somas/projects/project-1/"+name, "{}\n")(r.root); err != nil {
					t.Fatal(err)
				}
			}
			d := must(r.operator().Restore(id, c.backup))(t)
			if diff := cmp.Diff(c.want, d.Did[0]); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if s := r.state(); d.Operation != "restore" || d.Status != s.Status || d.Stage != s.CurrentStage {
				t.Errorf("got %+v, of %s at %s", d, s.Status, s.CurrentStage)
			}
		})
	}
	r := failed.rig(t)
	if d, err := r.operator().Restore("project-x", ""); err == nil || !strings.Contains(err.Error(), "want project-N") || d.Operation != "restore" {
		t.Errorf("of no id: %+v, %v", d, err)
	}
	if err := folder(".somas/projects/project-1/state.json.backup.7")(r.root); err != nil {
		t.Fatal(err)
	}
	if _, err := r.operator().Restore(id, "state.json.backup.7"); err == nil {
		t.Error("a folder was restored")
	}
	d, err := r.operator().Restore(id, "state.json.backup.4")
	want := `project-1 has no backup "state.json.backup.4": look at "shadowrun pipeline backups project-1"`
	if err == nil || err.Error() != want || !cmp.Equal(Done{Operation: "restore", Project: id, Did: []string{}}, d) {
		t.Errorf("want %s, got %+v, %v", want, d, err)
	}
}

// TestDoctorsWhole: of one project its own damage alone; of all, each's, and what is wrong with the root, all at once.
func TestDoctorsWhole(t *testing.T) {
	r := failed.rig(t)
	must(r.operator().Create("project-2", 1))(t)
	must(r.operator().Create("project-3", 1))(t)
	for _, f := range []string{".somas/projects/project-2/state.json", ".somas/projects/project-3/dead_letters.json", ".somas/agents/odd.yml",
		".somas/agents/strange.yml", ".somas/config.yml", ".somas/operations.jsonl"} {
		if err := breaks(f, "[\n")(r.root); err != nil {
			t.Fatal(err)
		}
	}
	named := func(ids ...string) (names []string) {
		found, err := r.operator().Doctor(ids...)
		for _, d := range found {
			names = append(names, d.Project+"/"+d.File)
		}
		if found == nil {
			t.Error("none is not null")
		}
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				name, _, _ := strings.Cut(strings.TrimPrefix(line, r.root+"/"), ":")
				names = append(names, name)
			}
		}
		return names
	}
	for _, c := range []struct{ ids, want []string }{
		{[]string{id}, nil},
		{[]string{"project-3", id}, []string{"project-3/dead_letters.json"}},
		{nil, []string{"project-2/state.json", "project-3/dead_letters.json", ".somas/config.yml", ".somas/operations.jsonl", ".somas/agents/odd.yml", ".somas/agents/strange.yml"}},
	} {
		if d := cmp.Diff(c.want, named(c.ids...)); d != "" {
			t.Errorf("doctor %v (-want +got)\n%s", c.ids, d)
		}
	}
	if all, err := r.operator().Doctor(id, "project-x"); err == nil || !strings.Contains(err.Error(), "want project-N") || all != nil {
		t.Errorf("of no id: %v, %v", all, err)
	}
	if all, err := r.operator().Doctor("project-9", "project-2"); err == nil || !strings.Contains(err.Error(), "project-9: there is no such project") || len(all) != 1 {
		t.Errorf("of no project: %v, %v", all, err)
	}
}
