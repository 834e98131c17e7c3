package golden

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// abandon leaves a store as a kill does.
func abandon(t testing.TB, s *Segments) {
	t.Helper()
	err := errors.Join(s.tail.file.Close(), s.release())
	s.tail, s.broken = nil, errStoreClosed
	if err != nil {
		t.Fatal(err)
	}
}

// copyStore copies a store's files into a new folder.
func copyStore(t testing.TB, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// A last frame that is torn at any byte costs itself and nothing else, whether the rest of it is
// missing or zero; afterwards the store takes goldens again.
func TestTakeoverCutsATornFrame(t *testing.T) {
	ring := testRing(t)
	dir := t.TempDir()
	s := openStore(t, dir, ring, SegmentOptions{})
	first := mustAdd(t, s, sampleTraces(t, 1, 3, 60)...)
	whole := s.tail.size
	mustAdd(t, s, sampleTraces(t, 10, 2, 60)...)
	end := s.tail.size
	abandon(t, s)
	next := sampleTrace(t, 20, 60)
	for _, zeros := range []bool{false, true} {
		for size := whole; size < end; size += int64(step()) {
			torn := copyStore(t, dir)
			path := segmentPath(torn, 1)
			if err := os.Truncate(path, size); err != nil {
				t.Fatal(err)
			}
			cut := size - whole
			if zeros {
				if err := os.Truncate(path, end); err != nil {
					t.Fatal(err)
				}
				cut = end - whole
			}
			if stats := mustBeClean(t, torn, ring, first); stats.Torn != cut {
				t.Fatalf("cut at %d, zeros %v: verify sees %d torn bytes, want %d", size, zeros, stats.Torn, cut)
			}
			again, err := OpenSegments(torn, ring, SegmentOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := again.Takeover(), (Takeover{Segment: 1, Cut: cut}); got != want {
				t.Fatalf("cut at %d, zeros %v: takeover %+v, want %+v", size, zeros, got, want)
			}
			refs := append(first[:len(first):len(first)], mustAdd(t, again, next)...)
			mustClose(t, again)
			mustBeClean(t, torn, ring, refs)
		}
	}
}

// A large golden whose run of chunks is not whole is cut off with all its frames.
func TestTakeoverCutsAnUnfinishedRun(t *testing.T) {
	ring := testRing(t)
	dir := t.TempDir()
	s := openStore(t, dir, ring, SegmentOptions{})
	first := mustAdd(t, s, sampleTraces(t, 1, 3, 60)...)
	whole := s.tail.size
	large := mustAdd(t, s, sampleTrace(t, 10, 3*chunkSize))
	abandon(t, s)
	at := deed{t: t, dir: dir, refs: large}.end(0) // of its first chunk
	if err := os.Truncate(segmentPath(dir, 1), at); err != nil {
		t.Fatal(err)
	}
	if stats := mustBeClean(t, dir, ring, first); stats.Torn != at-whole {
		t.Errorf("verify sees %d torn bytes, want %d", stats.Torn, at-whole)
	}
	again := openStore(t, dir, ring, SegmentOptions{})
	if got, want := again.Takeover(), (Takeover{Segment: 1, Cut: at - whole}); got != want {
		t.Errorf("takeover %+v, want %+v", got, want)
	}
	mustClose(t, again)
	mustBeClean(t, dir, ring, first)
}

// What is damaged in the middle is evidence: nothing behind it may be cut off, and the soak goes on.
func TestTakeoverLeavesDamageAlone(t *testing.T) {
	ring := testRing(t)
	dir := t.TempDir()
	s := openStore(t, dir, ring, SegmentOptions{})
	refs := mustAdd(t, s, sampleTraces(t, 1, 2, 60)...)
	refs = append(refs, mustAdd(t, s, sampleTraces(t, 10, 2, 60)...)...)
	abandon(t, s)
	deed{t: t, dir: dir}.zero(segmentName(1), 150, 1)
	before, err := os.ReadFile(segmentPath(dir, 1))
	if err != nil {
		t.Fatal(err)
	}
	again := openStore(t, dir, ring, SegmentOptions{})
	if got := again.Takeover(); got.Damage == nil || got.Cut != 0 {
		t.Errorf("takeover %+v, want damage", got)
	}
	traces := sampleTraces(t, 20, 2, 60)
	more := mustAdd(t, again, traces...)
	checkHas(t, again, more, traces)
	mustClose(t, again)
	after, err := os.ReadFile(segmentPath(dir, 1))
	if err != nil || string(after) != string(before) {
		t.Error("the damaged segment was changed", err)
	}
	problems, _ := verify(t, dir, ring, append(refs, more...))
	want := []placeKind{{refs[0].Place, ProblemChanged}, {refs[1].Place, ProblemChanged}, {segmentName(1), ProblemUnsigned}}
	if diff := cmp.Diff(want, kinds(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s%v", diff, problems)
	}
}

// Sealing is three steps. A kill after each leaves a store that verifies, and that goes on.
func TestTakeoverGoesOnSealing(t *testing.T) {
	ring := testRing(t)
	dir := t.TempDir()
	s := openStore(t, dir, ring, SegmentOptions{})
	refs := mustAdd(t, s, sampleTraces(t, 1, 2, 60)...)
	size := s.tail.size
	mustClose(t, s)
	for name, kill := range map[string]func(dir string) error{
		"while the seal was written": func(dir string) error {
			return errors.Join(os.Rename(sealPath(dir, 1), sealPath(dir, 1)+tmpSuffix),
				os.Truncate(sealPath(dir, 1)+tmpSuffix, 100), os.Truncate(segmentPath(dir, 1), size))
		},
		"before the end frame": func(dir string) error {
			return errors.Join(os.Rename(sealPath(dir, 1), sealPath(dir, 1)+tmpSuffix), os.Truncate(segmentPath(dir, 1), size))
		},
		"in the end frame": func(dir string) error {
			return errors.Join(os.Rename(sealPath(dir, 1), sealPath(dir, 1)+tmpSuffix), os.Truncate(segmentPath(dir, 1), size+50))
		},
		"before the rename": func(dir string) error {
			return os.Rename(sealPath(dir, 1), sealPath(dir, 1)+tmpSuffix)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyStore(t, dir)
			if err := kill(dir); err != nil {
				t.Fatal(err)
			}
			mustBeClean(t, dir, ring, nil)
			mustBeClean(t, dir, ring, refs)
			again := openStore(t, dir, ring, SegmentOptions{})
			all := append(refs[:2:2], mustAdd(t, again, sampleTrace(t, 9, 60))...)
			mustClose(t, again)
			if stats := mustBeClean(t, dir, ring, all); stats.Unnamed != 0 {
				t.Errorf("%d goldens are there twice", stats.Unnamed)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "*"+tmpSuffix)); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// A golden by a stranger's key at the end must not come under our seal.
func TestTakeoverDoesNotSealAStrangersFrames(t *testing.T) {
	dir := t.TempDir()
	stranger := openStore(t, dir, secretRing(t, "a stranger's secret"), SegmentOptions{})
	mustAdd(t, stranger, sampleTrace(t, 1, 60))
	abandon(t, stranger)
	s := openStore(t, dir, testRing(t), SegmentOptions{})
	if got := s.Takeover(); !errors.Is(got.Damage, ErrUnknownKey) {
		t.Errorf("takeover %+v, want ErrUnknownKey", got)
	}
}
