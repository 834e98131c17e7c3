package stop

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Of ten who stop it at once, one did, and all are recorded.
func TestTenAtOnce(t *testing.T) {
	dir := t.TempDir()
	var group sync.WaitGroup
	done := make([]Done, 10)
	for i := range done {
		group.Go(func() {
			r := request(dir)
			r.Who = fmt.Sprint("operator ", i)
			done[i] = Enable(t.Context(), r)
		})
	}
	group.Wait()
	now, err := Read(dir)
	must(t, err)
	written := 0
	for i, d := range done {
		if !d.Whole() || d.Now != now {
			t.Errorf("%d: %v, %s", i, d.Now, steps(t, d, dir))
		}
		if d.Steps[0].Did == "written" {
			written++
			if want := fmt.Sprint("operator ", i); now.Who != want {
				t.Errorf("it was %s, and the file says %s", want, now.Who)
			}
		}
	}
	if written != 1 {
		t.Errorf("%d wrote it, want 1", written)
	}
	log := logged(t, dir)
	slices.Sort(log)
	if diff := cmp.Diff(append([]string{ActionEnable}, slices.Repeat([]string{ActionAgain}, 9)...), log); diff != "" {
		t.Errorf("audit log (-want +got)\n%s", diff)
	}
}

// gated is a command that says that it began, and what it did once there is a gate.
func gated(name string) [][]string {
	return [][]string{{"sh", "-c", fmt.Sprintf("echo >%s.began; while [ ! -e gate ]; do sleep 0.01; done; echo %[1]s >>engine", name)}}
}

func saysOf(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "engine"))
	must(t, err)
	return strings.Fields(string(text))
}

// Who comes second acts second, on the soak and on the engine alike, however long the first takes.
func TestOneAfterTheOther(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second string
		on            bool
		log           []string
	}{
		{"disabled while it is being enabled", "enable", "disable", false, []string{ActionEnable, ActionDisable}},
		{"enabled while it is being disabled: an operator who was told that it stands can rely on it", "disable", "enable", true, []string{ActionDisable, ActionEnable}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			r := request(dir).with(Engine{Dir: dir, Enable: gated("enable"), Disable: gated("disable")})
			if c.first == "disable" {
				write(t, Path(dir), "")
			}
			does := map[string]func() Done{
				"enable":  func() Done { return Enable(t.Context(), r) },
				"disable": func() Done { return Disable(t.Context(), r) },
			}
			var first, second Done
			var group sync.WaitGroup
			group.Go(func() { first = does[c.first]() })
			wait(t, "the first's command", func() bool { return exists(filepath.Join(dir, c.first+".began")) })
			group.Go(func() { second = does[c.second]() })
			if now, err := Read(dir); err != nil || !now.On {
				t.Errorf("meanwhile: %v, %v; want that it stands", now, err)
			}
			write(t, filepath.Join(dir, "gate"), "")
			group.Wait()
			if now, err := Read(dir); err != nil || now.On != c.on || second.Now.On != c.on {
				t.Errorf("it stands: %t, said %t, %v; want %t", now.On, second.Now.On, err, c.on)
			}
			if diff := cmp.Diff([]string{c.first, c.second}, saysOf(t, dir)); diff != "" {
				t.Errorf("the engine (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.log, logged(t, dir)); diff != "" {
				t.Errorf("audit log (-want +got)\n%s", diff)
			}
			if !first.Whole() || !second.Whole() {
				t.Errorf("%s\n%s", steps(t, first, dir), steps(t, second, dir))
			}
		})
	}
}
