package replay

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// totals are what programs compute from a row of numbers. Least and greatest are copies,
// which leaves them to the same caution as copies.
var totals = []struct {
	name string
	of   func(row []float64) float64
	copy bool
}{
	{"sum", sum, false},
	{"mean", func(row []float64) float64 { return sum(row) / float64(len(row)) }, false},
	{"minimum", func(row []float64) float64 { return fold(row, math.Min) }, true},
	{"maximum", func(row []float64) float64 { return fold(row, math.Max) }, true},
}

func sum(row []float64) float64 {
	total := 0.0
	for _, v := range row {
		total += v
	}
	return total
}

func fold(row []float64, f func(a, b float64) float64) float64 {
	best := row[0]
	for _, v := range row {
		best = f(best, v)
	}
	return best
}

// row is a series of numbers on both sides.
type row struct {
	want, got []float64
	what      string // for people
}

// rows returns the series that r lies in and d does not: the elements of each array around
// r, or the same field of each; and the numbers of its object, d apart.
func rows(want, got *source, r, d Difference) []row {
	var out []row
	path, gotPath := r.Path, r.GotPath
	for _, at := range around(r.Path, r.GotPath) {
		rest, gotRest := r.Path[len(path):], r.GotPath[len(gotPath):]
		parent, gotParent := at.path, at.gotPath
		last := path[len(parent)+1:]
		var next row
		switch {
		case isIndex(last) && !inColumn(d.Path, parent, rest):
			next = row{want.column(parent, rest), got.column(gotParent, gotRest), parent + "/*" + rest}
		case !isIndex(last) && rest == "":
			next = row{want.fields(parent, d.Path), got.fields(gotParent, d.GotPath), "the other numbers of " + orRoot(parent)}
		}
		if len(next.want) > 0 && len(next.got) > 0 {
			out = append(out, next)
		}
		path, gotPath = parent, gotParent
	}
	return out
}

// inColumn reports whether path is parent, an index, and rest.
func inColumn(path, parent, rest string) bool {
	middle, ok := strings.CutPrefix(path, parent+"/")
	if !ok {
		return false
	}
	index, ok := strings.CutSuffix(middle, rest)
	return ok && isIndex(index)
}

// column returns the numbers at rest below each element of the array at path; nil if there
// is anything else.
func (s *source) column(path, rest string) []float64 {
	key := path + "\x00" + rest
	if known, ok := s.columns[key]; ok {
		return known
	}
	s.columns[key] = nil
	doc, n, ok := s.find(path)
	if !ok || doc.kind(n) != '[' {
		return nil
	}
	var out []float64
	for c, end := n+1, doc.nodes[n].next; c < end; c = doc.nodes[c].next {
		at, ok := doc.descend(c, rest)
		if !ok {
			return nil
		}
		v, err := strconv.ParseFloat(string(doc.value(at)), 64)
		if err != nil {
			return nil
		}
		out = append(out, v)
	}
	s.columns[key] = out
	return out
}

// fields returns the numbers among the members of the object at path, except the one at
// except.
func (s *source) fields(path, except string) []float64 {
	var out []float64
	for _, m := range s.members(path) {
		if len(except) != len(path)+len(m.name) || !strings.HasSuffix(except, m.name) || !strings.HasPrefix(except, path) {
			out = append(out, m.value)
		}
	}
	return out
}

// member is a number in an object; its name is as in a path, with the slash.
type member struct {
	name  string
	value float64
}

// members returns the numbers in the object at path, none if there is no object.
func (s *source) members(path string) []member {
	if known, ok := s.objects[path]; ok {
		return known
	}
	var all []member
	if doc, n, ok := s.find(path); ok && doc.kind(n) == '{' {
		for _, c := range doc.children(n) {
			if v, err := strconv.ParseFloat(string(doc.value(c)), 64); err == nil {
				all = append(all, member{"/" + escapedName(doc, c), v})
			}
		}
	}
	s.objects[path] = all
	return all
}

func escapedName(d *document, n uint32) string {
	return strings.TrimPrefix(string(appendToken(nil, unescaped(d.name(n)))), "/")
}

// total explains d as computed from r on both sides.
func (r row) total(d Difference, root int) (explanation, bool) {
	w, g := string(d.Want), string(d.Got)
	for _, t := range totals {
		if (t.copy || len(r.want) < 2 || len(r.got) < 2) && !informative(w, g, leastCopied) {
			continue
		}
		if near(w, t.of(r.want)) && near(g, t.of(r.got)) {
			return explanation{natureAggregate, fmt.Sprintf("recomputed on both sides: the %s of %s", t.name, r.what), root}, true
		}
	}
	return explanation{}, false
}

// near reports whether a number as written is v, rounded to the digits that it is written with.
func near(written string, v float64) bool {
	n, err := strconv.ParseFloat(written, 64)
	if err != nil {
		return false
	}
	d := math.Abs(n - v)
	if d <= 1e-12*math.Abs(v) {
		return true
	}
	return strings.Contains(written, ".") && d <= 0.5000001*precisionOf(written) && precisionOf(written) < 1e-3*math.Abs(v)
}

// length explains d as the number of elements of the array at path, which differs.
func (l *links) length(d Difference, path, gotPath string, root int) (explanation, bool) {
	want, got := l.want, l.got
	w, nw, okw := want.find(path)
	g, ng, okg := got.find(gotPath)
	if !okw || !okg || w.kind(nw) != '[' || g.kind(ng) != '[' {
		return explanation{}, false
	}
	lw, lg := len(w.children(nw)), len(g.children(ng))
	if lw == lg || string(d.Want) != strconv.Itoa(lw) || string(d.Got) != strconv.Itoa(lg) {
		return explanation{}, false
	}
	return explanation{natureAggregate, fmt.Sprintf("recomputed on both sides: the number of elements of %s", orRoot(path)), root}, true
}
