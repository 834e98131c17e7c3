package golden

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
