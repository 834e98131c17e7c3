package store

import (
	"errors"
	"fmt"
	"maps"
	"os/signal"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// limited does something under a limit of this process.
func limited(t testing.TB, resource int, limit uint64, do func() error) error {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Getrlimit(resource, &was); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: limit, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	err := do()
	if err := unix.Setrlimit(resource, &was); err != nil {
		t.Fatal(err)
	}
	return err
}

// TestLimits undertakes everything with few open files, and with files that must not grow: the kernel refuses, in the
// midst of things. It is told; nothing has happened, or the next to open the project finishes it.
func TestLimits(t *testing.T) {
	signal.Ignore(unix.SIGXFSZ)
	defer signal.Reset(unix.SIGXFSZ)
	first, err := unix.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Close(first); err != nil {
		t.Fatal(err)
	}
	for _, l := range []struct {
		name     string
		resource int
		limits   []uint64
		want     error
	}{
		{"open files", unix.RLIMIT_NOFILE, []uint64{uint64(first), uint64(first) + 1, uint64(first) + 2, uint64(first) + 3, uint64(first) + 4}, unix.EMFILE},
		{"bytes of a file", unix.RLIMIT_FSIZE, []uint64{0, 50, 900, 2600, 3100}, unix.EFBIG},
	} {
		for _, u := range undertakings {
			t.Run(l.name+", "+u.name, func(t *testing.T) {
				template := u.before(t)
				whole := copied(t, template)
				if err := u.do(whole, quick()); err != nil {
					t.Fatal(err)
				}
				want, refused := files(t, rootOf(whole)), 0
				for _, limit := range l.limits {
					dir := copied(t, template)
					before := existing(t, rootOf(dir))
					err := limited(t, l.resource, limit, func() error { return u.do(dir, quick()) })
					what := fmt.Sprintf("%d %s: %v", limit, l.name, err)
					if err == nil {
						continue
					}
					refused++
					if !errors.Is(err, l.want) || !strings.Contains(err.Error(), "project-1") {
						t.Errorf("%d %s: want to be told of project-1: %v, got %v", limit, l.name, l.want, err)
					}
					if after := existing(t, rootOf(dir)); limit < l.limits[2] {
						if diff := cmp.Diff(before, after); diff != "" {
							t.Errorf("%s: files (-want +got):\n%s", what, diff)
						}
					}
					u.onceMore(t, what, dir, err, whole, want)
				}
				if refused < 2 {
					t.Errorf("want it refused at two limits at least, got %d", refused)
				}
			})
		}
	}
}

// existing are files but what the beginning of a project could not take away again.
func existing(t testing.TB, root string) map[string]string {
	all := files(t, root)
	maps.DeleteFunc(all, func(name, _ string) bool { return strings.Contains(name, "/"+unborn) })
	return all
}
