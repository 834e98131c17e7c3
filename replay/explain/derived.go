package explain

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/replay"
)

const (
	// maxRoots is from how many fields one may derive: a sum has parts, but what seems to follow
	// from everything follows from nothing.
	maxRoots = 8
	// leastCarried is how many letters and digits a value needs before its being in a later step
	// says that the step took it.
	leastCarried = 6
	// maxColumns bounds the fields that are tried against each other.
	maxColumns = 400
)

// derived returns, of each field that follows from others, the paths of these. It is recomputed
// from them, a digest, a sum, a copy, in every run in which it differs and was looked at; or it is
// later in a step that took a root's value. That two fields move together proves nothing.
func (t *table) derived() map[string][]string {
	direct := map[string][]string{}
	for _, c := range t.columns {
		if roots := t.recomputed(c); len(roots) > 0 && !(t.isLevel(c) && t.counted(roots)) {
			direct[c.path] = roots
		}
	}
	t.consumed(direct)
	out := map[string][]string{}
	for _, c := range t.columns {
		if direct[c.path] == nil {
			continue
		}
		if roots := ultimate(direct, c.path, map[string]bool{}); len(roots) > 0 && len(roots) <= maxRoots {
			out[c.path] = roots
		}
	}
	return out
}

// isLevel reports whether a field is the level of a factor, at two levels at least, in all runs in which that was treated: then it
// was read there.
func (t *table) isLevel(c *column) bool {
	levels, not := map[string]map[string]bool{}, map[string]bool{}
	for _, r := range t.s.runs {
		for factor, level := range r.arm.Treatment {
			if c.values[r.index] == missing {
				continue
			}
			if v := t.scalar(c.path, r); v == nil || textOf(v) != level {
				not[factor] = true
				continue
			}
			if levels[factor] == nil {
				levels[factor] = map[string]bool{}
			}
			levels[factor][level] = true
		}
	}
	for factor, seen := range levels {
		if len(seen) > 1 && !not[factor] {
			return true
		}
	}
	return false
}

// counted reports whether fields are containers: what is a function of one, and no copy, is how many elements it has, and
// which of the two made the other its value does not say.
func (t *table) counted(paths []string) bool {
	return !slices.ContainsFunc(paths, func(path string) bool { return t.s.ref.kinds[path] != '[' && t.s.ref.kinds[path] != '{' })
}

// ultimate follows direct to the fields that derive from none; nil where it goes in a circle.
func ultimate(direct map[string][]string, path string, seen map[string]bool) []string {
	if seen[path] {
		return nil
	}
	seen[path] = true
	defer delete(seen, path)
	var out []string
	for _, root := range direct[path] {
		further := []string{root}
		if direct[root] != nil {
			further = ultimate(direct, root, seen)
			if further == nil {
				return nil
			}
		}
		for _, r := range further {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	slices.Sort(out)
	return out
}

// recomputed returns the fields from which one was recomputed in all runs that were looked at.
func (t *table) recomputed(c *column) []string {
	var roots []string
	ok := true
	t.each(c.path, func(_ *run, k classified) {
		if k.class != replay.ClassDerived {
			ok = false
			return
		}
		root := t.fieldAt(k.from)
		if root == "" && k.from != "" || root == c.path {
			ok = false
		} else if !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	})
	if !ok || len(roots) > maxRoots {
		return nil
	}
	return roots
}

// fieldAt returns the field that a path belongs to.
func (t *table) fieldAt(path string) string {
	for _, at := range append([]string{path}, parents(path)...) {
		if t.byPath[at] != nil {
			return at
		}
	}
	return ""
}

// consumed adds the fields that are later in a step that took a root's value: a copy of the value
// stands in the step, and the field is a function of it in all runs, treated ones included.
func (t *table) consumed(direct map[string][]string) {
	if len(t.columns) > maxColumns {
		return
	}
	for _, c := range t.columns {
		step := t.s.ref.stepOf(c.path)
		if direct[c.path] != nil || step < 0 || t.isOrder(c.path) || t.readsWorld(c.path) {
			continue
		}
		for _, root := range t.columns {
			at := t.s.ref.stepOf(root.path)
			if root == c || at < 0 || at >= step || !follows(c.values, root.values) {
				continue
			}
			if t.carried(t.s.ref.steps[step], root) {
				direct[c.path] = []string{root.path}
				break
			}
		}
	}
}

// readsWorld reports whether a field is a reading of the world by its values: then it follows from
// nothing.
func (t *table) readsWorld(path string) bool {
	return t.all(path, func(k classified) bool { return k.class == replay.ClassVolatile })
}

// follows reports whether one field's value is a function of another's over all runs, and whether
// that says anything: some value of the other has to come up again, while it has three or more.
func follows(of, from []int) bool {
	function := map[int]int{}
	again := 0
	for i, v := range from {
		if v == missing || of[i] == missing {
			continue
		}
		w, known := function[v]
		if known && w != of[i] {
			return false
		}
		if known {
			again++
		}
		function[v] = of[i]
	}
	return len(function) >= 3 && again >= 4
}

// carried reports whether a step holds another field's value, as written or in another form, in every run whose trace is
// remembered.
func (t *table) carried(step string, root *column) bool {
	looked := 0
	for _, seen := range t.s.inOrder {
		if seen.trace == nil || seen.failed != "" || len(seen.parts[root.path]) == 0 {
			continue
		}
		v := seen.scalar(root.path)
		if v == nil {
			return false
		}
		l, err := newLayout(seen.trace)
		if err != nil {
			return false
		}
		if len(strings.Trim(textOf(v), "-0.")) < leastCarried || !holdsForm(string(l.texts[step]), v) {
			return false
		}
		if looked++; looked >= 12 {
			break
		}
	}
	return looked >= 2
}

// scalar returns a field's value in a trace in which it differs.
func (seen *sight) scalar(path string) jsontext.Value {
	parts := seen.parts[path]
	if len(parts) != 1 || seen.diffs[parts[0]].Path != path || seen.diffs[parts[0]].Kind == replay.Removed {
		return nil
	}
	v := seen.diffs[parts[0]].Got
	if k := v.Kind(); k == '{' || k == '[' {
		return nil
	}
	return v
}
