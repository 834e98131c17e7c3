package golden

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func kills(t *testing.T) int {
	if testing.Short() {
		return 3
	}
	return 30
}

func killedStore(t *testing.T) (dir, golden string, ring func() *Ring) {
	dir = t.TempDir()
	return dir, filepath.Join(dir, "golden"), func() *Ring {
		t.Helper()
		r, err := OpenRing(filepath.Join(dir, "keys"), RingOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func TestSegmentsSurviveKillsDuringAdd(t *testing.T) {
	dir, golden, ring := killedStore(t)
	random := rand.New(rand.NewPCG(1, 1))
	var refs []Ref
	var torn int64
	for range kills(t) {
		c := startChild(t, "add", dir)
		for range random.IntN(40) {
			if !c.out.Scan() {
				t.Fatal("the child ended")
			}
			refs = append(refs, parseRef(t, strings.Fields(c.out.Text())))
		}
		c.kill()
		for _, line := range c.rest() {
			if words := strings.Fields(line); len(words) == 2 && len(words[1]) == 64 { // the last one may be cut
				refs = append(refs, parseRef(t, words))
			}
		}
		torn += mustBeClean(t, golden, ring(), refs).Torn
	}
	s := openStore(t, golden, ring(), SegmentOptions{})
	mustClose(t, s)
	stats := mustBeClean(t, golden, ring(), refs)
	t.Logf("%d goldens acknowledged, %d more whole, %d bytes torn", len(refs), stats.Unnamed, torn)
}

// killer kills children at instants spread over what they take when they are left alone.
type killer struct {
	random   *rand.Rand
	longest  time.Duration // that a child took which was not killed
	finished int
}

func (k *killer) run(t *testing.T, do, dir string) {
	t.Helper()
	c := startChild(t, do, dir)
	began := time.Now()
	if k.longest > 0 {
		timer := time.AfterFunc(time.Duration(k.random.Int64N(int64(k.longest))), c.kill)
		defer timer.Stop()
	}
	if slices.Contains(c.rest(), "done") {
		k.longest = max(k.longest, time.Since(began))
		k.finished++
	}
	if k.longest == 0 {
		t.Fatalf("%s: left alone, the child does not finish", do)
	}
}

func TestRotateKeySurvivesKills(t *testing.T) {
	dir, golden, ring := killedStore(t)
	killer := killer{random: rand.New(rand.NewPCG(1, 2))}
	var refs []Ref
	for round := range kills(t) {
		// Each round leaves a segment that is not sealed, as a killed soak does.
		s, err := OpenSegments(golden, ring(), SegmentOptions{MaxSize: 2000})
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, mustAdd(t, s, sampleTraces(t, uint64(100*round), 5, 400)...)...)
		abandon(t, s)
		killer.run(t, "rotate", dir)
		mustBeClean(t, golden, ring(), refs)
	}
	if _, err := RotateKey(golden, ring()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d rotations were not killed", killer.finished, kills(t))
	retireOthers(t, ring())
	mustBeClean(t, golden, ring(), refs)
}

// retireOthers removes every key from the ring's folder but the one that signs.
func retireOthers(t testing.TB, r *Ring) {
	t.Helper()
	for _, path := range storeFiles(t, r.dir) {
		if name := filepath.Base(path); name != currentName && !strings.HasPrefix(name, r.Current()) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestPruneSurvivesKills(t *testing.T) {
	dir, golden, ring := killedStore(t)
	killer := killer{random: rand.New(rand.NewPCG(1, 3))}
	ledger := testLedger{filepath.Join(dir, "ledger")}
	for round := range kills(t) {
		s, err := OpenSegments(golden, ring(), SegmentOptions{MaxSize: 2000})
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for i := range 3 {
			for j, ref := range mustAdd(t, s, sampleTraces(t, uint64(100*round+10*i), 5, 400)...) {
				if i < 2 && j%2 == 0 { // the last segment is dropped as a whole
					fmt.Fprintln(&text, "keep", ref.Place, ref.Digest)
				}
			}
		}
		if err := errors.Join(ledger.append(text.String()+"commit\n"), s.Close()); err != nil {
			t.Fatal(err)
		}
		before := len(ledger.live(t))
		killer.run(t, "prune", dir)
		live := ledger.live(t)
		if len(live) != before {
			t.Fatalf("%d goldens to keep, were %d", len(live), before)
		}
		mustBeClean(t, golden, ring(), sortedRefs(live))
	}
	leftAlone := killer
	leftAlone.longest = 0
	leftAlone.run(t, "prune", dir)
	t.Logf("%d of %d prunes were not killed", killer.finished, kills(t))
	live := sortedRefs(ledger.live(t))
	if stats := mustBeClean(t, golden, ring(), live); stats.Goldens != int64(len(live)) {
		t.Errorf("%d goldens are left, want %d", stats.Goldens, len(live))
	}
}

func sortedRefs(set map[Ref]bool) []Ref {
	list := make([]Ref, 0, len(set))
	for ref := range set {
		list = append(list, ref)
	}
	slices.SortFunc(list, func(a, b Ref) int { return strings.Compare(a.Place, b.Place) })
	return list
}
