package replay

import "encoding/binary"

// item is an element to be paired with one that it resembles.
type item struct {
	doc   *document
	node  uint32
	label int32 // items with different labels are never paired
}

// pairs is what becomes of the elements between two equal ones: each is in one pair, alone
// (the other index is -1) or not. Indices ascend on both sides.
func (al *aligner) pairs(want, got []item) (all []match, whole bool) {
	whole = true
	if len(want) == 1 && len(got) == 1 && want[0].label == got[0].label {
		return []match{{0, 0}}, true
	}
	var found []match
	if len(want) > 0 && len(got) > 0 {
		found, whole = al.align(resemblances(want, got))
	}
	wantLabels, gotLabels := labels(want), labels(got)
	gaps(found, len(want), len(got), func(w, g span) {
		rest, ok := al.align(wantLabels[w.from:w.to], gotLabels[g.from:g.to])
		whole = whole && ok
		gaps(rest, w.len(), g.len(), func(alone, other span) {
			for i := alone.from; i < alone.to; i++ {
				all = append(all, match{w.from + i, -1})
			}
			for j := other.from; j < other.to; j++ {
				all = append(all, match{-1, g.from + j})
			}
		}, func(m match) {
			all = append(all, match{w.from + m.want, g.from + m.got})
		})
	}, func(m match) { all = append(all, m) })
	return all, whole
}

func labels(items []item) []int32 {
	ids := make([]int32, len(items))
	for i, it := range items {
		ids[i] = it.label
	}
	return ids
}

// span is a part of a sequence.
type span struct{ from, to int }

func (s span) len() int { return s.to - s.from }

// gaps goes through matches and what lies between them, in order. It leaves out gaps that are
// empty on both sides.
func gaps(matches []match, wantLen, gotLen int, gap func(want, got span), matched func(match)) {
	var last match // the first index behind the last match
	for _, m := range append(matches[:len(matches):len(matches)], match{wantLen, gotLen}) {
		if m.want > last.want || m.got > last.got {
			gap(span{last.want, m.want}, span{last.got, m.got})
		}
		if m.want < wantLen && m.got < gotLen {
			matched(m)
		}
		last = match{m.want + 1, m.got + 1}
	}
}

// resemblances numbers items such that those that resemble each other have the same number:
// objects, and arrays, that agree in their telling member; strings that differ in digits only;
// other values of the same type.
func resemblances(want, got []item) (wantIDs, gotIDs []int32) {
	in := newInterner(len(want))
	tell := tellingMember(want, got)
	var text []byte
	number := func(items []item) []int32 {
		ids := make([]int32, len(items))
		for i, it := range items {
			text = appendResemblance(text[:0:0], it, tell)
			ids[i] = in.number(text)
		}
		return ids
	}
	return number(want), number(got)
}

// appendResemblance appends what an item has in common with those that resemble it.
func appendResemblance(dst []byte, it item, tell string) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(it.label))
	kind := it.doc.kind(it.node)
	dst = append(dst, kind)
	switch kind {
	case '"':
		inNumber := false
		for _, c := range it.doc.value(it.node) {
			isDigit := c >= '0' && c <= '9'
			if !isDigit {
				dst = append(dst, c)
			} else if !inNumber {
				dst = append(dst, '0')
			}
			inNumber = isDigit
		}
	case '{', '[':
		it.members(func(key string, value []byte) {
			if key == tell {
				dst = append(dst, value...)
			}
		})
	}
	return dst
}

// members calls yield for the members of an object that are scalars, with their names as
// written, or for the scalars in an array, with their indices in place of names.
func (it item) members(yield func(key string, value []byte)) {
	d := it.doc
	array := d.kind(it.node) == '['
	index := uint32(0)
	for n, end := it.node+1, d.nodes[it.node].next; n < end; n = d.nodes[n].next {
		if kind := d.kind(n); kind != '{' && kind != '[' {
			if array {
				yield(string(binary.BigEndian.AppendUint32([]byte{0}, index)), d.value(n))
			} else {
				yield(string(d.name(n)), d.value(n))
			}
		}
		index++
	}
}

// tellingMember returns the key, as members has them, of which most different values occur
// on both sides: what tells the items apart and has not changed. Of several it returns the one
// that came first; if no value occurs on both sides, none.
func tellingMember(want, got []item) string {
	type valued struct {
		key   int32
		value int32
	}
	var names []string
	keys := make(map[string]int32)
	values := newInterner(len(want))
	const inWant, inBoth = 1, 2
	seen := make(map[valued]byte)
	collect := func(items []item, visit func(valued)) {
		for _, it := range items {
			if kind := it.doc.kind(it.node); kind != '{' && kind != '[' {
				continue
			}
			it.members(func(key string, value []byte) {
				k, ok := keys[key]
				if !ok {
					k = int32(len(names))
					keys[key] = k
					names = append(names, key)
				}
				visit(valued{k, values.number(value)})
			})
		}
	}
	collect(want, func(v valued) { seen[v] = inWant })
	shared := make([]int, len(names))
	collect(got, func(v valued) {
		if seen[v] == inWant {
			seen[v] = inBoth
			shared[v.key]++
		}
	})
	best, tell := 0, ""
	for k, n := range shared {
		if n > best {
			best, tell = n, names[k]
		}
	}
	return tell
}
