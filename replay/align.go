package replay

import "slices"

// aligner matches two sequences whose elements are given as numbers: equal numbers, equal
// elements. What it finds is a common subsequence; within the Myers limits the longest one.
//
// The stages, each for what the one before left: elements that the other side lacks are set
// aside; common ends are trimmed; the greedy algorithm of Myers, "An O(ND) Difference
// Algorithm and Its Variations" (1986), up to maxEdits; then the elements that occur once on
// each side divide the rest (patience diff), and each part goes through the stages again.
type aligner struct {
	steps int // that may still be taken; one is one move of an inner loop, a few nanoseconds
}

// maxEdits bounds one attempt of Myers' algorithm, which takes up to its square in steps and
// twice its square in bytes.
const maxEdits = 2048

// match pairs an element of the first sequence with one of the second, by index.
type match struct{ want, got int }

// slot is an element that takes part in an alignment.
type slot struct {
	id int32
	at int32 // its index in the sequence
}

// align returns matches that ascend on both sides. It reports false if steps ran out before
// all had been looked at.
func (al *aligner) align(want, got []int32) ([]match, bool) {
	ids := int32(-1)
	for _, id := range want {
		ids = max(ids, id)
	}
	for _, id := range got {
		ids = max(ids, id)
	}
	r := regions{
		aligner: al, whole: true,
		inWant: make([]int32, ids+1), inGot: make([]int32, ids+1), gotAt: make([]int32, ids+1),
	}
	r.divide(slots(want), slots(got))
	return r.matches, r.whole
}

func slots(ids []int32) []slot {
	ts := make([]slot, len(ids))
	for i, id := range ids {
		ts[i] = slot{id, int32(i)}
	}
	return ts
}

// regions is one alignment under way.
type regions struct {
	*aligner
	matches       []match
	whole         bool
	inWant, inGot []int32 // how often an id occurs in the region at hand; zero between regions
	gotAt         []int32 // where in got, for an id that occurs once
}

// spend takes n steps, and reports whether they were left.
func (r *regions) spend(n int) bool {
	if n > r.steps {
		r.steps = 0
		r.whole = false
		return false
	}
	r.steps -= n
	return true
}

// divide matches one region. Its ends are free on both sides.
func (r *regions) divide(want, got []slot) {
	pre := 0
	for pre < min(len(want), len(got)) && want[pre].id == got[pre].id {
		r.match(want[pre], got[pre])
		pre++
	}
	want, got = want[pre:], got[pre:]
	post := 0
	for post < min(len(want), len(got)) && want[len(want)-1-post].id == got[len(got)-1-post].id {
		post++
	}
	wantEnd, gotEnd := want[len(want)-post:], got[len(got)-post:]
	r.middle(want[:len(want)-post], got[:len(got)-post])
	for i := range wantEnd {
		r.match(wantEnd[i], gotEnd[i])
	}
}

func (r *regions) match(want, got slot) {
	r.matches = append(r.matches, match{int(want.at), int(got.at)})
}

// middle matches a region whose ends differ.
func (r *regions) middle(want, got []slot) {
	if len(want) == 0 || len(got) == 0 || !r.spend(len(want)+len(got)) {
		return
	}
	r.count(want, got, 1)
	commonWant, commonGot := common(want, r.inGot), common(got, r.inWant)
	anchors := r.anchors(commonWant, commonGot)
	r.count(want, got, -1)
	if len(commonWant) == 0 {
		return
	}
	if len(commonWant) < len(want) || len(commonGot) < len(got) {
		r.divide(commonWant, commonGot)
		return
	}
	if matches, ok := r.myers(want, got); ok {
		r.matches = append(r.matches, matches...)
		return
	}
	if len(anchors) == 0 {
		r.whole = false
		return
	}
	i, j := 0, 0
	for _, a := range anchors {
		r.divide(want[i:a.want], got[j:a.got])
		r.match(want[a.want], got[a.got])
		i, j = a.want+1, a.got+1
	}
	r.divide(want[i:], got[j:])
}

// count adds by to the occurrences of each element.
func (r *regions) count(want, got []slot, by int32) {
	for _, t := range want {
		r.inWant[t.id] += by
	}
	for _, t := range got {
		r.inGot[t.id] += by
	}
}

// common returns those that occur on the other side.
func common(ts []slot, other []int32) []slot {
	var kept []slot
	for _, t := range ts {
		if other[t.id] > 0 {
			kept = append(kept, t)
		}
	}
	return kept
}

// anchors returns the longest ascending chain of the elements that occur once on each side, as
// indices into want and got.
func (r *regions) anchors(want, got []slot) []match {
	for j, t := range got {
		r.gotAt[t.id] = int32(j)
	}
	var unique []match
	for i, t := range want {
		if r.inWant[t.id] == 1 && r.inGot[t.id] == 1 {
			unique = append(unique, match{i, int(r.gotAt[t.id])})
		}
	}
	return ascending(unique)
}

// ascending returns a longest subsequence whose got ascends, of matches whose want does.
func ascending(ms []match) []match {
	tails := make([]int, 0, len(ms)) // tails[n]: the match that ends a chain of n+1 soonest
	before := make([]int, len(ms))   // the match before it in its chain, or -1
	for i, m := range ms {
		n, _ := slices.BinarySearchFunc(tails, m.got, func(t, got int) int { return ms[t].got - got })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		tails = append(tails[:n], append([]int{i}, tails[min(n+1, len(tails)):]...)...)
	}
	if len(tails) == 0 {
		return nil
	}
	chain := make([]match, len(tails))
	for n, i := len(tails)-1, tails[len(tails)-1]; n >= 0; n, i = n-1, before[i] {
		chain[n] = ms[i]
	}
	return chain
}
