package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// contains says which factors hold others: entropy pins AT_RANDOM as well, and most languages
// draw their hash seed from either.
var contains = map[string][]string{
	"entropy":   {"at-random", "hash-seed"},
	"at-random": {"hash-seed"},
}

// judgePins settles the groups that become constant when one factor is pinned. Pinning alone
// need not name the factor: another may do so too.
func (e *experiment) judgePins(alpha float64) {
	type pair struct {
		g *group
		a *arm
		p float64
	}
	var pairs []pair
	var ps []float64
	for _, g := range e.openGroups() {
		for _, a := range e.pinArms() {
			if g.promises(a, e.untreated()) {
				p := constantP(g.strata(e.untreated(), a))
				pairs, ps = append(pairs, pair{g, a, p}), append(ps, p)
			}
		}
	}
	found := map[*group][]pair{}
	var order []*group
	for i, rejected := range holm(ps, e.pinHypotheses(), alpha) {
		if g := pairs[i].g; rejected {
			if found[g] == nil {
				order = append(order, g)
			}
			found[g] = append(found[g], pairs[i])
		}
	}
	for _, g := range order {
		all := found[g]
		for i, f := range all {
			if inner := e.within(g, f.a); inner != nil {
				all[i] = pair{g, inner, constantP(g.strata(e.untreated(), inner))} // what is told is about one arm
			}
		}
		factors := make([]string, len(all))
		for i, f := range all {
			factors[i] = f.a.factor
		}
		kept := slices.DeleteFunc(slices.Clone(all), func(f pair) bool {
			return slices.ContainsFunc(contains[f.a.factor], func(inner string) bool { return slices.Contains(factors, inner) })
		})
		first := kept[0]
		for _, c := range g.columns {
			if e.proven[c.path] != nil {
				continue
			}
			p := &proof{class: replay.ClassViolation, factor: first.a.factor, cause: e.causeOf(first.a.factor, c),
				p: first.p, text: e.pinnedText(g, first.a)}
			for _, more := range kept[1:] {
				p.add(e.causeOf(more.a.factor, c))
			}
			e.proven[c.path] = p
		}
	}
}

// likely is how small the chance must be that a more specific factor settles a group by luck, where
// one that contains it is proven to: which of the two is named accuses nobody.
const likely = 0.01

// within returns the arm of the most specific factor that a proven one contains and that has settled
// the group so far; nil where there is none.
func (e *experiment) within(g *group, proven *arm) *arm {
	for _, a := range e.pinArms() {
		if slices.Contains(contains[proven.factor], a.factor) && g.promises(a, e.untreated()) && constantP(g.strata(e.untreated(), a)) <= likely {
			return a
		}
	}
	return nil
}

// add names a further cause, once.
func (p *proof) add(c replay.Cause) {
	if c != p.cause && !slices.Contains(p.with, c) {
		p.with = append(p.with, c)
	}
}

func levelOf(factor string) Level {
	for _, l := range levels {
		if l.Factor == factor {
			return l
		}
	}
	return Level{Factor: factor, Cause: replay.CauseUnattributed}
}

// causeOf returns the cause that a factor proves. Known bytes at AT_RANDOM fix a hash seed where
// the field is a mere order, and a random number where it is anything else.
func (e *experiment) causeOf(factor string, c *column) replay.Cause {
	if factor == "at-random" && e.t.isOrder(c.path) {
		return replay.CauseHashSeed
	}
	return levelOf(factor).Cause
}

// isOrder reports whether a field differs by the order of its elements in every run that was
// looked at.
func (t *table) isOrder(path string) bool {
	return t.all(path, func(c classified) bool { return c.cause == replay.CauseOrder })
}

// all reports whether, in every run that was looked at and in which the field differs, all of its
// differences are such; not if there is no such run. Runs in another world do not count: there a path
// differs by more than the name that is drawn.
func (t *table) all(path string, such func(classified) bool) bool {
	ok, n := t.share(path, such)
	return n > 0 && ok == n
}

// share returns how many differences are such, and of how many, as [table.all] counts them.
func (t *table) share(path string, such func(classified) bool) (ok, of int) {
	t.each(path, func(r *run, c classified) {
		if r.arm.varies() {
			return
		}
		of++
		if such(c) {
			ok++
		}
	})
	return ok, of
}

// varies reports whether an arm varies something of the world.
func (a *arm) varies() bool {
	return strings.HasPrefix(a.Name, "vary ") || strings.HasPrefix(a.Name, allVaried)
}

// each calls f with what every difference of a field looks like, in the runs that were looked at.
func (t *table) each(path string, f func(*run, classified)) {
	for _, r := range t.s.runs {
		if r.class == nil {
			continue
		}
		for _, i := range r.seen.parts[path] {
			f(r, r.class[i])
		}
	}
}

// pinnedText is the proof in words.
func (e *experiment) pinnedText(g *group, a *arm) string {
	most, of := g.modal(a)
	values, runs := len(g.distinct(e.untreated())), 0
	for _, n := range g.distinct(e.untreated()) {
		runs += n
	}
	return fmt.Sprintf("one value in %d of %d runs with %s pinned, %s in %d without", most, of, a.factor, countOf(values, "value"), runs)
}

func countOf(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
