package pipeline

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// smallDisk is a folder with room for 64 KiB, which can be filled and freed.
func smallDisk(t *testing.T) (dir string, fill func(), free func()) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no full disk to test: %v: %s", err, out)
		}
		t.Skipf("SKIPPED: a full disk is NOT TESTED. Run as root, where mount -t tmpfs works: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	filler := filepath.Join(dir, "filler")
	fill = func() {
		t.Helper()
		if err := os.WriteFile(filler, make([]byte, 128<<10), 0o644); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("want a full disk, got %v", err)
		}
	}
	free = func() {
		t.Helper()
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	return dir, fill, free
}

// TestNoRoomForTheLog: an operation that can't be entered in the root's log leaves nothing of its line there.
func TestNoRoomForTheLog(t *testing.T) {
	root, fill, free := smallDisk(t)
	o := Operation{At: rigStart, Event: "stop-all", Actor: "ops", Reason: strings.Repeat("a long story ", 100)}
	if err := enter(root, o); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(operationsPath(root))
	if err != nil {
		t.Fatal(err)
	}
	fill()
	o.Reason = strings.Repeat("a longer story ", 1000) // than what is left of the log's last page, which some of it gets into
	if err := enter(root, o); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), operationsPath(root)) {
		t.Errorf("want an error that names the log, got %v", err)
	}
	after, err := os.ReadFile(operationsPath(root))
	if d := cmp.Diff(string(before), string(after)); d != "" || err != nil {
		t.Errorf("%v (-was +is)\n%s", err, d)
	}
	free()
	if err := enter(root, o); err != nil {
		t.Error(err)
	}
	if log := must(Operations(root))(t); len(log) != 2 || log[1].Seq != 2 || log[1].Prev != log[0].Sum {
		t.Errorf("when there was room again: %+v", log)
	}
}

// TestNoRoomForANotice: it is said of a receiver's file that it can't be written.
func TestNoRoomForANotice(t *testing.T) {
	root, fill, _ := smallDisk(t)
	if err := os.WriteFile(filepath.Join(root, "notices.jsonl"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	fill()
	if err := receivers(root, project.NotificationsConfig{File: "notices.jsonl"})[0].tell(t.Context(), someNotice); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
}

// TestNoRoomToReplaceAFile: what can't be written whole leaves the file as it was, and nothing beside it.
func TestNoRoomToReplaceAFile(t *testing.T) {
	root, fill, free := smallDisk(t)
	path := filepath.Join(root, "config.yml")
	if err := os.WriteFile(path, []byte("ours"), 0o644); err != nil {
		t.Fatal(err)
	}
	fill()
	if err := replaceFile(path, []byte("theirs")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	free()
	if d := cmp.Diff(map[string]string{"config.yml": "ours"}, files(t, root)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
