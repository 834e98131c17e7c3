package golden

import (
	"cmp"
	"iter"
	"slices"
)

// wanted is a golden that the ledger names.
type wanted struct {
	place   place
	digest  Digest
	settled bool // found, or reported
}

// wants are sorted by place.
type wants []wanted

// sortWants takes in what the ledger names. A place that is none is reported at once.
func (v *verifier) sortWants(want iter.Seq[Ref]) wants {
	var list wants
	if want == nil {
		return nil
	}
	for ref := range want {
		at, err := parsePlace(ref.Place)
		if err != nil {
			v.found(Problem{ref.Place, ProblemRemoved, err.Error()})
			continue
		}
		list = append(list, wanted{place: at, digest: ref.Digest})
	}
	slices.SortFunc(list, func(a, b wanted) int { return comparePlaces(a.place, b.place) })
	return list
}

func comparePlaces(a, b place) int {
	return cmp.Or(cmp.Compare(a.segment, b.segment), cmp.Compare(a.offset, b.offset), cmp.Compare(a.index, b.index))
}

// from returns where the places from at on start.
func (w wants) from(at place) int {
	i, _ := slices.BinarySearchFunc(w, at, func(e wanted, at place) int { return comparePlaces(e.place, at) })
	return i
}

// at returns all that is wanted of one place: several, if the ledger disagrees with itself.
func (w wants) at(p place) wants {
	i := w.from(p)
	return w[i:w.from(place{p.segment, p.offset, p.index + 1})]
}

// settle marks a place as dealt with.
func (w wants) settle(p place) {
	found := w.at(p)
	for i := range found {
		found[i].settled = true
	}
}

// pendingIn returns what is not settled in a stretch of a segment.
func (w wants) pendingIn(segment int, from, to int64) wants {
	i := w.from(place{segment: segment, offset: from})
	return w[i:w.from(place{segment: segment, offset: to})].pending()
}

func (w wants) pending() wants {
	var list wants
	for _, e := range w {
		if !e.settled {
			list = append(list, e)
		}
	}
	return list
}
