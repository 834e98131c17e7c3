package replay

import (
	"slices"
	"strings"
)

const (
	// leastCopied is how many letters and digits a value needs before its reappearance
	// elsewhere is taken for a copy: two flags that turn from 0 to 1 are no copies.
	leastCopied = 6
	// leastSummed is the same for what is computed from volatile values, which would excuse it.
	leastSummed = 4
	// maxCopied is the longest value, in bytes, that is looked for elsewhere.
	maxCopied = 4096
	// maxRoots bounds the other differences that one difference is tried against, the
	// nearest before it first.
	maxRoots = 128
)

// links finds which differences follow from which. Only a recomputation on both sides, or
// a copy on both, links two: that they move together proves nothing.
type links struct {
	x         *examiner
	ds        []Difference // classified; from own on, those that rules cover
	own       int
	want, got *source
	below     map[string]*below
	texts     []texts
	numbers   []twoNumbers
	around    map[level][]operand // see operands
	parent    []int               // of each difference: what it follows from, or -1
}

// texts is what a difference's scalars say; not ok if it has other values.
type texts struct {
	want, got string
	ok        bool
}

// derive classifies again what is a violation so far and follows from another difference.
func derive(x *examiner, ds []Difference, in Evidence) {
	if !slices.ContainsFunc(ds, derivable) || len(ds)+len(in.Covered) < 2 {
		return
	}
	l := &links{x: x, own: len(ds), around: map[level][]operand{}}
	l.ds = append(slices.Clone(ds), in.Covered...)
	l.want, l.got = newSource(Want, in.WantDoc, in.Format), newSource(Got, in.GotDoc, in.Format)
	l.below = indexBelow(l.ds, l.own)
	l.texts, l.numbers = make([]texts, len(l.ds)), make([]twoNumbers, len(l.ds))
	for i, d := range l.ds {
		l.texts[i].want, l.texts[i].got, l.texts[i].ok = scalarTexts(d)
		l.numbers[i] = numbersOf(d)
	}
	l.parent = slices.Repeat([]int{-1}, len(l.ds))
	marks := l.digests()
	for i := range ds {
		if !derivable(ds[i]) {
			continue
		}
		e, ok := l.totals(i)
		if !ok {
			copies := append(marks[i], l.copies(i)...)
			if len(copies) == 0 {
				continue
			}
			e = x.value(ds[i].Want, ds[i].Got, nameOf(ds[i].Path), copies)
		}
		if rulings[e.nature].Class == ClassDerived && !l.leadsTo(e.root, i) {
			l.parent[i] = e.root
			ds[i].rule(e)
		}
	}
	for i := range ds {
		if ds[i].Class == ClassDerived {
			l.settle(&ds[i], l.rootOf(i))
		}
	}
}

// derivable reports whether a difference is looked at again: a violation, or what is taken for a duration,
// for which no reading of a clock speaks.
func derivable(d Difference) bool {
	return d.Kind == Changed && (d.Class == ClassViolation && d.Cause != CauseOrder || d.Class == ClassVolatile && d.Cause == CauseDuration)
}

// settle gives a derived difference its root's cause. What follows from a difference that
// a rule covers is a leak: the rule says that the value may vary, but not there.
func (l *links) settle(d *Difference, root int) {
	r := l.ds[root]
	d.Cause, d.DerivedFrom = r.Cause, r.Path
	if root >= l.own {
		d.Class, d.DerivedFrom = ClassVolatile, ""
		d.Why += "; a rule covers " + orRoot(r.Path) + ", but not what follows from it"
		if d.Cause == "" {
			d.Cause = CauseUnattributed
		}
	}
}

func (l *links) rootOf(i int) int {
	for l.parent[i] >= 0 {
		i = l.parent[i]
	}
	return i
}

// leadsTo reports whether i follows, by however many steps, from target.
func (l *links) leadsTo(i, target int) bool {
	for ; i >= 0; i = l.parent[i] {
		if i == target {
			return true
		}
	}
	return false
}

// others returns the differences that i may follow from, covered ones included: all of a
// few, else the nearest before it, and then those behind.
func (l *links) others(i int) []int {
	var out []int
	for j := i - 1; j >= 0 && len(out) < maxRoots; j-- {
		out = append(out, j)
	}
	for j := i + 1; j < len(l.ds) && len(out) < 2*maxRoots; j++ {
		out = append(out, j)
	}
	return out
}

// copies returns marks for the values of earlier differences, and of covered ones.
func (l *links) copies(i int) []mark {
	var ms []mark
	d := l.texts[i]
	if !d.ok {
		return nil
	}
	for _, j := range l.others(i) {
		r := l.texts[j]
		if j > i && j < l.own || !r.ok || l.ds[j].Kind != Changed || len(r.want) > maxCopied || len(r.got) > maxCopied || r.want == r.got {
			continue
		}
		if strings.Contains(d.want, r.want) && strings.Contains(d.got, r.got) && informative(r.want, r.got, leastCopied) {
			ms = append(ms, mark{r.want, r.got, natureCopy, "the value at " + orRoot(l.ds[j].Path) + ", on both sides", j})
		}
	}
	// The earliest is the root; a longer value goes before what it contains, and a copy before a part or another form.
	slices.Reverse(ms)
	ms = append(append(ms, l.excerpts(i)...), l.formats(i)...)
	slices.SortStableFunc(ms, func(a, b mark) int { return len(b.want) - len(a.want) })
	return ms
}

// totals explains a number as computed from others.
func (l *links) totals(i int) (explanation, bool) {
	d := l.ds[i]
	if d.Want.Kind() != '0' || d.Got.Kind() != '0' {
		return explanation{}, false
	}
	others := l.others(i)
	slices.SortStableFunc(others, func(a, b int) int { return gravity(l.ds[a]) - gravity(l.ds[b]) })
	for _, j := range others {
		r := l.ds[j]
		if l.leadsTo(j, i) {
			continue
		}
		switch r.Kind {
		case Added, Removed:
			parent, _ := splitPath(r.Path)
			gotParent, _ := splitPath(r.GotPath)
			if e, ok := l.length(d, parent, gotParent, j); ok {
				return e, true
			}
		case Changed:
			if r.Class == ClassVolatile && !informative(string(d.Want), string(d.Got), leastSummed) {
				continue
			}
		}
		for _, row := range rows(l.want, l.got, r, d) {
			if e, ok := row.total(d, j); ok {
				return e, true
			}
		}
		if e, ok := l.another(i, j); ok {
			return e, true
		}
	}
	return explanation{}, false
}

// gravity puts readings of the world last: of several parts, what is a violation is the root.
func gravity(d Difference) int {
	if d.Class == ClassVolatile {
		return 1
	}
	return 0
}

// scalarTexts returns what a string says or a number is written as, on both sides.
func scalarTexts(d Difference) (w, g string, ok bool) {
	if len(d.Want) == 0 || len(d.Got) == 0 || d.Want.Kind() != d.Got.Kind() {
		return "", "", false
	}
	switch d.Want.Kind() {
	case '0':
		return string(d.Want), string(d.Got), true
	case '"':
		w, okw := unquote(d.Want)
		g, okg := unquote(d.Got)
		return w, g, okw && okg
	}
	return "", "", false
}

// informative reports whether both values have at least n letters and digits, leading and
// trailing zeros apart.
func informative(w, g string, n int) bool {
	for _, s := range []string{w, g} {
		count := 0
		for _, r := range strings.Trim(s, "-0.") {
			if r > 127 || isAlnum(byte(r)) {
				count++
			}
		}
		if count < n {
			return false
		}
	}
	return true
}
