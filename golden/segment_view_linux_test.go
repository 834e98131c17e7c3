package golden

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// Another user, who may not write anything, reads a store while it is written.
func TestViewByAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("reading as another user is not tested, and CI is set: run as root")
		}
		t.Skip("NOT TESTED: reading as another user. Run as root")
	}
	const nobody = 65534
	outer, err := os.MkdirTemp("", "shadowrun-view-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(outer)
	if err := os.Chmod(outer, 0o755); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(outer, "golden")
	s, err := OpenSegments(dir, testRing(t), SegmentOptions{MaxSize: 700})
	if err != nil {
		t.Fatal(err)
	}
	defer abandon(t, s)
	traces := sampleTraces(t, 1, 9, 400)
	var refs []Ref
	for _, trace := range traces {
		refs = append(refs, mustAdd(t, s, trace)...)
	}

	runtime.LockOSThread() // the file system user is the thread's own
	defer runtime.UnlockOSThread()
	if err := unix.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer unix.Setfsuid(0)
	if err := os.WriteFile(filepath.Join(dir, "x"), nil, 0o644); !os.IsPermission(err) {
		t.Fatalf("write: %v, want that it is refused", err)
	}
	checkScan(t, dir, refs, traces)
}
