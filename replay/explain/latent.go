package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// changed returns the worlds (arms in which everything is varied) that change a stable field or
// end the program, the fewest that show all of them.
func (e *experiment) changed() []int {
	need := map[int]bool{}
	for _, g := range e.t.groups {
		if g.varies {
			continue
		}
		for w := range worlds {
			a := e.worldArm(w)
			if a == nil {
				continue
			}
			if g.differs(a) > 0 {
				need[w] = true
				break
			}
		}
	}
	for w := range worlds {
		if a := e.worldArm(w); a != nil && (a.dead || slices.ContainsFunc(a.runs, func(r *run) bool { return r.seen.failed != "" })) {
			need[w] = true
		}
	}
	var out []int
	for w := range worlds {
		if need[w] {
			out = append(out, w)
		}
	}
	return out
}

func (e *experiment) worldArm(n int) *arm { return e.named[fmt.Sprintf("%s (%d)", allVaried, n+1)] }

// differs is in how many runs of an arm a group has another value than the reference.
func (g *group) differs(a *arm) int {
	n := 0
	for v, times := range g.distinct(a) {
		if v != 0 {
			n += times
		}
	}
	return n
}

// varyArms has, for each world that changes something, an arm for each factor that is varied there, and
// those of the variants and of live calls.
func (e *experiment) varyArms() []*arm {
	arms := slices.Concat(e.variantArms(), e.liveArms())
	for _, w := range e.changed() {
		for _, l := range e.usable(changes) {
			if a := e.varyArm(l, l.Vary[w%len(l.Vary)]); !slices.Contains(arms, a) {
				arms = append(arms, a)
			}
		}
	}
	return arms
}

func (e *experiment) varyArm(l Level, level string) *arm {
	name := "vary " + l.Factor
	if level != l.Vary[0] {
		name += "=" + level
	}
	return e.arm(name, l.Factor, Treatment{l.Factor: level})
}

// varied returns the arms that were varied so far, those with one factor first.
func (e *experiment) varied() []*arm {
	var arms []*arm
	for _, a := range e.arms {
		if strings.HasPrefix(a.Name, "vary ") {
			arms = append(arms, a)
		}
	}
	return arms
}

// latentGroups are the stable groups that some varied arm changes.
func (e *experiment) latentGroups() []*group {
	var out []*group
	for _, g := range e.t.groups {
		if !g.varies && slices.ContainsFunc(e.varied(), func(a *arm) bool { return g.differs(a) > 0 }) {
			out = append(out, g)
		}
	}
	return out
}

// changedBy reports whether an arm seems to change a group: in two of three runs, at least. Under a
// variant one of three will do: where a process is killed, and how busy the machine is, is partly chance.
// Live calls count for what is several values outside the lab: the rest is answered from a record there, too.
func (e *experiment) changedBy(g *group, a *arm) bool {
	if a.factor == "external" && !e.escapes(g) {
		return false
	}
	_, of := g.modal(a)
	least := 2 * of
	if isVariant(a.factor) {
		least = of
	}
	return !a.dead && of > 0 && 3*g.differs(a) >= least
}

// control is the arm that a varied one is compared with.
func (e *experiment) control(a *arm) *arm {
	if isVariant(a.factor) {
		return e.outside()
	}
	return e.untreated()
}

func (e *experiment) unproven(g *group) bool {
	return slices.ContainsFunc(g.columns, func(c *column) bool { return e.proven[c.path] == nil })
}

// planLatent grows the varied arms that seem to change a stable field. Of fields that the same arms
// change, one is as good as all.
func (e *experiment) planLatent(sizes map[*arm]int) (due bool) {
	groups, arms := e.latentGroups(), e.varied()
	threshold := e.latentThreshold()
	for _, g := range groups {
		if !e.unproven(g) {
			continue
		}
		for _, a := range arms {
			if !e.changedBy(g, a) {
				continue
			}
			if n := e.latentRound(g, a, threshold); n > 0 && n <= e.left()/4 {
				sizes[a] = max(sizes[a], n)
				if isVariant(a.factor) {
					sizes[e.outside()] = max(sizes[e.outside()], n)
				}
				due = true
			}
		}
	}
	return due
}

// latentThreshold is the chance below which the next look settles a field, whatever else is tested.
func (e *experiment) latentThreshold() float64 {
	return lookAlpha(e.o.Alpha*shares.latent, e.looks.latent+1) / float64(max(1, len(e.latentGroups())*len(e.varied())))
}

// latentRound is how many more runs of an arm would settle a group if all of them change it; 0 if more
// than a round has.
func (e *experiment) latentRound(g *group, a *arm, threshold float64) int {
	p := differentP(g.strata(e.control(a), a))
	for n := 3; n <= longest; n++ {
		if p/choose(2*n, n) <= threshold {
			return n
		}
	}
	return 0
}

// judgeLatent settles the stable fields that varying one factor changes. All factors that do are
// named: each by itself changes it.
func (e *experiment) judgeLatent(alpha float64) {
	groups, arms := e.latentGroups(), e.varied()
	type pair struct {
		g *group
		a *arm
	}
	var pairs []pair
	var ps []float64
	for _, g := range groups {
		for _, a := range arms {
			if e.unproven(g) && e.changedBy(g, a) {
				pairs = append(pairs, pair{g, a})
				ps = append(ps, differentP(g.strata(e.control(a), a)))
			}
		}
	}
	settled := map[*column]*proof{}
	for i, rejected := range holm(ps, len(groups)*len(arms), alpha) {
		if !rejected {
			continue
		}
		g, a := pairs[i].g, pairs[i].a
		for _, c := range g.columns {
			cause := latentCause(a.factor)
			if p := settled[c]; p != nil {
				p.add(cause)
				if cause == replay.CauseEnvironment && slices.Contains(byVariables, p.factor) {
					*p = proof{class: p.class, cause: cause, factor: a.factor, p: ps[i], text: e.changedText(c, a), with: p.without(cause)}
				}
				continue
			}
			if e.proven[c.path] != nil {
				continue
			}
			p := &proof{class: changedClass(a.factor), cause: cause, factor: a.factor, p: ps[i], text: e.changedText(c, a)}
			settled[c], e.proven[c.path] = p, p
		}
	}
}

// byVariables are the factors that are varied by setting variables, of which some may be new. What goes by which variables there
// are changes with each; that it changes with variables that mean none of these tells that it is for the variables.
var byVariables = []string{"tz", "locale", "home", "tmpdir", "user"}

// without returns all causes of a proof but one.
func (p *proof) without(cause replay.Cause) []replay.Cause {
	return slices.DeleteFunc(append([]replay.Cause{p.cause}, p.with...), func(c replay.Cause) bool { return c == cause })
}

// changedClass is what it proves that treating a factor changes a stable field.
func changedClass(factor string) replay.Class {
	if isVariant(factor) || factor == "external" {
		return replay.ClassViolation
	}
	return replay.ClassLatent
}

// latentCause is what varying a factor proves: another working folder is another path.
func latentCause(factor string) replay.Cause {
	if factor == "workdir" {
		return replay.CausePath
	}
	return levelOf(factor).Cause
}

// sentinel is in every name that the lab gives: a value that holds it was read from there.
const sentinel = "shadowrun-lab-"

// changedText is the proof in words.
func (e *experiment) changedText(c *column, a *arm) string {
	switch {
	case a.factor == "external":
		return e.liveText(c, a)
	case a.factor == "resumed":
		return e.variantText(c, a) + resumedText
	case isVariant(a.factor):
		return e.variantText(c, a)
	}
	_, of := c.group.modal(a)
	_, untreated := c.group.modal(e.untreated())
	text := fmt.Sprintf("another value in %d of %d runs with %s, the same in all %d without", c.group.differs(a), of, a.Treatment, untreated)
	for _, r := range a.runs {
		if v := e.t.scalar(c.path, r); v != nil && strings.Contains(string(v), sentinel) {
			return text + "; the value holds a name that the experiment gave"
		}
	}
	return text
}
