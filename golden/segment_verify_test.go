package golden

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
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

// placeKind is what a test expects of a problem; the detail is for people.
type placeKind struct {
	Golden string
	Kind   ProblemKind
}

func kinds(problems []Problem) []placeKind {
	var list []placeKind
	for _, p := range problems {
		list = append(list, placeKind{p.Golden, p.Kind})
	}
	return list
}

func TestVerifySegmentsNamesTheDeed(t *testing.T) {
	stranger, err := OpenRing(filepath.Join(t.TempDir(), "keys"), RingOptions{Random: seeded(2)})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		unsealed bool
		do       func(t *testing.T, s deed)
		want     func(s deed) []placeKind
		unnamed  bool // seen without the ledger too
	}{
		"file removed": {
			do: func(t *testing.T, s deed) { s.remove("seg-000002.srs") },
			want: func(s deed) []placeKind {
				return append(file("seg-000002.srs", ProblemRemoved), s.places(2, ProblemRemoved)...)
			},
			unnamed: true,
		},
		"file and seal removed": {
			do:   func(t *testing.T, s deed) { s.remove("seg-000002.srs"); s.remove("seg-000002.seal") },
			want: func(s deed) []placeKind { return s.places(2, ProblemRemoved) },
		},
		"seal removed": {
			do:      func(t *testing.T, s deed) { s.remove("seg-000002.seal") },
			want:    func(s deed) []placeKind { return file("seg-000002.srs", ProblemUnsigned) },
			unnamed: true,
		},
		"last seal removed": {
			do:      func(t *testing.T, s deed) { s.remove("seg-000003.seal") },
			want:    func(s deed) []placeKind { return file("seg-000003.srs", ProblemUnsigned) },
			unnamed: true,
		},
		"files swapped": {
			do: func(t *testing.T, s deed) { s.swap("seg-000001.srs", "seg-000002.srs") },
			want: func(s deed) []placeKind {
				return slices.Concat(file("seg-000001.srs", ProblemSwapped), s.places(1, ProblemSwapped),
					file("seg-000002.srs", ProblemSwapped), s.places(2, ProblemSwapped))
			},
			unnamed: true,
		},
		"seals swapped": {
			do: func(t *testing.T, s deed) { s.swap("seg-000001.seal", "seg-000002.seal") },
			want: func(s deed) []placeKind {
				return append(file("seg-000001.seal", ProblemSwapped), file("seg-000002.seal", ProblemSwapped)...)
			},
			unnamed: true,
		},
		"frames swapped": {
			do: func(t *testing.T, s deed) { s.swapFrames("seg-000001.srs", s.offset(0), s.offset(2), s.end(2)) },
			want: func(s deed) []placeKind {
				return append(s.places(1, ProblemSwapped)[2:], s.places(1, ProblemSwapped)[:2]...)
			},
			unnamed: true,
		},
		"frame removed": {
			do: func(t *testing.T, s deed) { s.swapFrames("seg-000001.srs", s.offset(0), s.offset(2), s.offset(2)) },
			want: func(s deed) []placeKind {
				return slices.Concat(s.places(1, ProblemSwapped)[2:], file("seg-000001.srs", ProblemSwapped), // the end frame
					file("seg-000001.srs", ProblemCut), s.places(1, ProblemRemoved)[:2])
			},
			unnamed: true,
		},
		"last frame of an unsealed segment removed": {
			unsealed: true,
			do:       func(t *testing.T, s deed) { s.truncate("seg-000003.srs", s.offset(8)) },
			want:     func(s deed) []placeKind { return s.places(3, ProblemCut) },
		},
		"frame unsigned": {
			unsealed: true,
			do:       func(t *testing.T, s deed) { s.unsign("seg-000003.srs", s.offset(8), s.end(8)) },
			want:     func(s deed) []placeKind { return s.places(3, ProblemUnsigned) },
			unnamed:  true,
		},
		"frame of a sealed segment unsigned": {
			do:      func(t *testing.T, s deed) { s.unsign("seg-000002.srs", s.offset(4), s.end(4)) },
			want:    func(s deed) []placeKind { return s.places(2, ProblemUnsigned)[:2] },
			unnamed: true,
		},
		"sealed by a stranger": {
			do: func(t *testing.T, s deed) {
				st, _, err := readSeal(s.dir, s.ring, 2)
				if err == nil {
					err = putSeal(s.dir, stranger, st)
				}
				if err != nil {
					t.Fatal(err)
				}
			},
			want:    func(s deed) []placeKind { return file("seg-000002.seal", ProblemUnknownKey) },
			unnamed: true,
		},
		"written by a stranger": {
			do: func(t *testing.T, s deed) {
				other, err := OpenSegments(s.dir, stranger, SegmentOptions{})
				if err != nil {
					t.Fatal(err)
				}
				mustAdd(t, other, sampleTrace(t, 99, 60))
				mustClose(t, other)
			},
			want: func(s deed) []placeKind {
				return append(file("seg-000004.seal", ProblemUnknownKey),
					placeKind{"4:40:0", ProblemUnknownKey}, placeKind{"seg-000004.srs", ProblemUnknownKey})
			},
			unnamed: true,
		},
		"the ledger names another": {
			do:   func(t *testing.T, s deed) { s.refs[0].Digest, s.refs[1].Digest = s.refs[1].Digest, s.refs[0].Digest },
			want: func(s deed) []placeKind { return s.places(1, ProblemSwapped)[:2] },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := deed{t: t, ring: testRing(t)}
			s.dir, s.refs = smallStore(t, s.ring, !c.unsealed)
			c.do(t, s)
			problems, _ := verify(t, s.dir, s.ring, s.refs)
			if diff := cmp.Diff(c.want(s), kinds(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s%v", diff, problems)
			}
			if problems, _ := verify(t, s.dir, s.ring, nil); (len(problems) > 0) != c.unnamed {
				t.Errorf("without the ledger: %v", problems)
			}
		})
	}
}

func file(name string, kind ProblemKind) []placeKind { return []placeKind{{name, kind}} }

// deed does something to a store.
type deed struct {
	t    *testing.T
	dir  string
	ring *Ring
	refs []Ref
}

func (s deed) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s deed) path(name string) string { return filepath.Join(s.dir, name) }

func (s deed) remove(name string) { s.must(os.Remove(s.path(name))) }

func (s deed) truncate(name string, size int64) { s.must(os.Truncate(s.path(name), size)) }

func (s deed) swap(a, b string) {
	s.must(os.Rename(s.path(a), s.path("x")))
	s.must(os.Rename(s.path(b), s.path(a)))
	s.must(os.Rename(s.path("x"), s.path(b)))
}

func (s deed) zero(name string, from, n int64) {
	b, err := os.ReadFile(s.path(name))
	s.must(err)
	clear(b[from : from+n])
	s.must(os.WriteFile(s.path(name), b, 0o644))
}

// unsign takes a frame's signature away, and makes the checksum fit again.
func (s deed) unsign(name string, from, to int64) {
	s.zero(name, to-4-64, 64)
	b, err := os.ReadFile(s.path(name))
	s.must(err)
	binary.LittleEndian.PutUint32(b[to-4:], crc32.Checksum(b[from:to-4], castagnoli))
	s.must(os.WriteFile(s.path(name), b, 0o644))
}

// swapFrames writes the file's bytes from b to end before those from a to b, or, where end is b, leaves the latter out.
func (s deed) swapFrames(name string, a, b, end int64) {
	text, err := os.ReadFile(s.path(name))
	s.must(err)
	if end == b {
		s.must(os.WriteFile(s.path(name), slices.Concat(text[:a], text[b:]), 0o644))
		return
	}
	s.must(os.WriteFile(s.path(name), slices.Concat(text[:a], text[b:end], text[a:b], text[end:]), 0o644))
}

// offset returns where the frame of golden i starts, and end where it ends.
func (s deed) offset(i int) int64 {
	p, err := parsePlace(s.refs[i].Place)
	s.must(err)
	return p.offset
}

func (s deed) end(i int) int64 {
	p, err := parsePlace(s.refs[i].Place)
	s.must(err)
	r, err := openSegment(s.dir, p.segment)
	s.must(err)
	defer r.Close()
	f, err := r.frame(p.offset)
	s.must(err)
	return p.offset + f.size()
}

// places returns all goldens of a segment.
func (s deed) places(number int, kind ProblemKind) []placeKind {
	var list []placeKind
	for _, ref := range s.refs {
		if strings.HasPrefix(ref.Place, fmt.Sprint(number, ":")) {
			list = append(list, placeKind{ref.Place, kind})
		}
	}
	return list
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
