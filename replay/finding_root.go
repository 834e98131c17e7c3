package replay

// Root is a difference with what comes after it folded under it.
type Root struct {
	Difference
	Derived []Difference `json:"derived,omitempty"` // proven to follow from it
	// Follows are differences in later steps. They come after it and may follow from it;
	// nothing says that they do, so they keep their own class, and none is graver than it.
	Follows []Difference `json:"follows,omitempty"`
}

// Roots folds classified differences for display: under each root what derives from it. What
// derives from a difference that is not in ds is a root of its own.
func Roots(ds []Difference) []Root {
	var roots []Root
	index := map[string]int{}
	for _, d := range ds {
		if d.Class == ClassDerived {
			continue
		}
		if _, known := index[d.Path]; !known {
			index[d.Path] = len(roots)
		}
		roots = append(roots, Root{Difference: d})
	}
	for _, d := range ds {
		if d.Class != ClassDerived {
			continue
		}
		if i, known := index[d.DerivedFrom]; known {
			roots[i].Derived = append(roots[i].Derived, d)
		} else {
			roots = append(roots, Root{Difference: d})
		}
	}
	return roots
}

// FoldSteps folds, under the first root, the ones in later steps that are not graver: one
// wrong value spoils all that comes after it. Steps are the pointers of a trace's events in
// their order; a root in none of them stays where it is.
func FoldSteps(roots []Root, steps []string) []Root {
	if len(roots) < 2 {
		return roots
	}
	first := roots[0]
	at := stepOf(first.Path, steps)
	if at < 0 {
		return roots
	}
	out := []Root{first}
	for _, r := range roots[1:] {
		if stepOf(r.Path, steps) > at && (r.harmless() || !first.harmless()) {
			out[0].Follows = append(append(out[0].Follows, r.Difference), r.Derived...)
			continue
		}
		out = append(out, r)
	}
	return out
}

// stepOf returns the index of the step that path lies in, -1 if there is none.
func stepOf(path string, steps []string) int {
	for i, s := range steps {
		if s != "" && inside(path, s) {
			return i
		}
	}
	return -1
}
