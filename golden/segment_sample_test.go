package golden

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// sampleTrace returns a trace that looks like a reference workflow's: up to five steps, of about
// size bytes in all, and at least 180.
func sampleTrace(t testing.TB, seed uint64, size int) *Trace {
	t.Helper()
	b := NewBuilder(Header{Workflow: "compute", Seed: seed, Output: OutputSteps}, BuildOptions{})
	random := rand.New(rand.NewPCG(seed, 1))
	steps := min(5, max(1, (size-160)/50))
	var pad bytes.Buffer
	for range steps {
		pad.Reset()
		for pad.Len() < (size-160)/steps-55 {
			fmt.Fprintf(&pad, "item %d costs %d; ", random.IntN(1000), random.IntN(100))
		}
		value := fmt.Sprintf(`{"n":%d,"note":%q}`, random.Uint32(), pad.String())
		if err := b.Add(KindStep, "step", []byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	trace, err := b.End(End{Status: StatusOK})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { trace.Close() })
	return trace
}

func sampleTraces(t testing.TB, first uint64, n, size int) []*Trace {
	t.Helper()
	traces := make([]*Trace, n)
	for i := range traces {
		traces[i] = sampleTrace(t, first+uint64(i), size)
	}
	return traces
}

// seeded is a source of keys that are the same in every test run.
func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func testRing(t testing.TB) *Ring {
	t.Helper()
	ring, err := OpenRing(filepath.Join(t.TempDir(), "keys"), RingOptions{Random: seeded(1)})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func secretRing(t testing.TB, secret string) *Ring {
	t.Helper()
	ring, err := OpenRing(filepath.Join(t.TempDir(), "keys"), RingOptions{Secret: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func openStore(t testing.TB, dir string, ring *Ring, o SegmentOptions) *Segments {
	t.Helper()
	s, err := OpenSegments(dir, ring, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustAdd(t testing.TB, s *Segments, traces ...*Trace) []Ref {
	t.Helper()
	refs, err := s.Add(traces...)
	if err != nil {
		t.Fatal(err)
	}
	return refs
}

func mustClose(t testing.TB, s *Segments) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

type getter interface{ Get(Ref) (*Trace, error) }

// checkHas makes sure that a store gives back what was stored.
func checkHas(t testing.TB, s getter, refs []Ref, traces []*Trace) {
	t.Helper()
	for i, ref := range refs {
		got, err := s.Get(ref)
		if err != nil {
			t.Fatalf("get %s: %v", ref.Place, err)
		}
		if got.Digest() != traces[i].Digest() || got.Size() != traces[i].Size() {
			t.Fatalf("get %s: got %s of %d bytes, want %s of %d", ref.Place, got.Digest().Short(), got.Size(), traces[i].Digest().Short(), traces[i].Size())
		}
		if err := got.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
