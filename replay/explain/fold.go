package explain

import (
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// folds say which differences are one field. An array of scalars whose elements move, come or go
// is one field: which index holds what says nothing by itself. Of an array of objects, and of a
// trace's lines, only the shape is a field of its own, and what the elements hold stays apart: a
// time stamp in each line must not hide that a line is missing. The keys of an object that are
// new in each run, ids for instance, are one field at the object.
type folds struct {
	ref   *layout
	whole map[string]bool
	keys  map[string]map[string]bool // object → names that come and go
}

// manyKeys is from how many names that only one run has an object's keys are one field.
const manyKeys = 3

func (s *session) folds() folds {
	f := folds{ref: s.ref, whole: map[string]bool{}, keys: map[string]map[string]bool{}}
	seenIn := map[string]map[string]int{} // object → added name → in how many distinct traces
	gone := map[string]map[string]int{}
	tally := func(m map[string]map[string]int, parent, name string) {
		if m[parent] == nil {
			m[parent] = map[string]int{}
		}
		m[parent][name]++
	}
	for _, seen := range s.inOrder {
		for _, d := range seen.diffs {
			parent, name := splitPath(d.Path)
			switch {
			case d.Kind == replay.Moved:
				if d.Path != "" || !f.movedEvents(d) {
					f.whole[d.Path] = true
				}
			case d.Kind == replay.Changed || d.Path == "":
			case f.ref.kinds[parent] == '[':
				value := d.Got
				if d.Kind == replay.Removed {
					value = d.Want
				}
				if k := value.Kind(); k != '{' && k != '[' {
					f.whole[parent] = true
				}
			case f.ref.kinds[parent] == '{' && d.Kind == replay.Added:
				tally(seenIn, parent, name)
			case f.ref.kinds[parent] == '{':
				tally(gone, parent, name)
			}
		}
	}
	for parent, names := range seenIn {
		once := 0
		for _, n := range names {
			if n == 1 {
				once++
			}
		}
		if once < manyKeys || 2*once < len(names) {
			continue
		}
		f.keys[parent] = map[string]bool{}
		for name := range names {
			f.keys[parent][name] = true
		}
		for name, n := range gone[parent] {
			if 2*n >= len(s.inOrder)-1 {
				f.keys[parent][name] = true
			}
		}
	}
	return f
}

// movedEvents reports whether a [replay.Moved] at the root is about the order of events.
func (f folds) movedEvents(d replay.Difference) bool {
	return f.ref.kinds[""] != '[' || strings.HasPrefix(string(d.Want), `["/@`) || strings.HasPrefix(string(d.Want), `["",`)
}

// field returns the path of the field that a difference belongs to.
func (f folds) field(d replay.Difference) string {
	above := parents(d.Path)
	for i := len(above) - 1; i >= 0; i-- {
		if f.folded(above[i], d.Path) {
			return above[i]
		}
	}
	if f.whole[d.Path] || d.Kind == replay.Moved || d.Kind == replay.Changed || d.Path == "" {
		return d.Path
	}
	parent := above[0]
	if f.isElement(d.Path) {
		return parent
	}
	return d.Path
}

// folded reports whether what is at path belongs to the field at above.
func (f folds) folded(above, path string) bool {
	if above == "" && strings.HasPrefix(path, "/@") {
		return false // not in the document
	}
	if f.whole[above] {
		return true
	}
	names := f.keys[above]
	if names == nil {
		return false
	}
	rest := path[len(above)+1:]
	name, _, _ := strings.Cut(rest, "/")
	return names[name]
}

// isElement reports whether a path is that of an array's element, or of a line.
func (f folds) isElement(path string) bool {
	parent, name := splitPath(path)
	if parent == "" && f.ref.eventList() {
		return name != "" && strings.Trim(name, "0123456789") == ""
	}
	return f.ref.kinds[parent] == '['
}
