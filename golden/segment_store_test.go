package golden

import (
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSegmentsGiveBackWhatWasAdded(t *testing.T) {
	small := sampleTraces(t, 1, 9, 400)
	for name, c := range map[string]struct {
		groups [][]*Trace
		o      SegmentOptions
	}{
		"one":                       {groups: [][]*Trace{small[:1]}},
		"a group":                   {groups: [][]*Trace{small}},
		"groups":                    {groups: [][]*Trace{small[:4], small[4:5], small[5:]}},
		"many segments":             {groups: [][]*Trace{small[:3], small[3:6], small[6:]}, o: SegmentOptions{MaxSize: 1}},
		"the same twice":            {groups: [][]*Trace{{small[0], small[0]}, {small[0]}}},
		"more than a frame's worth": {groups: [][]*Trace{sampleTraces(t, 1, 30, 100_000)}},
		"large among small": {groups: [][]*Trace{
			{small[0], sampleTrace(t, 50, chunkSize+1), small[1]},
			{sampleTrace(t, 51, 3*chunkSize), sampleTrace(t, 52, 6*chunkSize), small[2]},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, ring := t.TempDir(), testRing(t)
			s := openStore(t, dir, ring, c.o)
			var refs []Ref
			var traces []*Trace
			for _, group := range c.groups {
				refs = append(refs, mustAdd(t, s, group...)...)
				traces = append(traces, group...)
			}
			checkHas(t, s, refs, traces)
			mustClose(t, s)
			checkScan(t, dir, refs, traces)

			again := openStore(t, dir, ring, c.o)
			goldens, bytes := again.Size()
			if goldens != int64(len(refs)) || bytes != diskSize(t, dir, segmentSuffix) {
				t.Errorf("size: got %d goldens, %d bytes, want %d and %d", goldens, bytes, len(refs), diskSize(t, dir, segmentSuffix))
			}
			checkHas(t, again, refs, traces)
		})
	}
}

// checkScan makes sure that scanning finds exactly refs, in order, and that they can be read.
func checkScan(t testing.TB, dir string, refs []Ref, traces []*Trace) {
	t.Helper()
	view, err := ViewSegments(dir, BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	var got []Ref
	err = view.Scan(func(ref Ref, h Header, size int64) error {
		if i := len(got); i < len(traces) && (h.Seed != traces[i].Header().Seed || size != traces[i].Size()) {
			t.Errorf("scan: golden %d has seed %d, %d bytes, want %d, %d", i, h.Seed, size, traces[i].Header().Seed, traces[i].Size())
		}
		got = append(got, ref)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(refs, got); diff != "" {
		t.Fatalf("scan (-want +got):\n%s", diff)
	}
	checkHas(t, view, refs, traces)
}

func diskSize(t testing.TB, dir, suffix string) int64 {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), suffix) {
			total += info.Size()
		}
	}
	return total
}

func TestSegmentsGetBesideAdd(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir, testRing(t), SegmentOptions{MaxSize: 4096})
	var group sync.WaitGroup
	for round := range uint64(20) {
		traces := sampleTraces(t, 10*round, 9, 400)
		refs := mustAdd(t, s, traces...)
		group.Go(func() { checkHas(t, s, refs, traces) })
		group.Go(func() { s.Size() })
	}
	group.Wait()
}

// A group that fails after a part of it was written leaves no trace of itself, in the file or in
// the sum that its seal states.
func TestSegmentsTakeBackAGroup(t *testing.T) {
	dir, ring := t.TempDir(), testRing(t)
	s := openStore(t, dir, ring, SegmentOptions{})
	traces := sampleTraces(t, 1, 3, 60)
	refs := mustAdd(t, s, traces[0])
	b := NewBuilder(Header{Workflow: "noise", Output: OutputBytes}, BuildOptions{})
	random := rand.NewChaCha8([32]byte{1})
	block := make([]byte, 1<<20)
	for range 6 {
		random.Read(block)
		if err := b.AddText(KindOut, "", hexString(block)); err != nil { // six megabytes that don't compress further
			t.Fatal(err)
		}
	}
	noise, err := b.End(End{Status: StatusOK})
	if err != nil {
		t.Fatal(err)
	}
	defer noise.Close()
	gone := *noise // reading it fails
	if gone.file, err = os.Open(dir); err != nil {
		t.Fatal(err)
	}
	defer gone.file.Close()
	before := s.tail.size
	if _, err := s.Add(traces[1], noise, &gone); err == nil {
		t.Fatal("a golden that can't be read was added")
	}
	if info, err := s.tail.file.Stat(); err != nil || info.Size() != before || s.pack.written == before {
		t.Errorf("the file has %d bytes, %v, want %d; written up to %d", info.Size(), err, before, s.pack.written)
	}
	refs = append(refs, mustAdd(t, s, traces[2])...)
	mustClose(t, s)
	checkScan(t, dir, refs, []*Trace{traces[0], traces[2]})
	mustBeClean(t, dir, ring, refs)
}

func TestSegmentsRefuse(t *testing.T) {
	dir, ring := t.TempDir(), testRing(t)
	s := openStore(t, dir, ring, SegmentOptions{})
	ref := mustAdd(t, s, sampleTraces(t, 1, 3, 400)...)[1]
	other := sampleTrace(t, 9, 400).Digest()
	for name, bad := range map[string]Ref{
		"another digest":     {other, ref.Place},
		"another index":      {ref.Digest, strings.TrimSuffix(ref.Place, "1") + "2"},
		"index out of range": {ref.Digest, strings.TrimSuffix(ref.Place, "1") + "3"},
		"offset in a frame":  {ref.Digest, "1:44:1"},
		"offset past end":    {ref.Digest, "1:99999:0"},
		"no such segment":    {ref.Digest, "2:43:1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := s.Get(bad); err == nil {
				t.Errorf("got golden %s, want an error", got.Digest().Short())
			}
		})
	}
	mustClose(t, s)
	if _, err := s.Add(sampleTrace(t, 1, 400)); !errors.Is(err, errStoreClosed) {
		t.Errorf("add after close: %v", err)
	}
}

func TestPlaceHasOneSpelling(t *testing.T) {
	for _, good := range []string{"1:43:0", "999999:9223372036854775807:4095"} {
		if p, err := parsePlace(good); err != nil || p.String() != good {
			t.Errorf("%q: got %v, %v", good, p, err)
		}
	}
	for _, bad := range []string{"", "1", "1:2", "1:2:3:4", "0:1:1", "01:1:1", "1:+1:1", "1:-1:1", "1: 1:1", "1:1:1 ", "1:1:99999", "x:1:1", "1:9223372036854775808:0"} {
		if p, err := parsePlace(bad); err == nil {
			t.Errorf("%q: got %v, want an error", bad, p)
		}
	}
}
