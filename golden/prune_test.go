package golden

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// prune drops all but keep, and returns where the kept goldens are now, in their order.
func prune(t testing.TB, dir string, ring *Ring, refs []Ref, keep func(i int) bool) ([]Ref, PruneStats) {
	t.Helper()
	now := map[Ref]Ref{}
	var kept []Ref
	for i, ref := range refs {
		if keep(i) {
			now[ref] = ref
			kept = append(kept, ref)
		}
	}
	stats, err := Prune(dir, ring, PruneOptions{
		Keep: func(ref Ref) bool { _, ok := now[ref]; return ok },
		Commit: func(moved []Moved) error {
			for _, m := range moved {
				if _, ok := now[m.From]; ok != (m.To != Ref{}) {
					t.Errorf("%v: kept is %v", m, ok)
				}
				now[m.From] = m.To
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range kept {
		kept[i] = now[kept[i]]
	}
	return kept, stats
}

func TestPrune(t *testing.T) {
	for name, c := range map[string]struct {
		keep func(i int) bool
		want PruneStats
		left int // segments
	}{
		"nothing":                      {func(i int) bool { return true }, PruneStats{}, 3},
		"everything":                   {func(i int) bool { return false }, PruneStats{Segments: 3, Dropped: 10}, 0},
		"the oldest segment":           {func(i int) bool { return i >= 4 }, PruneStats{Segments: 1, Dropped: 4}, 2},
		"one of a segment":             {func(i int) bool { return i != 5 }, PruneStats{Segments: 1, Dropped: 1, Moved: 3}, 3},
		"every other":                  {func(i int) bool { return i%2 == 0 }, PruneStats{Segments: 3, Dropped: 5, Moved: 5}, 1},
		"all but one of the first one": {func(i int) bool { return i == 0 }, PruneStats{Segments: 3, Dropped: 9, Moved: 1}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, sealed := range []bool{true, false} {
				ring := testRing(t)
				dir, refs := smallStore(t, ring, sealed)
				before := diskSize(t, dir, segmentSuffix)
				if !sealed { // pruning seals it
					before += 140
				}
				kept, stats := prune(t, dir, ring, refs, c.keep)
				c.want.Freed = before - diskSize(t, dir, segmentSuffix)
				if diff := cmp.Diff(c.want, stats); diff != "" {
					t.Errorf("stats (-want +got):\n%s", diff)
				}
				got := mustBeClean(t, dir, ring, kept)
				mustBeClean(t, dir, ring, nil)
				if got.Segments != c.left || got.Goldens != int64(len(kept)) {
					t.Errorf("left: %+v, want %d segments and %d goldens", got, c.left, len(kept))
				}
				again, stats := prune(t, dir, ring, kept, func(int) bool { return true })
				if diff := cmp.Diff(PruneStats{}, stats); diff != "" || !slices.Equal(kept, again) {
					t.Errorf("pruned again: %s", diff)
				}
			}
		})
	}
}

func TestPruneMovesLargeGoldens(t *testing.T) {
	dir, ring := t.TempDir(), testRing(t)
	s := openStore(t, dir, ring, SegmentOptions{})
	traces := []*Trace{sampleTrace(t, 1, 60), sampleTrace(t, 2, 3*chunkSize), sampleTrace(t, 3, 60), sampleTrace(t, 4, 2*chunkSize)}
	refs := mustAdd(t, s, traces...)
	mustClose(t, s)
	kept, _ := prune(t, dir, ring, refs, func(i int) bool { return i == 1 || i == 2 })
	mustBeClean(t, dir, ring, kept)
	checkScan(t, dir, kept, traces[1:3])
}

// A segment number is not used again: an old ref must never find another golden.
func TestPruneDoesNotUseNumbersAgain(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	prune(t, dir, ring, refs, func(int) bool { return false })
	s := openStore(t, dir, ring, SegmentOptions{})
	got := mustAdd(t, s, sampleTrace(t, 1, 60))
	if p, err := parsePlace(got[0].Place); err != nil || p.segment <= 3 {
		t.Errorf("golden at %s, %v", got[0].Place, err)
	}
}

// What the ledger could not take note of is not removed.
func TestPruneStopsWhenTheLedgerFails(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	full := errors.New("the ledger is full")
	_, err := Prune(dir, ring, PruneOptions{
		Keep:   func(ref Ref) bool { return ref == refs[0] },
		Commit: func([]Moved) error { return full },
	})
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	if stats := mustBeClean(t, dir, ring, refs); stats.Unnamed != 1 {
		t.Errorf("got %+v, want the moved golden beside all others", stats)
	}
}

func TestPruneLeavesDamageAlone(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	s := deed{t: t, dir: dir, ring: ring, refs: refs}
	s.zero(segmentName(1), 150, 1)
	s.zero(sealName(2), 50, 1)
	_, stats := prune(t, dir, ring, refs, func(i int) bool { return i%2 == 0 })
	want := []placeKind{{segmentName(1), ProblemChanged}, {segmentName(2), ProblemUnsigned}}
	if diff := cmp.Diff(want, kinds(stats.Problems)); diff != "" || stats.Segments != 1 {
		t.Errorf("%+v: problems (-want +got):\n%s", stats, diff)
	}
}
