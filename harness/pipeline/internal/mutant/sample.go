package mutant

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Sample picks mutants: "all", a number of them by the seed, or IDs with commas. They come in an
// order that the seed gives, so that what was run when time was up is a sample as well.
func Sample(all []Mutant, which string, seed uint64) ([]Mutant, error) {
	n, err := strconv.Atoi(which)
	if err != nil && which != "all" {
		return named(all, strings.Split(which, ","))
	}
	if which == "all" || n > len(all) {
		n = len(all)
	}
	if n < 1 {
		return nil, fmt.Errorf("%d mutants: want all, a number from 1, or IDs with commas", n)
	}
	picked := slices.Clone(all)
	random := rand.New(rand.NewPCG(seed, 0))
	random.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
	return picked[:n], nil
}

func named(all []Mutant, ids []string) (picked []Mutant, err error) {
	for _, id := range ids {
		i := slices.IndexFunc(all, func(m Mutant) bool { return m.ID() == id })
		if i < 0 {
			return nil, fmt.Errorf("there is no mutant %q: want all, a number, or IDs with commas, like %s", id, all[0].ID())
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}
