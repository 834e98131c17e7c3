package pipeline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// TestNumbersAreNotUsedAgain: a project without an id gets the number after all that there ever were, in whatever order they are.
func TestNumbersAreNotUsedAgain(t *testing.T) {
	for _, c := range []struct {
		name, want string
		make       func(Operator) error
	}{
		{"the first", "project-1", func(Operator) error { return nil }},
		{"after the highest", "project-11", func(o Operator) error {
			_, ten := o.Create("project-10", 1)
			_, nine := o.Create("project-9", 1)
			return errors.Join(ten, nine)
		}},
		{"after an archived one", "project-8", func(o Operator) error {
			_, err := o.Create("project-2", 1)
			return errors.Join(err, folder(".somas/archive/project-7.24")(o.Root), folder(".somas/archive/project-3.1.2")(o.Root))
		}},
		{"what is no project counts not", "project-3", func(o Operator) error {
			_, err := o.Create("project-2", 1)
			return errors.Join(err, breaks(".somas/archive/notes-99.txt", "")(o.Root), folder(".somas/projects/other-98")(o.Root))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := operator(t.TempDir())
			if err := c.make(o); err != nil {
				t.Fatal(err)
			}
			for _, dry := range []bool{true, false} {
				o.DryRun = dry
				if d := must(o.Create("", 5))(t); d.Project != c.want {
					t.Errorf("dry run %t: want %s, got %+v", dry, c.want, d)
				}
			}
			if s := must(o.Status(c.want))(t); s.Seed != 5 || s.Status != project.Pending {
				t.Errorf("got %+v", s)
			}
		})
	}
}

// TestDryRunsOfBeginningsAreRefused: what could not be begun is not said to be, and no id leads elsewhere.
func TestDryRunsOfBeginningsAreRefused(t *testing.T) {
	o := operator(t.TempDir())
	o.DryRun = true
	if err := errors.Join(breaks(".somas/projects", "")(o.Root), folder(".somas/.fresh-elsewhere")(o.Root)); err != nil {
		t.Fatal(err)
	}
	if d, err := o.Create("", 1); err == nil || !strings.Contains(err.Error(), "not a directory") || len(d.Did) != 0 {
		t.Errorf("created: %+v, %v", d, err)
	}
	if d, err := o.Create("project-x", 1); err == nil || !strings.Contains(err.Error(), "want project-N") || len(d.Did) != 0 {
		t.Errorf("created: %+v, %v", d, err)
	}
	if d, err := o.RestartFresh("../elsewhere", nil); err == nil || !strings.Contains(err.Error(), "want project-N") || len(d.Did) != 0 {
		t.Errorf("begun afresh: %+v, %v", d, err)
	}
}

// TestTakenIDs: what is there, or is being begun afresh, is not begun once more, nor said to be in a dry run.
func TestTakenIDs(t *testing.T) {
	for name, r := range map[string]*rig{"a project": failed.rig(t), "one whose restart was cut off": cutOff(t)} {
		t.Run(name, func(t *testing.T) {
			o := r.operator()
			_, refused := o.Create(id, 1)
			o.DryRun = true
			d, err := o.Create(id, 1)
			if !errors.Is(refused, fs.ErrExist) || err == nil || err.Error() != refused.Error() || len(d.Did) != 0 {
				t.Errorf("dry run: %+v, %v; want %v", d, err, refused)
			}
		})
	}
}

// TestFreshWithAnotherSeed: a project is begun afresh with its own seed, or with the one that was given.
func TestFreshWithAnotherSeed(t *testing.T) {
	other := uint64(7)
	for _, c := range []struct {
		give *uint64
		want uint64
	}{{nil, 1}, {&other, 7}} {
		r := failed.rig(t)
		must(r.operator().RestartFresh(id, c.give))(t)
		if s := r.state(); s.Seed != c.want || s.Sequence != 1 {
			t.Errorf("want seed %d, got %d, transition %d", c.want, s.Seed, s.Sequence)
		}
	}
}

// cutOff makes a rig whose restart --fresh was cut off before the new project had its name.
func cutOff(t *testing.T) *rig {
	t.Helper()
	r := failed.rig(t)
	must(r.operator().RestartFresh(id, nil))(t)
	dir := store.Dir(r.root, id)
	if err := errors.Join(os.Rename(dir, filepath.Join(filepath.Dir(dir), ".fresh-"+id)), os.Remove(operationsPath(r.root))); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestGoingOnWithAFreshBeginning: it is entered as what was begun, by who began it; a dry run says the same and does nothing.
func TestGoingOnWithAFreshBeginning(t *testing.T) {
	r := cutOff(t)
	r.at = rigStart.Add(time.Hour)
	before := files(t, r.root)
	other := r.operator()
	other.Actor, other.Reason = "night shift", "another test"
	other.DryRun = true
	would := must(other.RestartFresh(id, nil))(t)
	if d := cmp.Diff(before, files(t, r.root)); d != "" {
		t.Errorf("a dry run wrote (-was +is)\n%s", d)
	}
	other.DryRun = false
	did := must(other.RestartFresh(id, nil))(t)
	want := Done{Operation: "restart --fresh", Project: id, Status: project.Pending, Stage: "intake", Next: "shadowrun pipeline run project-1",
		Did: []string{"went on with the restart --fresh that was cut off: what was there is archived"}}
	if d := cmp.Diff(want, did); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	want.DryRun = true
	if d := cmp.Diff(want, would); d != "" {
		t.Errorf("dry run (-want +got)\n%s", d)
	}
	log := must(Operations(r.root))(t)
	if len(log) != 1 {
		t.Fatalf("log: %+v", log)
	}
	entered := Operation{Seq: 1, At: r.at, Event: "restart --fresh", Actor: "ops", Detail: []byte(`{"project":"project-1"}`),
		Reason: "begun afresh: a test; what was there is project-1.12", Sum: log[0].Sum}
	if d := cmp.Diff(entered, log[0]); d != "" {
		t.Errorf("log (-want +got)\n%s", d)
	}
	if s := r.state(); s.Sequence != 1 {
		t.Errorf("transition %d", s.Sequence)
	}
}

// TestFreshBeginningsThatFail: what keeps a project from being begun afresh is said, and it stays what it was.
func TestFreshBeginningsThatFail(t *testing.T) {
	for _, c := range []struct {
		name string
		rig  func(*testing.T) *rig
		make func(root string) error
		says string
	}{
		{"the archive is a file", failed.rig, breaks(".somas/archive", ""), "archive"},
		{"the log of operations is a folder", cutOff, folder(".somas/operations.jsonl"), "operations.jsonl"},
		{"the new beginning is a file", cutOff, breaks(".somas/projects/.fresh-project-1", ""), "it is no folder but a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := c.rig(t)
			if err := c.make(r.root); err != nil {
				t.Fatal(err)
			}
			before := len(files(t, r.root))
			if d, err := r.operator().RestartFresh(id, nil); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want an error that says %q, got %+v, %v", c.says, d, err)
			}
			if after := len(files(t, r.root)); after != before && c.name != "the log of operations is a folder" {
				t.Errorf("there were %d files, and are %d", before, after)
			}
		})
	}
}
