package pipeline

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReplacedFiles: a file is whole or as it was, keeps its mode, and leaves nothing beside it.
func TestReplacedFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		make  func(root string) error
		path  string
		says  string // or
		mode  os.FileMode
		files []string // that are there then
	}{
		{"a new one", nothing, "config.yml", "", 0o644, []string{"config.yml"}},
		{"a new folder", nothing, "a/b/config.yml", "", 0o644, []string{"a/b/config.yml"}},
		{"one that others may not read", func(root string) error { return os.WriteFile(filepath.Join(root, "config.yml"), nil, 0o600) }, "config.yml", "", 0o600, []string{"config.yml"}},
		{"its folder is a file", breaks("a", ""), "a/config.yml", "not a directory", 0, []string{"a"}},
		{"it is a folder", folder("config.yml"), "config.yml", "file exists", 0, nil},
		{"its name is too long", nothing, strings.Repeat("x", 255), "file name too long", 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			if err := c.make(root); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(root, c.path)
			err := replaceFile(path, []byte("theirs"))
			switch {
			case c.says != "":
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("want an error that says %q, got %v", c.says, err)
				}
			case err != nil:
				t.Error(err)
			default:
				info, err := os.Stat(path)
				if err != nil || info.Mode() != c.mode {
					t.Errorf("want mode %s, got %v, %v", c.mode, info.Mode(), err)
				}
				if parent, err := os.Stat(filepath.Dir(path)); err != nil || c.name == "a new folder" && parent.Mode().Perm() != 0o755 {
					t.Errorf("its folder: %v, %v", parent.Mode(), err)
				}
				if got := files(t, root)[c.path]; got != "theirs" {
					t.Errorf("it holds %q", got)
				}
			}
			if d := cmp.Diff(c.files, slices.Sorted(maps.Keys(files(t, root)))); d != "" {
				t.Errorf("files (-want +got)\n%s", d)
			}
		})
	}
}

func nothing(string) error { return nil }

// TestOperationsThatCanNotBeEntered: the log is as it was.
func TestOperationsThatCanNotBeEntered(t *testing.T) {
	at := Operation{At: rigStart, Event: "stop-all", Actor: "ops", Reason: "a test"}
	ages := at
	ages.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		make func(root string) error
		o    Operation
		says string
	}{
		{"its folder is a file", breaks(".somas", ""), at, "not a directory"},
		{"it is a folder", folder(".somas/operations.jsonl"), at, "is a directory"},
		{"it leads nowhere", func(root string) error {
			return errors.Join(os.Mkdir(filepath.Join(root, ".somas"), 0o755), os.Symlink("none/log", operationsPath(root)))
		}, at, "no such file"},
		{"its time can't be written", nothing, ages, "year outside of range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			if err := c.make(root); err != nil {
				t.Fatal(err)
			}
			if err := enter(root, c.o); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want an error that says %q, got %v", c.says, err)
			}
			if all, err := Operations(root); len(all) != 0 {
				t.Errorf("it was entered: %+v, %v", all, err)
			}
		})
	}
	root := t.TempDir()
	if err := enter(root, Operation{At: rigStart.In(time.FixedZone("", 3600)), Event: "stop-all", Actor: "ops", Reason: "a test"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{".somas": os.ModeDir | 0o755, ".somas/operations.jsonl": 0o644} {
		if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Mode() != want {
			t.Errorf("%s: want %s, got %v, %v", path, want, info.Mode(), err)
		}
	}
	if all := must(Operations(root))(t); len(all) != 1 || all[0].At != rigStart {
		t.Errorf("want the time in UTC, got %+v", all)
	}
}
