package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// Something happens to a file of a project at rest: a bit flips, it is cut, grows, is emptied, goes, or is another's. Then
// either the project is what it was when it is next opened, or the doctor names the file; and what
// the doctor says helps: after it the project is whole, and has lost nothing that it does not tell.
// PIPELINE_CORRUPTIONS=1000 is the full count.
func TestCorruptedAtAnyByte(t *testing.T) {
	if testing.Short() {
		t.Skip("repeats")
	}
	random := rand.New(rand.NewPCG(3, 4))
	rounds := countOf(t, "PIPELINE_CORRUPTIONS", 40)
	verdicts := map[string]int{}
	for round := 0; round < rounds; {
		root := rootFolder(t)
		create(t, root, uint64(round)+1)
		if _, err := (&Engine{Root: root, Now: clock()}).Run(t.Context(), "project-1"); err != nil {
			t.Fatal(err)
		}
		dir := store.Dir(root, "project-1")
		was, before := files(t, dir), whole(t, root)
		for range 20 {
			round++
			file, how := corrupt(t, random, dir, was)
			verdict := corrupted(t, root, file, before)
			verdicts[verdict]++
			if t.Failed() {
				t.Fatalf("round %d: %s was %s", round, file, how)
			}
			putBack(t, dir, was)
		}
	}
	t.Logf("%v", verdicts)
	if verdicts["named, then mended"] < rounds/2 {
		t.Errorf("most corruptions are to be named: %v", verdicts)
	}
}

// record is all that must not be lost.
type record struct {
	State   project.State
	Letters []project.DeadLetter
	Entries []project.Entry
	Made    map[string]string // artifacts and their content
}

func whole(t *testing.T, root string) record {
	t.Helper()
	p, err := openRead(root, "project-1")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r := record{p.State(), p.Letters(), p.Entries(), map[string]string{}}
	for name := range p.State().Artifacts() {
		content, err := p.ReadArtifact(name)
		if err != nil {
			t.Fatal(err)
		}
		r.Made[name] = string(content)
	}
	return r
}

// corrupted says what became of a project one of whose files is not what it was.
func corrupted(t *testing.T, root, file string, before record) string {
	t.Helper()
	dir := store.Dir(root, "project-1")
	found, err := store.Check(dir)
	if err != nil {
		t.Errorf("the doctor failed: %v", err)
	}
	named := slices.ContainsFunc(found, func(d store.Damage) bool { return filepath.Clean(d.File) == file })
	p, err := openProject(root, "project-1", clock(), "ops")
	if err == nil {
		p.Close()
		if d := cmp.Diff(before, whole(t, root)); d != "" {
			t.Errorf("it was opened, and is another (-was +is)\n%s", d)
		}
		if again, err := store.Check(dir); err != nil || len(again) > 0 {
			t.Errorf("it was opened, and is not whole: %v %v", again, err)
		}
		return "recovered"
	}
	if !errors.As(err, new(*store.Damage)) {
		t.Errorf("opening it says no damage: %v", err)
	}
	if !named {
		t.Errorf("the doctor names others: %v", found)
	}
	return mended(t, root, found, before)
}

// mended takes the doctor's advice.
func mended(t *testing.T, root string, found []store.Damage, before record) string {
	t.Helper()
	o := operator(root)
	advice := strings.Join(found[0].Mend, " ")
	var d Done
	var err error
	switch {
	case strings.Contains(advice, "pipeline reconstruct"):
		d, err = o.Reconstruct("project-1")
	case strings.Contains(advice, "pipeline restore"):
		d, err = o.Restore("project-1", "")
	default:
		t.Errorf("the doctor's advice is %q", advice)
		return "lost"
	}
	if err != nil {
		t.Errorf("%q failed: %v", advice, err)
		return "lost"
	}
	if again, err := o.Doctor("project-1"); err != nil || len(again) > 0 {
		t.Errorf("after %q: %v %v", advice, again, err)
	}
	after := whole(t, root)
	for i, e := range before.Entries {
		if (i >= len(after.Entries) || after.Entries[i].Sum != e.Sum) && !strings.Contains(fmt.Sprint(d.Did), "lost") {
			t.Errorf("after %q transition %d is lost, and nothing says so: %v", advice, e.Seq, d.Did)
			return "lost"
		}
	}
	if len(after.Entries) <= len(before.Entries) {
		return "named, then mended with what was left of the log"
	}
	if d := cmp.Diff(before.Made, after.Made); d != "" {
		t.Errorf("after %q (-was +is)\n%s", advice, d)
	}
	return "named, then mended"
}

// corrupt does something to a file, and says what.
func corrupt(t *testing.T, random *rand.Rand, dir string, was map[string]string) (file, how string) {
	t.Helper()
	names := slices.Sorted(maps.Keys(was))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "lock" }) // it holds nothing
	file = names[random.IntN(len(names))]
	content := []byte(was[file])
	other := names[random.IntN(len(names))]
	at := random.IntN(max(len(content), 1))
	switch how = []string{"flipped", "cut", "grown", "emptied", "removed", "swapped"}[random.IntN(6)]; how {
	case "flipped":
		content[at%len(content)] ^= 1 << random.IntN(8)
	case "cut":
		content = content[:at]
	case "grown":
		content = append(bytes.Clone(content), byte(random.IntN(256)))
	case "emptied":
		content = nil
	case "swapped":
		content = []byte(was[other])
	case "removed":
		if err := os.Remove(filepath.Join(dir, file)); err != nil {
			t.Fatal(err)
		}
		return file, how
	}
	if err := os.WriteFile(filepath.Join(dir, file), content, 0o644); err != nil {
		t.Fatal(err)
	}
	return file, fmt.Sprintf("%s at %d (with %s)", how, at, other)
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func putBack(t *testing.T, dir string, was map[string]string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for name, content := range was {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}
