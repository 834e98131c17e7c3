package explain

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/shadowrun/shadowrun/replay"
)

// That a pin ends what differs in one run of ten takes hundreds of runs to show. That a level sets it off takes few: at an
// instant at which a toll is doubled, it is so in each run. So levels are tried, a run each, with what is left of the budget;
// one that shows what is seldom is repeated, and where it shows it again, it is tested in a round of its own, which is all that counts.
const (
	searched = 24 // levels of a factor, at most
	repeats  = 2  // runs more of a level that shows what is seldom
)

// phases are the factors whose levels are tried together. One that contains others comes after them: else it would be named for
// what they do.
var phases = [][]string{{"hash-seed", "clock", "pid", "readdir"}, {"at-random"}, {"entropy"}}

// searchStep is from one instant to the next: no part of a date or of a time of day, and no digit of a fraction, stays as it is, and
// ten instants have ten last digits in each unit.
const searchStep = 26*time.Hour + 17*time.Minute + 41*time.Second + 137003007*time.Nanosecond

// searchLevel is the n-th level of a factor that is tried.
func (e *experiment) searchLevel(factor string, n int) string {
	switch factor {
	case "clock":
		return e.o.Base.Add(time.Duration(n) * searchStep).UTC().Format(time.RFC3339Nano)
	case "pid":
		return strconv.Itoa(5300 + 101*n)
	case "readdir":
		return "shuffled:" + strconv.Itoa(10+n)
	}
	return strconv.Itoa(100 + n)
}

// search looks for levels that set off what is seldom.
func (e *experiment) search(ctx context.Context) error {
	for _, factors := range phases {
		for n := 1; n <= searched; n++ {
			var plan []wanted
			for _, f := range factors {
				if level := e.searchLevel(f, n); e.searchable(f) {
					a := e.arm("try "+f+"="+level, f, Treatment{f: level})
					a.tried = true
					plan = append(plan, wanted{a, 1})
				}
			}
			if len(plan) == 0 {
				break
			}
			if !e.affords(len(plan) + repeats*len(plan)) {
				return nil
			}
			if err := e.play(ctx, plan); err != nil {
				return err
			}
			e.refresh()
			if err := e.follow(ctx, factors); err != nil {
				return err
			}
		}
	}
	return nil
}

// seldom are the open groups that have a usual value.
func (e *experiment) seldom() []*group {
	return slices.DeleteFunc(e.openGroups(), func(g *group) bool {
		most, of := g.modal(e.untreated())
		return 2*most <= of || e.beyondPins(g)
	})
}

// searchable reports whether a factor's levels may set off what is seldom: no level of it has shown two values of that.
func (e *experiment) searchable(factor string) bool {
	pin := e.named["pin "+factor]
	if pin == nil || pin.dead || e.unread(factor) {
		return false
	}
	return slices.ContainsFunc(e.seldom(), func(g *group) bool { return e.decides(g, factor) })
}

// decides reports whether each level of a factor at which it is pinned has shown one value of a group, as far as is known. A clock
// that is shifted goes on.
func (e *experiment) decides(g *group, factor string) bool {
	return !slices.ContainsFunc(e.arms, func(a *arm) bool {
		_, only := a.Treatment[factor]
		return only && len(a.Treatment) == 1 && !a.varies() && len(g.distinct(a)) > 1
	})
}

// usual returns the value that most untreated runs have.
func (e *experiment) usual(g *group) int {
	value, most := 0, 0
	for v, n := range g.distinct(e.untreated()) {
		if n > most || n == most && v < value {
			value, most = v, n
		}
	}
	return value
}

// hit is a level that sets off what is seldom, as it seems.
type hit struct {
	g     *group
	a     *arm
	value int
}

// hits returns the levels of factors that have shown nothing but one value of a group that is seldom.
func (e *experiment) hits(factors []string) (all []hit) {
	for _, g := range e.seldom() {
		for _, a := range e.arms {
			if !a.tried || len(a.runs) == 0 || !slices.Contains(factors, a.factor) || e.named[again(a)] != nil || !e.decides(g, a.factor) {
				continue
			}
			for v := range g.distinct(a) {
				if v != e.usual(g) && e.shows(g, v, a.factor) {
					all = append(all, hit{g, a, v})
				}
			}
		}
	}
	return all
}

// shows reports whether a group has a value in a run in which a factor was left alone: what it has only there is no more than what
// another instant, or another seed, changes.
func (e *experiment) shows(g *group, value int, factor string) bool {
	return slices.ContainsFunc(e.runs, func(r *run) bool {
		_, treated := r.arm.Treatment[factor]
		return !treated && g.values[r.index] == value
	})
}

func again(a *arm) string { return a.factor + "=" + a.Treatment[a.factor] + " again" }

// follow repeats the levels that have shown what is seldom, and tests those that go on doing so.
func (e *experiment) follow(ctx context.Context, factors []string) error {
	var plan []wanted
	for _, h := range e.hits(factors) {
		if w := (wanted{h.a, repeats}); len(h.a.runs) == 1 && !slices.Contains(plan, w) {
			plan = append(plan, w)
		}
	}
	if len(plan) == 0 {
		return nil
	}
	if !e.affords(repeats * len(plan)) {
		return nil
	}
	if err := e.play(ctx, plan); err != nil {
		return err
	}
	e.refresh()
	return e.confirm(ctx, slices.DeleteFunc(e.hits(factors), func(h hit) bool { return len(h.a.runs) <= repeats }))
}

// weak is the chance that so many runs of a level come to if all show what is seldom, and one more of as many untreated ones
// than do so on average.
func (e *experiment) weak(h hit, n int) float64 {
	_, of := h.g.modal(e.untreated())
	show := min(n, 1+int(math.Ceil(float64(n*h.g.distinct(e.untreated())[h.value])/float64(max(1, of)))))
	return choose(n+show, n) / choose(2*n, n)
}

// confirm tests hits in a round of its own.
func (e *experiment) confirm(ctx context.Context, hits []hit) error {
	if len(hits) == 0 {
		return nil
	}
	alpha := lookAlpha(e.o.Alpha*shares.search, e.looks.search+1)
	n := 4
	for n < longest && slices.ContainsFunc(hits, func(h hit) bool { return e.weak(h, n) > alpha/float64(len(hits)) }) {
		n++
	}
	plan := []wanted{{e.untreated(), n}}
	arms := map[*arm]*arm{}
	paths := make([]string, len(hits))
	for i, h := range hits {
		paths[i] = h.g.columns[0].path
		if arms[h.a] == nil {
			arms[h.a] = e.arm(again(h.a), h.a.factor, h.a.Treatment)
			plan = append(plan, wanted{arms[h.a], n})
		}
	}
	if !e.affords(n * len(plan)) {
		return nil
	}
	shown := make([]*run, len(hits)) // a run with the value, whose number is another once more runs are there
	for i, h := range hits {
		shown[i] = h.a.runs[0]
	}
	err := e.play(ctx, plan)
	e.refresh()
	e.looks.search++
	ps := make([]float64, len(hits))
	for i, h := range hits {
		if ps[i] = 1; e.t.byPath[paths[i]] == nil {
			continue
		}
		hits[i].g = e.t.byPath[paths[i]].group
		hits[i].value = hits[i].g.values[shown[i].index]
		strata := hits[i].g.strata(e.untreated(), arms[h.a])
		such := func(v int) bool { return v == hits[i].value }
		k := 0
		for _, s := range strata {
			k += count(s.treated, such)
		}
		if len(strata) > 0 {
			ps[i] = tail(strata, such, k)
		}
	}
	for i, rejected := range holm(ps, len(hits), alpha) {
		if !rejected {
			continue
		}
		for _, c := range hits[i].g.columns {
			if e.proven[c.path] == nil && e.roots[c.path] == nil {
				a := arms[hits[i].a]
				e.proven[c.path] = &proof{class: replay.ClassViolation, cause: e.causeOf(a.factor, c), factor: a.factor, p: ps[i],
					text: e.triggeredText(hits[i], a)}
			}
		}
	}
	return err
}

func (e *experiment) triggeredText(h hit, a *arm) string {
	_, of := h.g.modal(e.untreated())
	_, runs := h.g.modal(a)
	return fmt.Sprintf("what %d of %d untreated runs show, %d of %d do with %s", h.g.distinct(e.untreated())[h.value], of,
		h.g.distinct(a)[h.value], runs, a.Treatment)
}
