package explain

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/replay"
)

// missing is the value of a field in a run that does not show it: its element is gone, or the
// program failed before. Such a run says nothing about the field.
const missing = -1

// column is a field and its value in every run, by number; 0 is as in the reference.
type column struct {
	path   string
	values []int
	group  *group
}

// group is the columns that always move together: they are tested once.
type group struct {
	columns []*column
	values  []int // by run
	varies  bool  // in runs that are treated alike
}

// table is all that the runs with the seed in question showed.
type table struct {
	s       *session
	columns []*column // in the order they were first seen
	byPath  map[string]*column
	groups  []*group
}

// table compares all runs anew: a later run may show that what were fields are one.
func (s *session) table() *table {
	f := s.folds()
	t := &table{s: s, byPath: map[string]*column{}}
	for _, seen := range s.inOrder {
		t.index(f, seen)
	}
	numbers := map[string]map[string]int{}
	for _, c := range t.columns {
		numbers[c.path] = map[string]int{"": 0}
		above := parents(c.path)
		cache := map[*sight]int{}
		for _, r := range s.runs {
			v, known := cache[r.seen]
			if !known {
				v = r.seen.number(c.path, above, numbers[c.path])
				cache[r.seen] = v
			}
			c.values = append(c.values, v)
		}
	}
	t.group()
	return t
}

// index finds the fields of one distinct trace.
func (t *table) index(f folds, seen *sight) {
	seen.parts, seen.replaced, seen.removed = map[string][]int{}, map[string]bool{}, map[string]bool{}
	for i, d := range seen.diffs {
		path := f.field(d)
		seen.parts[path] = append(seen.parts[path], i)
		switch {
		case d.Kind == replay.Removed && f.isElement(d.Path):
			seen.removed[d.Path] = true
		case d.Kind == replay.Removed || d.Kind == replay.Changed:
			seen.replaced[d.Path] = true
		}
		if t.byPath[path] == nil {
			c := &column{path: path}
			t.columns, t.byPath[path] = append(t.columns, c), c
		}
	}
}

// number returns the number of a field's value in a trace.
func (seen *sight) number(path string, above []string, numbers map[string]int) int {
	text := ""
	if parts := seen.parts[path]; len(parts) > 0 {
		text = seen.text(parts)
		if seen.failed != "" && seen.onlyRemoved(parts) {
			return missing
		}
	} else {
		for _, p := range above {
			switch {
			case p == "" && strings.HasPrefix(path, "/@"):
			case seen.removed[p]:
				return missing
			case seen.replaced[p]:
				if seen.failed != "" {
					return missing
				}
				text = "^" + seen.text(seen.parts[p])
			}
		}
		if seen.removed[path] {
			return missing
		}
	}
	n, known := numbers[text]
	if !known {
		n = len(numbers)
		numbers[text] = n
	}
	return n
}

// text says what the differences of one field are.
func (seen *sight) text(parts []int) string {
	var b strings.Builder
	for _, i := range parts {
		d := seen.diffs[i]
		b.WriteString(string(d.Kind) + " " + d.Path + " " + string(d.Got) + "\n")
	}
	return b.String()
}

func (seen *sight) onlyRemoved(parts []int) bool {
	return !slices.ContainsFunc(parts, func(i int) bool { return seen.diffs[i].Kind != replay.Removed })
}

// group puts columns together that divide the runs alike.
func (t *table) group() {
	byPartition := map[string]*group{}
	for _, c := range t.columns {
		key := partition(c.values)
		g := byPartition[key]
		if g == nil {
			g = &group{values: c.values}
			g.varies = t.varies(g)
			byPartition[key] = g
			t.groups = append(t.groups, g)
		}
		g.columns = append(g.columns, c)
		c.group = g
	}
}

// partition writes which runs have the same value, and which have the reference's: two fields
// may change at once and one of them back again.
func partition(values []int) string {
	renamed := map[int]uint64{0: 0}
	var key []byte
	for _, v := range values {
		if v == missing {
			key = append(key, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
			continue
		}
		n, known := renamed[v]
		if !known {
			n = uint64(len(renamed))
			renamed[v] = n
		}
		key = binary.AppendUvarint(key, n)
	}
	return string(key)
}

// varies reports whether runs that were treated alike differ: untreated ones, or those of two arms
// in which one thing was pinned. One arm's runs may differ because of what was done to them, and where
// threads are held or much is pinned at once that is likely.
func (t *table) varies(g *group) bool {
	arms := 0
	for _, a := range t.s.arms {
		if len(g.distinct(a)) < 2 {
			continue
		}
		if a == t.s.untreated() {
			return true
		}
		if strings.HasPrefix(a.Name, "pin ") && a.factor != "scheduling" {
			arms++
		}
	}
	return arms > 1
}

// suspect reports whether runs that were treated alike differ anywhere.
func (t *table) suspect(g *group) bool {
	return slices.ContainsFunc(t.s.arms, func(a *arm) bool { return len(g.distinct(a)) > 1 })
}

// distinct returns the values that a field has in an arm, and how often each.
func (g *group) distinct(a *arm) map[int]int {
	counts := map[int]int{}
	for _, r := range a.runs {
		if v := g.values[r.index]; v != missing {
			counts[v]++
		}
	}
	return counts
}

// modal returns how many of an arm's runs have the value that most have, and of how many.
func (g *group) modal(a *arm) (most, of int) {
	for _, n := range g.distinct(a) {
		most, of = max(most, n), of+n
	}
	return most, of
}

// strata returns, of each round that has both, the values of control and treated runs.
func (g *group) strata(control, treated *arm) []stratum {
	return strataOf(control, treated, func(r *run) (int, bool) { return g.values[r.index], g.values[r.index] != missing })
}

func strataOf(control, treated *arm, value func(*run) (int, bool)) []stratum {
	rounds := map[int]*stratum{}
	add := func(a *arm, side func(*stratum) *[]int) {
		for _, r := range a.runs {
			if v, ok := value(r); ok && r.round > 0 {
				if rounds[r.round] == nil {
					rounds[r.round] = &stratum{}
				}
				to := side(rounds[r.round])
				*to = append(*to, v)
			}
		}
	}
	add(control, func(s *stratum) *[]int { return &s.control })
	add(treated, func(s *stratum) *[]int { return &s.treated })
	var all []stratum
	for _, n := range slices.Sorted(maps.Keys(rounds)) {
		if s := rounds[n]; len(s.control) > 0 && len(s.treated) > 0 {
			all = append(all, *s)
		}
	}
	return all
}

// scalar returns a field's value in a run, nil where it is no scalar of its own there.
func (t *table) scalar(path string, r *run) jsontext.Value {
	parts := r.seen.parts[path]
	if len(parts) == 0 && t.byPath[path] != nil && t.byPath[path].values[r.index] == 0 {
		return t.s.ref.values[path]
	}
	return r.seen.scalar(path)
}

// textOf returns what a scalar says: a string's text, or a number as written.
func textOf(v jsontext.Value) string {
	if v.Kind() == '"' {
		if text, err := jsontext.AppendUnquote(nil, v); err == nil {
			return string(text)
		}
	}
	return string(v)
}
