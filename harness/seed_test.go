package harness

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// The first seeds of the default base seed, and of others, as another implementation of
// shadowrun-seed/1 (ten lines of Python) has them.
func TestSeedOf(t *testing.T) {
	for _, c := range []struct {
		base uint64
		want []uint64
	}{
		{1, []uint64{867636627, 1058234971, 98702104, 415090663}},
		{2, []uint64{1500873308, 2096202508, 1421180172, 1153074533}},
		{1<<64 - 1, []uint64{1132990491, 185142245, 606477077, 879229935}},
	} {
		var got []uint64
		for n := range uint64(len(c.want)) {
			got = append(got, seedOf(c.base, n))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("base seed %d (-want +got)\n%s", c.base, diff)
		}
	}
}

func TestSeedOfIsAPermutation(t *testing.T) {
	const n = 1 << 16
	for _, first := range []uint64{0, SeedLimit - n} {
		seen := make(map[uint64]bool, n)
		for i := range uint64(n) {
			seed := seedOf(1, first+i)
			if seed >= SeedLimit || seen[seed] {
				t.Fatalf("run %d: seed %d came before, or is too large", first+i, seed)
			}
			seen[seed] = true
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Uint64().Draw(t, "base")
		a, b := rapid.Uint64Range(0, SeedLimit-1).Draw(t, "a"), rapid.Uint64Range(0, SeedLimit-1).Draw(t, "b")
		if a != b && seedOf(base, a) == seedOf(base, b) {
			t.Fatalf("runs %d and %d have the same seed", a, b)
		}
		if seedOf(base, a) != seedOf(base, a+SeedLimit) {
			t.Fatalf("run %d: seeds do not repeat after %d", a, SeedLimit)
		}
	})
}

// No choice depends on how many others were made before it.
func TestChoicesDependOnTheirPosition(t *testing.T) {
	first := choices(1, "order", 7).Uint64()
	for _, c := range []struct {
		name string
		got  uint64
		same bool
	}{
		{"the same place", choices(1, "order", 7).Uint64(), true},
		{"another cycle", choices(1, "order", 8).Uint64(), false},
		{"another kind of choice", choices(1, "variant", 7).Uint64(), false},
		{"another base seed", choices(2, "order", 7).Uint64(), false},
	} {
		if (c.got == first) != c.same {
			t.Errorf("%s: %d, and the first was %d", c.name, c.got, first)
		}
	}
}
