package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/shadowrun/shadowrun/replay"
)

// How many runs the rounds have in which everything but one factor is pinned.
const (
	releaseFirst  = 2
	releasePinned = 6
	releaseRounds = 6
	releaseLikely = 3 // arms that go on growing
)

// release takes the groups that no single pin settles though everything pinned does: several
// factors make them vary. Everything is pinned but one factor, each in turn; a factor without which
// they do not stay constant is necessary. Trying all pairs would cost more runs than most budgets
// hold, and three at once would still be missed.
func (e *experiment) release(ctx context.Context) error {
	factors := e.usable(explains)
	if len(factors) < 2 || len(e.openGroups()) == 0 {
		return nil
	}
	if e.pinned = e.everythingPinned(""); len(e.pinned.runs) == 0 && !e.pinned.dead { // what broke it is out by now
		if err := e.play(ctx, []wanted{{e.pinned, pinnedRuns}}); err != nil {
			return err
		}
		e.refresh()
	}
	targets := e.releasable()
	if len(targets) == 0 {
		return nil
	}
	var arms []*arm
	for _, l := range factors {
		if a := e.named["pin "+l.Factor]; a == nil || !a.dead {
			arms = append(arms, e.everythingPinned(l.Factor))
		}
	}
	size := func(*arm) int { return releaseFirst }
	for look := range releaseRounds {
		plan := []wanted{{e.pinned, releasePinned}}
		total := releasePinned
		for _, a := range arms {
			if n := size(a); n > 0 {
				plan = append(plan, wanted{a, n})
				total += n
			}
		}
		if len(plan) == 1 || !e.affords(total) {
			return nil
		}
		err := e.play(ctx, plan)
		e.refresh()
		targets = e.releasable()
		if look > 0 { // the first round thins out; it is no look
			e.looks.release++
			e.judgeReleases(targets, arms, lookAlpha(e.o.Alpha*shares.release, e.looks.release))
		}
		if err != nil {
			return err
		}
		targets = e.releasable()
		size = func(a *arm) int {
			if slices.ContainsFunc(targets, func(g *group) bool { return g.loosenedBy(a, e.pinned) && !e.outerLoosens(g, a) && !e.necessary(g, a) }) {
				return step
			}
			return 0
		}
	}
	return nil
}

// releasable are the groups that are constant with everything pinned, and with no single factor.
func (e *experiment) releasable() []*group {
	var out []*group
	for _, g := range e.t.groups {
		if !g.varies || !e.unproven(g) && !e.byRelease(g) || e.beyondPins(g) || e.pinned == nil || len(e.pinned.runs) == 0 {
			continue
		}
		if !slices.ContainsFunc(g.columns, func(c *column) bool { return e.roots[c.path] == nil }) {
			continue // all follows from elsewhere; what only some follow from lies here
		}
		if most, of := g.modal(e.pinned); of == 0 || most < of {
			continue
		}
		if slices.ContainsFunc(e.pinArms(), func(a *arm) bool { return g.promises(a, e.untreated()) }) {
			continue
		}
		if most, of := g.modal(e.untreated()); most == of {
			continue
		}
		out = append(out, g)
	}
	return out
}

// releaseReserve is how many runs single treatments leave for a release that is to come: it settles what varies in
// most runs for certain, where growing the arms of a rare difference may use all up and settle nothing.
func (e *experiment) releaseReserve() int {
	cost := e.releaseCost()
	if e.looks.release > 0 || cost > e.left() || !slices.ContainsFunc(e.releasable(), e.unproven) {
		return 0
	}
	return cost
}

// releaseCost is about how many runs it takes to settle by release what two or three factors make vary.
func (e *experiment) releaseCost() int {
	return releasePinned + releaseFirst*len(e.usable(explains)) + 2*(releasePinned+releaseLikely*step)
}

func (e *experiment) byRelease(g *group) bool {
	p := e.proven[g.columns[0].path]
	return p != nil && len(p.text) > 0 && p.factor == "" && p.cause != replay.CauseUnattributed
}

// loosenedBy reports whether a group may not be constant any more when one factor is released: another value is seen.
func (g *group) loosenedBy(a, pinned *arm) bool {
	fixed := g.distinct(pinned)
	for v := range g.distinct(a) {
		if fixed[v] == 0 {
			return true
		}
	}
	return false
}

func (e *experiment) necessary(g *group, a *arm) bool {
	p := e.proven[g.columns[0].path]
	if p == nil {
		return false
	}
	cause := e.causeOf(a.factor, g.columns[0])
	return p.cause == cause || slices.Contains(p.with, cause)
}

// outerLoosens reports whether a group is loosened already by a factor whose pin holds this one's:
// to release the inner one the outer is released, too, but not the other way round.
func (e *experiment) outerLoosens(g *group, a *arm) bool {
	for outer, inner := range contains {
		if o := e.named["release "+outer]; o != nil && slices.Contains(inner, a.factor) && g.loosenedBy(o, e.pinned) {
			return true
		}
	}
	return false
}

// severity is the order in which several causes of one field are named.
var severity = []replay.Cause{
	replay.CauseRNG, replay.CauseHashSeed, replay.CauseScheduling, replay.CauseAddress, replay.CauseExternal,
	replay.CauseFilesystem, replay.CausePID, replay.CauseClock, replay.CauseDuration, replay.CauseHostname, replay.CauseUser,
	replay.CausePath, replay.CauseEnvironment, replay.CauseLocale, replay.CauseTimezone, replay.CauseCPUs, replay.CauseUmask,
}

func rankOf(c replay.Cause) int {
	if i := slices.Index(severity, c); i >= 0 {
		return i
	}
	return len(severity)
}

// judgeReleases settles groups that vary once a factor is released. The same exact test as for a
// pin: the arm that is constant is the one with everything pinned.
func (e *experiment) judgeReleases(targets []*group, arms []*arm, alpha float64) {
	type pair struct {
		g *group
		a *arm
		p float64
	}
	var pairs []pair
	var ps []float64
	for _, g := range targets {
		for _, a := range arms {
			if g.loosenedBy(a, e.pinned) && len(g.distinct(a)) > 1 && !e.outerLoosens(g, a) {
				p := constantP(g.strata(a, e.pinned))
				pairs, ps = append(pairs, pair{g, a, p}), append(ps, p)
			}
		}
	}
	found := map[*group][]pair{}
	var order []*group
	for i, rejected := range holm(ps, max(1, len(targets)*len(arms)), alpha) {
		if rejected {
			g := pairs[i].g
			if found[g] == nil {
				order = append(order, g)
			}
			found[g] = append(found[g], pairs[i])
		}
	}
	for _, g := range order {
		for _, c := range g.columns {
			if old := e.proven[c.path]; old != nil && old.factor != "" {
				continue
			}
			var causes []replay.Cause
			if old := e.proven[c.path]; old != nil {
				causes = append([]replay.Cause{old.cause}, old.with...)
			}
			best, words := 1.0, ""
			for _, f := range found[g] {
				cause := e.causeOf(f.a.factor, c)
				if !slices.Contains(causes, cause) {
					causes = append(causes, cause)
				}
				best = min(best, f.p)
				if words != "" {
					words += ", "
				}
				words += fmt.Sprintf("%s with %s released", countOf(len(g.distinct(f.a)), "value"), f.a.factor)
			}
			slices.SortStableFunc(causes, func(a, b replay.Cause) int { return rankOf(a) - rankOf(b) })
			most, of := g.modal(e.pinned)
			e.proven[c.path] = &proof{class: replay.ClassViolation, cause: causes[0], with: causes[1:], p: best,
				text: fmt.Sprintf("no single factor settles it; one value in %d of %d runs with everything pinned, %s", most, of, words)}
		}
	}
}
