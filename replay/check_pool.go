package replay

import "fmt"

// pool joins the differences of several replays with one golden. A path that differs in some
// replays only is a difference all the same, and one that one replay can't explain is not
// explained by another.
type pool struct {
	index map[poolKey]int
	ds    []Difference
	seen  []int // in how many replays
	total int   // replays that differed
}

// poolKey is what makes two differences the same. The kind is no part of it for what both
// sides may have; several elements added at one place are told apart by their place in the
// second document.
type poolKey struct {
	path, gotPath string
	added         bool
}

// add joins the classified differences of one replay.
func (p *pool) add(ds []Difference) {
	if p.index == nil {
		p.index = map[poolKey]int{}
	}
	p.total++
	for _, d := range ds {
		key := poolKey{path: d.Path}
		if d.Kind == Added {
			key = poolKey{d.Path, d.GotPath, true}
		}
		i, known := p.index[key]
		if !known {
			p.index[key] = len(p.ds)
			p.ds = append(p.ds, d)
			p.seen = append(p.seen, 1)
			continue
		}
		p.seen[i]++
		if weightOf(d) > weightOf(p.ds[i]) {
			p.ds[i] = d
		}
	}
}

// weightOf orders what two replays say of one path: the one that excuses least is kept, and
// of two violations the one that names a cause.
func weightOf(d Difference) int {
	switch {
	case d.harmless():
		return 0
	case d.Class == ClassDerived:
		return 1
	case d.Cause == CauseUnattributed || d.Cause == "":
		return 2
	}
	return 3
}

// differences returns what was pooled, in the order first seen.
func (p *pool) differences() []Difference {
	out := make([]Difference, len(p.ds))
	for i, d := range p.ds {
		if p.seen[i] < p.total {
			d.Why += fmt.Sprintf(" (in %d of the %d replays that differ)", p.seen[i], p.total)
		}
		out[i] = d
	}
	return out
}
