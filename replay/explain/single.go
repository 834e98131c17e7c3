package explain

import (
	"context"
	"math"
	"slices"
)

// first is how many runs of each arm the first round of single treatments has: enough to see
// which arms hold no promise. Untreated runs beside them are more, as all arms share them.
const (
	firstTreated   = 2
	firstUntreated = 6
	step           = 4  // runs of an arm that is one of many, to thin them out
	longest        = 32 // runs of an arm in one round: of what takes more, half
	manyArms       = 3
	reserved       = 14 // runs that are kept back for other seeds
)

// single treats one factor at a time: it pins one for fields that vary, varies one for stable ones,
// and pauses. All share their untreated runs. Arms that can settle nothing any more are dropped,
// the others grow until what they say is significant or cannot be afforded.
func (e *experiment) single(ctx context.Context) error {
	plan := e.firstRound()
	if len(plan) > 0 {
		if err := e.play(ctx, append(plan, wanted{e.untreated(), firstUntreated})); err != nil {
			return err
		}
	}
	for {
		e.refresh()
		next := e.nextRound()
		if len(next.plan) == 0 {
			return nil
		}
		err := e.play(ctx, append(next.plan, wanted{e.untreated(), next.untreated}))
		e.refresh()
		if next.pins {
			e.looks.pin++
			e.judgePins(lookAlpha(e.o.Alpha*shares.pin, e.looks.pin))
		}
		if next.latent {
			e.looks.latent++
			e.judgeLatent(lookAlpha(e.o.Alpha*shares.latent, e.looks.latent))
		}
		if next.pauses {
			e.looks.pause++
			e.judgePauses(lookAlpha(e.o.Alpha*shares.pause, e.looks.pause))
		}
		if err != nil {
			return err
		}
	}
}

// firstRound has every single treatment that could settle something.
func (e *experiment) firstRound() []wanted {
	var plan []wanted
	open := e.openGroups()
	if len(open) > 0 {
		for _, l := range e.usable(explains) {
			plan = append(plan, wanted{e.pinArm(l), firstTreated})
		}
		if e.mayPause(open) {
			for _, a := range e.pauseArms() {
				plan = append(plan, wanted{a, firstTreated})
			}
		}
	}
	for _, a := range e.varyArms() {
		plan = append(plan, wanted{a, firstTreated})
	}
	plan = slices.DeleteFunc(plan, func(w wanted) bool { return w.arm.dead || w.arm.Runs > 0 })
	if slices.ContainsFunc(plan, func(w wanted) bool { return isVariant(w.arm.factor) }) {
		plan = append(plan, wanted{e.outside(), firstTreated})
	}
	return plan
}

// round is a round to come, and which families of tests are due after it. That is decided before
// it is seen: a round that only thins arms out is no look, and uses nothing up.
type round struct {
	plan                 []wanted
	untreated            int
	pins, latent, pauses bool
}

// nextRound has the arms that still promise something.
func (e *experiment) nextRound() round {
	sizes := map[*arm]int{}
	next := round{pins: e.planPins(sizes), latent: e.planLatent(sizes), pauses: e.planPauses(sizes)}
	total := 0
	for _, a := range e.arms {
		if n := sizes[a]; n > 0 {
			next.plan = append(next.plan, wanted{a, n})
			total += n
			if e.control(a) != e.outside() && a != e.outside() {
				next.untreated = max(next.untreated, n)
			}
		}
	}
	if total == 0 || !e.affords(total+next.untreated) {
		return round{}
	}
	return next
}

func (e *experiment) pinArm(l Level) *arm {
	return e.arm("pin "+l.Factor, l.Factor, Treatment{l.Factor: e.pin(l)})
}

// nearly are the factors under which some runs may stand out, and they still settle a group: one
// CPU shares its time out, and a runtime may keep a generator for each thread.
var nearly = []string{"scheduling", "entropy", "at-random"}

// promises reports whether an arm may turn out to settle a group: it has been constant so far, or,
// under some factors, but for some runs: of what never repeats untreated just over half suffice, of a coin seven of eight.
func (g *group) promises(a, untreated *arm) bool {
	if a == nil || a.dead {
		return false
	}
	most, of := g.modal(a)
	if slices.Contains(nearly, a.factor) && of >= 4 && most < of {
		mostOf, all := g.modal(untreated)
		rare := 1 - float64(mostOf)/float64(max(1, all))
		return float64(of-most) <= rare*rare/2*float64(of)
	}
	return of > 0 && most == of
}

// planPins grows the pinned arms that may settle an open group.
func (e *experiment) planPins(sizes map[*arm]int) (due bool) {
	open := e.openGroups()
	threshold := lookAlpha(e.o.Alpha*shares.pin, e.looks.pin+1) / float64(max(1, e.pinHypotheses()))
	for _, g := range open {
		var alive []*arm
		need := 0
		for _, a := range e.pinsFor(g) {
			if g.promises(a, e.untreated()) {
				alive = append(alive, a)
				need = max(need, g.need(e.untreated(), a, threshold))
			}
		}
		if len(alive) == 0 && !e.beyondPins(g) {
			e.planSecond(g, sizes)
		}
		if len(alive) == 0 || need == 0 {
			continue
		}
		n := need
		switch {
		case len(alive) > manyArms && n > step+2:
			n = step
		case n > longest:
			n = (n + 1) / 2
		}
		if !e.affords(g.cost(e.untreated(), len(alive), need) + reserved + e.releaseReserve()) {
			continue
		}
		due = due || n >= need
		for _, a := range alive {
			sizes[a] = max(sizes[a], n)
		}
	}
	return due
}

// planSecond gives the factors under which some runs may stand out a second chance at a group that no
// arm holds: the first few runs may have been those.
func (e *experiment) planSecond(g *group, sizes map[*arm]int) {
	most, of := g.modal(e.untreated())
	if 2*most > of {
		return
	}
	for _, a := range e.pinArms() {
		if n := len(a.runs); slices.Contains(nearly, a.factor) && !a.dead && n > 0 && n < step {
			sizes[a] = max(sizes[a], step)
		}
	}
}

func (e *experiment) pinArms() []*arm {
	var pins []*arm
	for _, l := range levels {
		if a := e.named["pin "+l.Factor]; a != nil {
			pins = append(pins, a)
		}
	}
	return pins
}

// pinHypotheses is how many pairs of a group that varies and a factor are tried, settled or not.
func (e *experiment) pinHypotheses() int {
	n := 0
	for _, g := range e.t.groups {
		if g.varies {
			n++
		}
	}
	return n * max(1, len(e.pinArms()))
}

// beyondPins reports whether a group varies though everything is pinned: then no pin will do. One
// run of a few that stands out is no more than some pins leave of what hardly ever repeats.
func (e *experiment) beyondPins(g *group) bool {
	if e.pinned == nil || e.pinned.dead {
		return false
	}
	most, of := g.modal(e.pinned)
	if of >= 4 {
		return 4*most < 3*of
	}
	often, all := g.modal(e.untreated())
	return of > 0 && most < of && (most < of-1 || 4*often > all)
}

// need is how many more runs of an arm, beside as many untreated ones, would be significant at
// threshold if the arm stays constant and the untreated runs vary as they did: 0 if no number
// below a few thousand is.
func (g *group) need(control, a *arm, threshold float64) int {
	strata := g.strata(control, a)
	p := constantP(strata)
	counts := g.distinct(control)
	all := 0
	for _, n := range counts {
		all += n
	}
	value, most := 0, 0
	for v, n := range g.distinct(a) {
		if n > most || n == most && v < value {
			value, most = v, n
		}
	}
	if all == 0 || counts[value] == all {
		return 0
	}
	share := float64(counts[value]) / float64(all)
	for n := 3; n <= 4096; n += 1 + n/8 {
		m := float64(n)
		q := math.Exp(logChoose(m+share*m, m) - logChoose(2*m, m))
		if p*q <= threshold {
			return n
		}
	}
	return 0
}

// cost is about how many runs it takes to settle a group: the untreated ones and those of the
// right arm, and of each wrong one as many as it takes to stand out.
func (g *group) cost(control *arm, arms, need int) int {
	most, of := g.modal(control)
	rare := 1 - float64(most)/float64(max(1, of))
	wrong := float64(need)
	if rare > 0 {
		wrong = min(wrong, 1/rare+1)
	}
	return 2*need + int(float64(arms-1)*wrong)
}
