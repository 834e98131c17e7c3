package golden

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of one megabyte. Where that is not allowed the test is left
// out, but for CI, which must be able to.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", dir).CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("a file system of its own is needed: %v: %s", err, out)
		}
		t.Skipf("NOT TESTED: a full disk. Run as root, where mount -t tmpfs works: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	return dir
}

func TestSegmentsOnAFullDisk(t *testing.T) {
	disk, ring := smallDisk(t), testRing(t)
	dir := filepath.Join(disk, "golden")
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 300<<10), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := OpenSegments(dir, ring, SegmentOptions{MaxSize: 100 << 10})
	if err != nil {
		t.Fatal(err)
	}
	var refs []Ref
	var traces []*Trace
	add := func(first uint64, size int) error {
		group := sampleTraces(t, first, 9, size)
		got, err := s.Add(group...)
		if err == nil {
			refs, traces = append(refs, got...), append(traces, group...)
		}
		return err
	}
	var full int
	for i := uint64(0); full < 5; i++ { // fails again and again, with large groups and small ones
		if err := add(10*i, 4000>>full); err != nil {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			full++
		}
		if i > 10_000 {
			t.Fatal("the disk is never full")
		}
	}
	checkHas(t, s, refs, traces)
	mustBeClean(t, dir, ring, refs)
	if goldens, size := s.Size(); goldens != int64(len(refs)) || size != diskSize(t, dir, segmentSuffix) {
		t.Errorf("size: %d goldens, %d bytes, want %d, %d", goldens, size, len(refs), diskSize(t, dir, segmentSuffix))
	}

	if err := os.Remove(ballast); err != nil { // there is space again, and the store works again
		t.Fatal(err)
	}
	if err := add(1_000_000, 4000); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	if stats := mustBeClean(t, dir, ring, refs); stats.Unnamed != 0 {
		t.Errorf("%d goldens were not acknowledged and are there", stats.Unnamed)
	}
	checkScan(t, dir, refs, traces)
}

// A seal for which there is no space leaves a store that the next soak takes over.
func TestSegmentsSealOnAFullDisk(t *testing.T) {
	disk, ring := smallDisk(t), testRing(t)
	dir := filepath.Join(disk, "golden")
	s, err := OpenSegments(dir, ring, SegmentOptions{})
	if err != nil {
		t.Fatal(err)
	}
	traces := sampleTraces(t, 1, 9, 400)
	refs := mustAdd(t, s, traces...)
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o644); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := s.Close(); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("close: %v, want ENOSPC", err)
	}
	mustBeClean(t, dir, ring, refs)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	again := openStore(t, dir, ring, SegmentOptions{})
	checkHas(t, again, refs, traces)
	mustClose(t, again)
	mustBeClean(t, dir, ring, refs)
	if _, _, err := readSeal(dir, ring, 1); err != nil {
		t.Error(err)
	}
}

// A file that nothing can be written to or taken back from any more: the store says why, for good.
func TestSegmentsSayWhyTheyAreBroken(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, testRing(t), SegmentOptions{})
	traces := sampleTraces(t, 1, 2, 60)
	refs := mustAdd(t, s, traces[0])
	if err := s.tail.file.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.Add(traces[1]); !errors.Is(err, os.ErrClosed) {
			t.Errorf("add: %v, want that the file is closed", err)
		}
	}
	checkHas(t, s, refs, traces[:1])
	s.tail = nil // close has nothing to do
}
