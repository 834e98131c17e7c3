package replay

import (
	"slices"
	"strings"
)

// Traces is the [Format] of [Evidence] whose documents are traces' canonical lines.
const Traces Format = ""

// Evidence is what a classification may look at beside the differences.
type Evidence struct {
	Want, Got *Circumstances // nil where nothing is known of a run: then why says what was assumed

	// The documents that were compared, for what can be recomputed; nil leaves that out.
	WantDoc, GotDoc []byte
	Format          Format

	// Covered are the differences that rules cover. What follows from one of them is a
	// leak: a value that may vary has reached a place that no rule names.
	Covered []Difference
}

// Classify returns the differences with class, cause and the evidence for them, by one
// look at the values: suspected, not proven. It is a pure function of its arguments.
//
// First each difference is taken by itself: is it a reading of the world? Then what is
// left is tried against the others: the same elements elsewhere, a digest or a sum over
// another, a copy. A field's name decides nothing that the value does not allow.
func Classify(ds []Difference, in Evidence) []Difference {
	out := slices.Clone(ds)
	x := newExaminer(in)
	for i := range out {
		d := &out[i]
		switch {
		case d.Kind == Moved:
			d.rule(explained(natureOrder, "the same elements in another order"))
		case d.Kind != Changed:
			d.rule(unexplained("only one of the two has it"))
		default:
			d.rule(x.value(d.Want, d.Got, nameOf(d.Path), nil))
		}
	}
	findOrder(out)
	derive(x, out, in)
	return out
}

// rule fills what e and the table say.
func (d *Difference) rule(e explanation) {
	r := rulings[e.nature]
	d.Class, d.Cause, d.Suspected, d.Why, d.DerivedFrom = r.Class, r.Cause, true, e.why, ""
	if e.nature == natureNothing {
		d.Why = "none of the known causes: " + e.why
	}
}

// findOrder explains elements that left one place of an array and came back at another,
// where the array as a whole changed too much to be called moved.
func findOrder(ds []Difference) {
	groups := map[string][]int{}
	var parents []string
	for i, d := range ds {
		parent, last := splitPath(d.Path)
		if d.Kind == Moved || !isIndex(last) || d.Class == ClassVolatile {
			continue
		}
		if groups[parent] == nil {
			parents = append(parents, parent)
		}
		groups[parent] = append(groups[parent], i)
	}
	for _, parent := range parents {
		left, came := map[string]int{}, map[string]int{}
		for _, i := range groups[parent] {
			if ds[i].Want != nil {
				left[string(ds[i].Want)]++
			}
			if ds[i].Got != nil {
				came[string(ds[i].Got)]++
			}
		}
		for _, i := range groups[parent] {
			d := ds[i]
			if (d.Want == nil || left[string(d.Want)] <= came[string(d.Want)]) && (d.Got == nil || came[string(d.Got)] <= left[string(d.Got)]) {
				ds[i].rule(explained(natureOrder, "the element is in %s of both, at another place", orRoot(parent)))
			}
		}
	}
}

func orRoot(path string) string {
	if path == "" {
		return "the document"
	}
	return path
}

// splitPath cuts the last segment off a path.
func splitPath(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", ""
	}
	return path[:i], path[i+1:]
}

// isIndex reports whether a segment can be an array's index; a longer number is a key of an object.
func isIndex(segment string) bool {
	return segment != "" && len(segment) < 9 && strings.Trim(segment, "0123456789") == ""
}
