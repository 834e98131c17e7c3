package golden

import (
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustRotate(t testing.TB, dir string, ring *Ring) RotateStats {
	t.Helper()
	stats, err := RotateKey(dir, ring)
	if err != nil {
		t.Fatal(err)
	}
	return stats
}

func TestRotateKey(t *testing.T) {
	for name, sealed := range map[string]bool{"sealed": true, "with a segment that a kill left": false} {
		t.Run(name, func(t *testing.T) {
			ring := testRing(t)
			dir, refs := smallStore(t, ring, sealed)
			old := ring.Current()
			want := RotateStats{New: true, Signed: 3}
			if !sealed { // the last one is sealed by the new key to begin with
				want = RotateStats{New: true, Signed: 2, Already: 1}
			}
			got := mustRotate(t, dir, ring)
			if got.Key == old || got.Key != ring.Current() {
				t.Errorf("key %s after %s", got.Key, old)
			}
			want.Key = got.Key
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("stats (-want +got):\n%s", diff)
			}
			mustBeClean(t, dir, ring, refs)
			retireOthers(t, ring)
			fresh := reopen(t, ring, RingOptions{})
			mustBeClean(t, dir, fresh, refs)
			s := openStore(t, dir, fresh, SegmentOptions{})
			refs = append(refs, mustAdd(t, s, sampleTrace(t, 99, 60))...)
			mustClose(t, s)
			mustBeClean(t, dir, fresh, refs)
			if stats := mustRotate(t, dir, fresh); !stats.New || stats.Signed != 4 {
				t.Errorf("once more: %+v", stats)
			}
		})
	}
}

func TestRotateKeyGoesOn(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	if err := ring.Rotate(); err != nil { // killed after the new key and one seal
		t.Fatal(err)
	}
	s, _, err := readSeal(dir, ring, 1)
	if err := errors.Join(err, putSeal(dir, ring, s)); err != nil {
		t.Fatal(err)
	}
	want := RotateStats{Key: ring.Current(), Signed: 2, Already: 1}
	if diff := cmp.Diff(want, mustRotate(t, dir, ring)); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	mustBeClean(t, dir, ring, refs)
}

func TestRotateKeySecret(t *testing.T) {
	old := secretRing(t, "a secret of our own")
	dir, refs := smallStore(t, old, true)
	ring := reopen(t, old, RingOptions{Secret: []byte("the secret after it"), Retired: [][]byte{[]byte("a secret of our own")}})
	if diff := cmp.Diff(RotateStats{Key: ring.Current(), Signed: 3}, mustRotate(t, dir, ring)); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	mustBeClean(t, dir, reopen(t, old, RingOptions{Secret: []byte("the secret after it")}), refs)
}

// Rotating must not pass off as good what is not.
func TestRotateKeyPassesNothingOff(t *testing.T) {
	ring := testRing(t)
	dir, refs := smallStore(t, ring, true)
	s := deed{t: t, dir: dir, ring: ring, refs: refs}
	s.zero(segmentName(1), 150, 1)
	s.zero(sealName(2), 50, 1)
	s.remove(sealName(3))
	got := mustRotate(t, dir, ring)
	want := []placeKind{{sealName(2), ProblemUnsigned}, {segmentName(3), ProblemUnsigned}}
	if diff := cmp.Diff(want, kinds(got.Problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	problems, _ := verify(t, dir, ring, refs)
	want = append([]placeKind{{refs[0].Place, ProblemChanged}, {refs[1].Place, ProblemChanged}}, want...)
	if diff := cmp.Diff(want, kinds(problems)); diff != "" {
		t.Errorf("problems afterwards (-want +got):\n%s", diff)
	}
	if _, err := RotateKey(dir, reopen(t, ring, RingOptions{ReadOnly: true})); !errors.Is(err, ErrVerifyOnly) {
		t.Errorf("a ring that only verifies: %v", err)
	}
}

func TestRotateKeyWithoutAStore(t *testing.T) {
	ring := testRing(t)
	old := ring.Current()
	if stats := mustRotate(t, t.TempDir()+"/none", ring); !stats.New || ring.Current() == old {
		t.Errorf("got %+v", stats)
	}
	if _, err := os.Stat(ring.dir + "/" + old + publicSuffix); err != nil {
		t.Error(err)
	}
}
