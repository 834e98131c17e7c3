package store

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is offered is what will work, the command that loses least first.
func TestOffer(t *testing.T) {
	remove := func(name string) func(testing.TB, string) {
		return func(t testing.TB, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(name, old, by string) func(testing.TB, string) {
		return func(t testing.TB, dir string) {
			write(t, dir, name, strings.Replace(files(t, dir)[name], old, by, 1))
		}
	}
	line := func(n int) func(testing.TB, string) {
		return func(t testing.TB, dir string) {
			lines := strings.SplitAfter(files(t, dir)[logFile], "\n")
			lines[n-1] = strings.Replace(lines[n-1], `"seq"`, `"SEQ"`, 1)
			write(t, dir, logFile, strings.Join(lines, ""))
		}
	}
	backups := func(t testing.TB, dir string) {
		for name := range files(t, dir) {
			if strings.HasPrefix(name, stateFile) {
				write(t, dir, name, "{}")
			}
		}
	}
	const id = "project-1"
	fresh := map[string]string{restart(id): "everything but the seed: the project is archived, and begins anew"}
	for _, test := range []struct {
		name  string
		spoil []func(testing.TB, string)
		file  string
		mend  []string
		loses map[string]string
	}{
		{"an edited state", []func(testing.TB, string){replace(stateFile, `"retries": 0`, `"retries": 3`)}, stateFile, []string{reconstruct(id), acceptEdit(id)}, nil},
		{"a state that is not JSON", []func(testing.TB, string){replace(stateFile, `{`, `[`)}, stateFile, []string{reconstruct(id)}, nil},
		{"a state against its schema", []func(testing.TB, string){replace(stateFile, `"seed"`, `"sead"`)}, stateFile, []string{reconstruct(id)}, nil},
		{"another's state", []func(testing.TB, string){replace(stateFile, id, "project-2")}, stateFile, []string{reconstruct(id)}, nil},
		{"an artifact beside a state that is not JSON", []func(testing.TB, string){replace(stateFile, `{`, `[`), replace("artifacts/intake.txt", "i", "I")},
			"artifacts/intake.txt", []string{reconstruct(id)}, nil},
		{"an artifact whose content is nowhere", []func(testing.TB, string){replace("artifacts/intake.txt", "i", "I"), func(t testing.TB, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, objects)); err != nil {
				t.Fatal(err)
			}
		}}, "artifacts/intake.txt", []string{acceptEdit(id)}, nil},
		{"the log's middle", []func(testing.TB, string){line(4)}, logFile, []string{restore(id), reconstruct(id)}, map[string]string{
			restore(id):     "transitions 4 to 8 of the audit log: the project is as it was after 8, failed at plan, from state.json",
			reconstruct(id): "transitions 4 to 8, and what came of them: the project is as it was after 3"}},
		{"the log's middle and the state", []func(testing.TB, string){line(4), replace(stateFile, `{`, `[`)}, stateFile, []string{restore(id)}, map[string]string{
			restore(id): "transitions 4 to 8 of the audit log: the project is as it was after 7, running at plan, from state.json.backup"}},
		{"the log's middle and an object", []func(testing.TB, string){line(4), func(t testing.TB, dir string) {
			write(t, dir, objects+"/abc", "x")
		}}, objects + "/abc", []string{restore(id), reconstruct(id)}, map[string]string{
			restore(id):     "transitions 4 to 8 of the audit log: the project is as it was after 8, failed at plan, from state.json",
			reconstruct(id): "transitions 4 to 8, and what came of them: the project is as it was after 3"}},
		{"the log's middle and every state", []func(testing.TB, string){line(4), backups}, logFile, []string{reconstruct(id)}, map[string]string{
			reconstruct(id): "transitions 4 to 8, and what came of them: the project is as it was after 3"}},
		{"the log's begin and every state", []func(testing.TB, string){line(1), backups}, logFile, []string{restart(id)}, fresh},
		{"no log", []func(testing.TB, string){remove(logFile)}, logFile, []string{restore(id), restart(id)}, map[string]string{
			restore(id): "transitions 1 to 8 of the audit log: the project is as it was after 8, failed at plan, from state.json",
			restart(id): fresh[restart(id)]}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, _ := grown(t)
			for _, spoil := range test.spoil {
				spoil(t, dir)
			}
			found, err := Check(dir)
			i := slices.IndexFunc(found, func(d Damage) bool { return d.File == test.file })
			if err != nil || i < 0 {
				t.Fatalf("want damage of %s, got %+v, %v", test.file, found, err)
			}
			if diff := cmp.Diff(test.mend, found[i].Mend); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.loses, found[i].Loses); diff != "" {
				t.Errorf("what they lose (-want +got):\n%s", diff)
			}
			for _, m := range slices.Sorted(maps.Keys(found[i].Loses)) {
				if !slices.Contains(found[i].Mend, m) {
					t.Errorf("%s loses something, but is not offered", m)
				}
			}
			carried(t, dir, found[i].Mend[0])
		})
	}
}

// carried carries out what was offered: it is not refused, and leaves nothing damaged.
func carried(t *testing.T, dir, command string) {
	t.Helper()
	var err error
	switch command {
	case reconstruct("project-1"):
		_, err = Reconstruct(dir, quick(), "as offered")
	case acceptEdit("project-1"):
		_, err = Accept(dir, quick(), "as offered")
	case restore("project-1"):
		var all []Backup
		if all, err = Backups(dir); err == nil {
			i := slices.IndexFunc(all, func(b Backup) bool { return b.Damage == "" })
			_, err = Restore(dir, all[i].Name, quick(), "as offered")
		}
	case restart("project-1"):
		_, err = Renew(dir, 7, quick(), "as offered")
	}
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	intact(t, dir)
}
