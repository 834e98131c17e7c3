package explain

import (
	"fmt"
	"slices"
	"strings"
)

// variants are the factors that stand for a soak's replays under a variant. Unlike the world of another
// machine, a soak's own replays show what they change, so that it is a violation and not latent. They are
// made outside the lab, as a soak makes them, and compared with untreated runs there.
//
// What being killed after a checkpoint and resumed changes has the cause code: nothing in the world
// was treated, and whatever the second process finds there that the first did not (a pid, a later hour)
// other runs find, too, and it changes nothing; so the program itself does not keep what the rest of the run
// depends on. Rejected: unattributed, which would call unproven what an experiment has proven.
const variants = "resumed loaded"

func isVariant(factor string) bool { return slices.Contains(strings.Fields(variants), factor) }

// variantArms has an arm for each way in which a variant is treated.
func (e *experiment) variantArms() []*arm {
	var arms []*arm
	for _, l := range e.usable(variants) {
		for _, level := range l.Vary {
			arms = append(arms, e.varyArm(l, level))
		}
	}
	return arms
}

// changing returns the variants' arm that changes a stable field in the greatest part of its runs,
// nil if none does.
func (e *experiment) changing(g *group) *arm {
	var most *arm
	for _, a := range e.variantArms() {
		if n := g.differs(a); n > 0 && g.differs(e.outside()) == 0 && (most == nil || n*len(most.runs) > g.differs(most)*len(a.runs)) {
			most = a
		}
	}
	return most
}

// variantWords says what was done to an arm's runs.
var variantWords = map[string]string{
	"resumed=first":  "that were killed after their first checkpoint and resumed",
	"resumed=amid":   "that were killed after a checkpoint amid the run and resumed",
	"resumed=last":   "that were killed after their last checkpoint and resumed",
	"loaded=burners": "beside CPU burners",
}

// variantText says what treating a variant came to.
func (e *experiment) variantText(c *column, a *arm) string {
	_, of := c.group.modal(a)
	same, without := 0, 0
	for _, control := range []*arm{e.untreated(), e.outside()} {
		_, n := c.group.modal(control)
		same, without = same+n-c.group.differs(control), without+n
	}
	return fmt.Sprintf("another value in %d of %d runs %s, the same in %d of %d without", c.group.differs(a), of, variantWords[a.Treatment.String()], same, without)
}

// resumedText is the conclusion.
const resumedText = ": what it depends on is not kept in the checkpoint"
