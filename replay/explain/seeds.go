package explain

import (
	"context"
	"maps"
	"slices"
)

// Other seeds: neighbours, each twice, and ones that differ in a higher bit only, so that a
// program that keeps 8, 16 or 24 bits of its seed gives the same trace again.
const (
	neighbours     = 4
	neighbourTwice = 2
)

func (e *experiment) neighbourSeeds() []uint64 {
	var seeds []uint64
	for n := uint64(1); len(seeds) < neighbours && n <= 2*neighbours; n++ {
		if s := e.o.Seed + n; s <= e.o.MaxSeed && s > e.o.Seed {
			seeds = append(seeds, s)
		}
	}
	for n := uint64(1); len(seeds) < neighbours && n <= e.o.Seed; n++ {
		seeds = append(seeds, e.o.Seed-n)
	}
	return seeds
}

// farSeeds are the seed with one higher bit flipped.
func (e *experiment) farSeeds() []uint64 {
	var seeds []uint64
	for _, bit := range []uint{8, 16, 24, 30} {
		if s := e.o.Seed ^ 1<<bit; s <= e.o.MaxSeed {
			seeds = append(seeds, s)
		}
	}
	return seeds
}

// seeds runs the workflow with other seeds. What follows the seed only by chance is not asked for
// again: a field that varies anyway says nothing about seeds.
func (e *experiment) seeds(ctx context.Context) error {
	var order []uint64
	for _, s := range e.neighbourSeeds() {
		for range neighbourTwice {
			order = append(order, s)
		}
	}
	order = append(order, e.farSeeds()...)
	if !e.affords(len(order)) {
		return nil
	}
	e.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	unknown := 0
	for _, seed := range order {
		obs, ok, err := e.observe(ctx, seed, Treatment{}, &unknown)
		if err != nil {
			return err
		}
		if ok {
			e.others[seed] = append(e.others[seed], obs)
		}
	}
	return nil
}

// seeded is what one seed's runs showed: the values of scalars that all of its runs agree on.
type seeded struct {
	seed   uint64
	layout *layout
	values map[string]string
}

// maxSeeded is the longest trace, in bytes, whose places are compared between seeds.
const maxSeeded = 4 << 20

// bySeed returns, for each seed that was tried, what its runs agree on; the seed in question first.
func (e *experiment) bySeed() []seeded {
	if len(e.others) == 0 || len(e.reference.obs.Trace) > maxSeeded {
		return nil
	}
	all := []seeded{{e.o.Seed, e.ref, e.agreed(e.ref, nil)}}
	for _, seed := range slices.Sorted(maps.Keys(e.others)) {
		var first *layout
		var rest []*layout
		for _, obs := range e.others[seed] {
			if len(obs.Trace) > maxSeeded {
				return nil
			}
			l, err := newLayout(obs.Trace)
			if err != nil {
				continue
			}
			if first == nil {
				first = l
			} else {
				rest = append(rest, l)
			}
		}
		if first != nil && first.end.Status == e.ref.end.Status && first.end.Exit == e.ref.end.Exit {
			all = append(all, seeded{seed, first, e.agreed(first, rest)})
		}
	}
	return all
}

// agreed returns the scalars of a layout that the others have too, without those that vary or
// that rules cover.
func (e *experiment) agreed(l *layout, rest []*layout) map[string]string {
	values := map[string]string{}
	for _, path := range l.leaves {
		v := string(l.values[path])
		if e.noise(path) || slices.ContainsFunc(rest, func(o *layout) bool { return string(o.values[path]) != v }) {
			continue
		}
		values[path] = v
	}
	return values
}

// noise reports whether a place varies with one seed, or is below one that does.
func (e *experiment) noise(path string) bool {
	if e.covered[path] || e.t.byPath[path] != nil {
		return true
	}
	return slices.ContainsFunc(parents(path), func(p string) bool {
		c := e.t.byPath[p]
		return e.covered[p] || c != nil && (p != "" || e.ref.kinds[""] != 0)
	})
}
