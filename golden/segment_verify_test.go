package golden

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// smallStore returns a store of two sealed segments and, unless sealed, one that is not.
// It holds nine goldens: two frames of two in segments 1 and 2, one of one in 3.
func smallStore(t testing.TB, ring *Ring, sealed bool) (dir string, refs []Ref) {
	t.Helper()
	dir = t.TempDir()
	// Each segment takes two groups: the second finds it below its size, the third does not.
	s, err := OpenSegments(dir, ring, SegmentOptions{MaxSize: 500})
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(5) {
		refs = append(refs, mustAdd(t, s, sampleTraces(t, 10*i, 2, 60)...)...)
	}
	if sealed {
		mustClose(t, s)
	} else {
		abandon(t, s)
	}
	return dir, refs
}

func verify(t testing.TB, dir string, ring *Ring, refs []Ref) ([]Problem, VerifyStats) {
	t.Helper()
	var problems []Problem
	var stats VerifyStats
	var err error
	if refs == nil {
		problems, stats, err = VerifySegments(dir, ring, nil)
	} else {
		problems, stats, err = VerifySegments(dir, ring, slices.Values(refs))
	}
	if err != nil {
		t.Fatal(err)
	}
	return problems, stats
}

func mustBeClean(t testing.TB, dir string, ring *Ring, refs []Ref) VerifyStats {
	t.Helper()
	problems, stats := verify(t, dir, ring, refs)
	for _, p := range problems {
		t.Error(p)
	}
	if t.Failed() {
		t.FailNow()
	}
	return stats
}

func storeFiles(t testing.TB, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	return paths
}

func TestVerifySegmentsClean(t *testing.T) {
	ring := testRing(t)
	for _, sealed := range []bool{true, false} {
		dir, refs := smallStore(t, ring, sealed)
		for _, want := range [][]Ref{nil, refs} {
			stats := mustBeClean(t, dir, ring, want)
			if stats.Goldens != int64(len(refs)) || stats.Segments != 3 || stats.Unnamed != 0 || stats.Torn != 0 || stats.Bytes != diskSize(t, dir, segmentSuffix) {
				t.Errorf("sealed %v: %+v", sealed, stats)
			}
		}
		if stats := mustBeClean(t, dir, ring, refs[1:]); stats.Unnamed != 1 {
			t.Errorf("sealed %v: %d unnamed, want 1", sealed, stats.Unnamed)
		}
	}
}

// Every byte of every file, flipped in one bit. For every bit of a seal see TestRingOpenSeesEveryBit.
func TestVerifySegmentsSeesEveryByte(t *testing.T) {
	for _, sealed := range []bool{true, false} {
		for _, named := range []bool{true, false} {
			t.Run(fmt.Sprintf("sealed=%v/named=%v", sealed, named), func(t *testing.T) {
				t.Parallel()
				ring := testRing(t)
				if named { // one of the two with a shared secret, which is quicker to verify
					ring = secretRing(t, "a secret of our own")
				}
				dir, refs := smallStore(t, ring, sealed)
				want := refs
				if !named {
					want = nil
				}
				for _, path := range storeFiles(t, dir) {
					eachFlip(t, path, func(at int, mask byte) {
						problems, _ := verify(t, dir, ring, want)
						if len(problems) == 0 {
							t.Errorf("%s: byte %d ^ %02x: nothing was found", filepath.Base(path), at, mask)
						} else {
							checkBlame(t, path, at, refs, problems)
						}
					})
				}
			})
		}
	}
}

func eachFlip(t *testing.T, path string, try func(at int, mask byte)) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at, b := range whole {
		if at%step() != 0 {
			continue
		}
		mask := byte(1) << (at % 8)
		if _, err := f.WriteAt([]byte{b ^ mask}, int64(at)); err != nil {
			t.Fatal(err)
		}
		try(at, mask)
		if t.Failed() {
			return
		}
		if _, err := f.WriteAt([]byte{b}, int64(at)); err != nil {
			t.Fatal(err)
		}
	}
}

// checkBlame makes sure that no golden of another segment is accused, and of the segment only
// those of the frame that was changed. In a header all are concerned.
func checkBlame(t *testing.T, path string, at int, refs []Ref, problems []Problem) {
	t.Helper()
	number, suffix := splitSegmentName(filepath.Base(path))
	var own int64 // offset of the frame with byte at
	for _, ref := range refs {
		p, err := parsePlace(ref.Place)
		if err != nil {
			t.Fatal(err)
		}
		if p.segment == number && p.offset <= int64(at) {
			own = p.offset
		}
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Golden, fmt.Sprintf("seg-%06d.", number)) {
			continue
		}
		got, err := parsePlace(p.Golden)
		if err != nil || got.segment != number || suffix != segmentSuffix || (own != 0 && got.offset != own) {
			t.Errorf("%s: byte %d: %v is accused", filepath.Base(path), at, p)
		}
	}
}

// step is 1, or more where tests must be short.
func step() int {
	if testing.Short() {
		return 13
	}
	return 1
}

func TestVerifySegmentsSeesEveryCut(t *testing.T) {
	for _, sealed := range []bool{true, false} {
		ring := secretRing(t, "a secret of our own")
		dir, refs := smallStore(t, ring, sealed)
		for _, path := range storeFiles(t, dir) {
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for size := len(whole) - 1; size >= 0; size -= step() {
				if err := os.Truncate(path, int64(size)); err != nil {
					t.Fatal(err)
				}
				if problems, _ := verify(t, dir, ring, refs); len(problems) == 0 {
					t.Fatalf("sealed=%v: %s cut to %d of %d bytes: nothing was found", sealed, filepath.Base(path), size, len(whole))
				}
			}
			if err := os.WriteFile(path, whole, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		mustBeClean(t, dir, ring, refs)
	}
}

// Two histories of one segment, both signed by us: frames of the one don't pass in the other,
// though they are for the same place and as long.
func TestVerifySegmentsSeesASplice(t *testing.T) {
	ring := secretRing(t, "a secret of our own")
	dir := t.TempDir()
	s := openStore(t, dir, ring, SegmentOptions{})
	mustAdd(t, s, sampleTrace(t, 1, 60))
	fork := s.tail.extent
	history := func(seed uint64) (middle int64, b []byte) {
		if err := s.tail.file.Truncate(fork.size); err != nil {
			t.Fatal(err)
		}
		s.tail.extent = fork
		mustAdd(t, s, sampleTrace(t, seed, 60))
		middle = s.tail.size
		mustAdd(t, s, sampleTrace(t, 2, 60))
		b, err := os.ReadFile(segmentPath(dir, 1))
		if err != nil {
			t.Fatal(err)
		}
		return middle, b
	}
	middle, one := history(1000)
	var other []byte
	for seed, at := uint64(1001), int64(0); at != middle; seed++ {
		at, other = history(seed)
	}
	mustBeClean(t, dir, ring, nil)
	if err := os.WriteFile(segmentPath(dir, 1), slices.Concat(one[:middle], other[middle:]), 0o644); err != nil {
		t.Fatal(err)
	}
	problems, _ := verify(t, dir, ring, nil)
	want := []placeKind{{fmt.Sprintf("1:%d:0", middle), ProblemSwapped}}
	if diff := cmp.Diff(want, kinds(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s%v", diff, problems)
	}
	abandon(t, s)
	if got := openStore(t, dir, ring, SegmentOptions{}).Takeover(); !errors.Is(got.Damage, errSwapped) {
		t.Errorf("takeover %+v, want that the frame is another's", got)
	}
}

// A golden that is not what its digest says was never good, whoever signed it.
func TestVerifySegmentsSeesAWrongDigest(t *testing.T) {
	for name, size := range map[string]int{"small": 60, "large": 2 * chunkSize} {
		t.Run(name, func(t *testing.T) {
			dir, ring := t.TempDir(), testRing(t)
			s := openStore(t, dir, ring, SegmentOptions{})
			wrong := *sampleTrace(t, 1, size)
			wrong.digest[0] ^= 1
			refs := mustAdd(t, s, &wrong)
			if _, err := s.Get(refs[0]); !errors.As(err, new(*DigestError)) {
				t.Errorf("get: %v, want a DigestError", err)
			}
			problems, _ := verify(t, dir, ring, refs)
			if diff := cmp.Diff([]placeKind{{refs[0].Place, ProblemChanged}}, kinds(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s%v", diff, problems)
			}
		})
	}
}

// A store of which all is gone is told of in a bounded list, and all of it is counted.
func TestVerifySegmentsBoundsWhatItLists(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	const lost = 2*MaxProblems + 7
	for offset := range int64(lost) {
		refs = append(refs, Ref{Digest: refs[0].Digest, Place: place{segment: 9, offset: offset}.String()})
	}
	problems, stats := verify(t, dir, ring, refs)
	want := Problem{place{segment: 9}.String(), ProblemRemoved, fmt.Sprintf("golden %s: %s is not there", refs[0].Digest.Short(), segmentName(9))}
	if len(problems) != MaxProblems || stats.Problems != lost || stats.Goldens != 10 {
		t.Errorf("%d problems listed, %d counted, %d goldens whole", len(problems), stats.Problems, stats.Goldens)
	}
	if diff := cmp.Diff(want, problems[0]); diff != "" {
		t.Errorf("the first (want -, got +)\n%s", diff)
	}
	var damaged *DamagedError
	_, err := Archive(filepath.Join(t.TempDir(), "a.tar.zst"), dir, ring, slices.Values(refs))
	if !errors.As(err, &damaged) || !strings.Contains(err.Error(), fmt.Sprintf("%d problems, ", lost)) {
		t.Errorf("the archive's error: %v", err)
	}
}
