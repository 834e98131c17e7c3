package explain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// explanation says all that is known.
func (e *experiment) explanation() *Explanation {
	x := &Explanation{
		Version: Version, Workflow: e.o.Workflow, Seed: e.o.Seed, Runs: e.total, Factors: slices.Clone(e.o.Factors),
		MaxRuns: e.o.MaxRuns, Alpha: e.o.Alpha, Ended: e.ended, Unknown: e.unknown, TooMany: 4*e.unknown > e.total,
		Fields: []Field{}, Stable: []string{}, Covered: slices.Sorted(maps.Keys(e.covered)), Arms: []Arm{}, Seeds: e.seedFindings(),
		Failures: e.failures(), LabChanges: e.labChanges(), Fails: e.fails(),
	}
	if x.Fails != "" {
		x.Seeds = []SeedFinding{} // what a broken program does with its seed says nothing about it
	}
	if x.Factors == nil {
		x.Factors = []Factor{}
	}
	if x.Covered == nil {
		x.Covered = []string{}
	}
	for _, a := range e.arms {
		if (a.Runs > 0 || a.Unknown > 0) && !a.tried {
			arm := a.Arm
			if arm.Treatment == nil {
				arm.Treatment = Treatment{}
			}
			x.Arms = append(x.Arms, arm)
		}
	}
	reported := map[string]bool{}
	// Of a thousand lines with a time stamp each, one row is as good as all.
	const maxRows = 500
	for _, c := range e.t.columns {
		if e.answer(c) {
			reported[c.path] = true // is told of by what it changes
		} else if f, ok := e.field(c); ok {
			if len(x.Fields) >= maxRows {
				f.Matrix = []Cell{}
			}
			x.Fields = append(x.Fields, f)
			reported[c.path] = true
		}
	}
	e.inherit(x.Fields)
	slices.SortStableFunc(x.Fields, func(a, b Field) int {
		return cmp.Or(cmp.Compare(weight(a), weight(b)), cmp.Compare(e.position(a.Path), e.position(b.Path)), cmp.Compare(a.Path, b.Path))
	})
	for _, path := range e.ref.leaves {
		if !reported[path] && !e.covered[path] && !slices.ContainsFunc(parents(path), func(p string) bool { return e.hides(p, reported) }) {
			x.Stable = append(x.Stable, path)
		}
	}
	return x
}

// hides reports whether what lies below a place belongs to a field, or to a rule, there.
func (e *experiment) hides(path string, reported map[string]bool) bool {
	return e.covered[path] || reported[path] && (path != "" || e.ref.kinds[""] != 0) && e.whole()[path]
}

// whole returns the containers that are one field.
func (e *experiment) whole() map[string]bool {
	if e.folded == nil {
		e.folded = e.folds().whole
	}
	return e.folded
}

// weight sorts fields: violations, latent and volatile ones, then what derives from them.
func weight(f Field) int {
	switch {
	case !f.Root:
		return 4
	case f.Class == replay.ClassViolation && f.Cause != replay.CauseUnattributed:
		return 0
	case f.Class == replay.ClassViolation:
		return 1
	case f.Class == replay.ClassVolatile:
		return 2
	}
	return 3
}

// position is where a place lies in the trace.
func (e *experiment) position(path string) int {
	if e.positions == nil {
		e.positions = map[string]int{}
		for i, p := range e.ref.leaves {
			e.positions[p] = i
			for _, above := range parents(p) {
				if _, known := e.positions[above]; !known {
					e.positions[above] = i
				}
			}
		}
	}
	if i, known := e.positions[path]; known {
		return i
	}
	parent, _ := splitPath(path)
	if i, known := e.positions[parent]; known && parent != "" {
		return i
	}
	return len(e.ref.leaves)
}

// field says what is known of one column; not ok where it is nothing worth telling.
func (e *experiment) field(c *column) (Field, bool) {
	if !c.group.varies && e.proven[c.path] == nil && e.changing(c.group) == nil && !e.escapes(c.group) {
		return Field{}, false
	}
	f := e.alone(c.path)
	if roots := e.roots[c.path]; roots != nil {
		f.Class, f.Cause, f.P, f.Factor, f.With, f.NeedsRuns, f.Suspected = replay.ClassDerived, "", 1, "", []replay.Cause{}, 0, false
		f.Root, f.DerivedFrom = false, roots
		f.Proof = e.derivedText(c, roots)
	}
	return f, true
}

// alone says what is known of a field by itself, whatever it may derive from.
func (e *experiment) alone(path string) Field {
	c := e.t.byPath[path]
	f := Field{Path: c.path, Class: replay.ClassViolation, Cause: replay.CauseUnattributed, Root: true, P: 1,
		DerivedFrom: []string{}, With: []replay.Cause{}, Matrix: e.cells(c)}
	if p := e.proven[c.path]; p != nil {
		f.Class, f.Cause, f.P, f.Proof, f.Factor = p.class, p.cause, p.p, p.text, p.factor
		f.With = append(f.With, p.with...)
		e.nature(c, &f)
	} else if !e.byEvidence(c, &f) {
		f.Proof, f.NeedsRuns = e.openText(c)
	}
	return f
}

func (e *experiment) cells(c *column) []Cell {
	cells := []Cell{}
	for _, a := range e.arms {
		_, runs := c.group.modal(a)
		if runs > 0 && !a.tried {
			cells = append(cells, Cell{a.Name, runs, len(c.group.distinct(a)), c.group.differs(a)})
		}
	}
	return cells
}

// inherit gives what derives its roots' cause: the gravest one's.
func (e *experiment) inherit(fields []Field) {
	byPath := map[string]int{}
	for i, f := range fields {
		byPath[f.Path] = i
	}
	for i := range fields {
		f := &fields[i]
		best := -1
		for _, root := range f.DerivedFrom {
			if j, ok := byPath[root]; ok && (best < 0 || weight(fields[j]) < weight(fields[best])) {
				best = j
			}
		}
		switch {
		case best >= 0:
			f.Cause, f.P = fields[best].Cause, fields[best].P
		case len(f.DerivedFrom) > 0: // its root is nothing that is told
			*f = e.alone(f.Path)
		}
	}
}

func (e *experiment) derivedText(c *column, roots []string) string {
	text := ""
	e.t.each(c.path, func(_ *run, k classified) {
		if text == "" && k.class == replay.ClassDerived {
			text = k.why
		}
	})
	if text == "" {
		text = "its step holds the value of " + orRoot(roots[0]) + ", and it is a function of that value in all runs"
	}
	return text
}

// openText says what is known of a field that nothing explains, and how many more runs could help.
func (e *experiment) openText(c *column) (string, int) {
	g := c.group
	if a := e.changing(g); a != nil && !g.varies {
		return e.variantText(c, a) + "; not yet proven", 2 * e.latentRound(g, a, e.latentThreshold())
	}
	if e.escapes(g) {
		return e.escapeText(g) + "; no factor that was varied shows why", 0
	}
	most, of := g.modal(e.untreated())
	text := fmt.Sprintf("differs in %d of %d untreated runs", of-most, of)
	if most == of {
		text = fmt.Sprintf("the same in all %d untreated runs, and not in all where one factor that cannot matter was pinned", of)
	}
	if n := len(g.distinct(e.untreated())); n > 2 {
		text = fmt.Sprintf("%d values in %d untreated runs", n, of)
	}
	if e.beyondPins(g) {
		most, of := g.modal(e.pinned)
		return text + fmt.Sprintf("; still %s in %d runs with everything pinned that can be (%d alike)", countOf(len(g.distinct(e.pinned)), "value"), of, most), 0
	}
	var suspects []string
	need := 0
	threshold := lookAlpha(e.o.Alpha*shares.pin, e.looks.pin+1) / float64(max(1, e.pinHypotheses()))
	for _, a := range e.pinArms() {
		if g.promises(a, e.untreated()) {
			suspects = append(suspects, a.factor)
			need = max(need, g.need(e.untreated(), a, threshold))
		}
	}
	switch {
	case len(suspects) == 0 && slices.Contains(e.releasable(), g):
		_, of := g.modal(e.pinned)
		text += fmt.Sprintf("; one value in all %d runs with everything pinned, and with no factor by itself: several together make it differ", of)
		return text, e.releaseCost()
	case len(suspects) > 0:
		text += "; not yet told apart: " + strings.Join(suspects, ", ")
		if need > 0 {
			return text, g.cost(e.untreated(), len(suspects), need)
		}
	case len(e.pinArms()) == 0:
		text += "; no factor could be pinned"
	default:
		text += "; no factor that was pinned settles it"
	}
	return text, 0
}
