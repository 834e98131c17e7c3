package replay

import "strconv"

// arrays compares two arrays that are not equal.
func (c *comparison) arrays(w, g uint32, at reach) {
	if rule, ok := c.unorderedBy(at); ok {
		c.multisets(w, g, rule, at)
		return
	}
	want, got := c.want.children(w), c.got.children(g)
	pre := 0
	for pre < min(len(want), len(got)) && equalNodes(c.want, want[pre], c.got, got[pre]) {
		pre++
	}
	post := 0
	for post < min(len(want), len(got))-pre &&
		equalNodes(c.want, want[len(want)-1-post], c.got, got[len(got)-1-post]) {
		post++
	}
	wantMiddle, gotMiddle := want[pre:len(want)-post], got[pre:len(got)-post]
	pairs, order := c.pairUp(wantMiddle, gotMiddle)
	if order {
		c.report(Moved, c.want.value(w), c.got.value(g))
		return
	}
	if !at.empty() { // count what rules match in the ends, too
		c.elements(want[:pre], got[:pre], byPosition(pre, pre), match{}, at)
	}
	c.elements(wantMiddle, gotMiddle, pairs, match{pre, pre}, at)
	if !at.empty() {
		wantEnd, gotEnd := len(want)-post, len(got)-post
		c.elements(want[wantEnd:], got[gotEnd:], byPosition(post, post), match{wantEnd, gotEnd}, at)
	}
}

// elements compares elements that have been paired; -1 stands for one that is not there, and
// its path is where it would be. The first ones have the indices in from.
func (c *comparison) elements(want, got []uint32, pairs []match, from match, at reach) {
	next := from
	for _, m := range pairs {
		both := m.want >= 0 && m.got >= 0
		if both && at.empty() && equalNodes(c.want, want[m.want], c.got, got[m.got]) {
			next = match{from.want + m.want + 1, from.got + m.got + 1}
			continue
		}
		inner, back := c.enterElement(next, at)
		switch {
		case both:
			c.pair(want[m.want], got[m.got], inner)
			next = match{next.want + 1, next.got + 1}
		case m.got < 0:
			c.single(Removed, c.want.value(want[m.want]), inner)
			next.want++
		default:
			c.single(Added, c.got.value(got[m.got]), inner)
			next.got++
		}
		c.leave(back)
	}
}

// enterElement is [comparison.enter] for indices.
func (c *comparison) enterElement(index match, at reach) (reach, paths) {
	var want, got [20]byte
	return c.enter(strconv.AppendInt(want[:0], int64(index.want), 10),
		strconv.AppendInt(got[:0], int64(index.got), 10), at)
}

// pairUp pairs the elements of two arrays, or says that they are the same in another order.
func (c *comparison) pairUp(want, got []uint32) (pairs []match, moved bool) {
	if len(want) == 0 || len(got) == 0 {
		return byPosition(len(want), len(got)), false
	}
	in := newInterner(len(want))
	wantIDs, gotIDs := c.want.numbered(in, want), c.got.numbered(in, got)
	if sameMultiset(wantIDs, gotIDs) {
		return nil, true
	}
	matches, whole := c.aligner.align(wantIDs, gotIDs)
	gaps(matches, len(want), len(got), func(w, g span) {
		inGap, ok := c.aligner.pairs(c.want.items(want[w.from:w.to]), c.got.items(got[g.from:g.to]))
		whole = whole && ok
		for _, m := range inGap {
			if m.want >= 0 {
				m.want += w.from
			}
			if m.got >= 0 {
				m.got += g.from
			}
			pairs = append(pairs, m)
		}
	}, func(m match) { pairs = append(pairs, m) })
	if !whole {
		c.NotAligned = append(c.NotAligned, string(c.wantPath))
		return byPosition(len(want), len(got)), false
	}
	if len(want) == len(got) && c.want.isVector(want) && c.got.isVector(got) {
		if inPlace := byPosition(len(want), len(got)); unequal(inPlace, wantIDs, gotIDs) <= unequal(pairs, wantIDs, gotIDs) {
			return inPlace, false
		}
	}
	return pairs, false
}

// byPosition pairs elements by their indices.
func byPosition(want, got int) []match {
	pairs := make([]match, max(want, got))
	for i := range pairs {
		pairs[i] = match{i, i}
		if i >= want {
			pairs[i].want = -1
		}
		if i >= got {
			pairs[i].got = -1
		}
	}
	return pairs
}

// unequal counts the pairs that are not of equal elements.
func unequal(pairs []match, wantIDs, gotIDs []int32) int {
	n := 0
	for _, m := range pairs {
		if m.want < 0 || m.got < 0 || wantIDs[m.want] != gotIDs[m.got] {
			n++
		}
	}
	return n
}

// isVector reports whether all elements are numbers, true, false or null.
func (d *document) isVector(elements []uint32) bool {
	for _, n := range elements {
		switch d.kind(n) {
		case '{', '[', '"':
			return false
		}
	}
	return true
}

func (d *document) numbered(in *interner, elements []uint32) []int32 {
	ids := make([]int32, len(elements))
	for i, n := range elements {
		ids[i] = in.numberHashed(d.value(n), d.nodes[n].hash)
	}
	return ids
}

func (d *document) items(elements []uint32) []item {
	all := make([]item, len(elements))
	for i, n := range elements {
		all[i] = item{doc: d, node: n}
	}
	return all
}
