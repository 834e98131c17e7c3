package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// An order that is too long for a variable lies in a file for its reader alone, and only until it is read: it holds the
// command's environment.
func TestLongOrderIsRemovedOnceRead(t *testing.T) {
	task := Task{Argv: []string{"true"}, Env: []string{"KEY=" + strings.Repeat("s", longestOrder)}, Scratch: t.TempDir(), Watchdog: time.Second}
	text, err := order{Task: &task}.text()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(task.Scratch, orderFile)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v; want mode 0600", file, info, err)
	}
	got, err := parseOrder(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(task.Env, got.Task.Env); diff != "" || got.Task.Scratch != task.Scratch {
		t.Errorf("want -, got +:\n%.200s", diff)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", file, err)
	}
}
