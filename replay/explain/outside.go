package explain

import (
	"fmt"
	"strings"
)

// A soak runs a workflow outside the lab. What varies there and not in the lab would pass for stable: above all
// what a service answers a client that takes no proxy, whose calls the lab redirects and records, and a soak does not.

// escapes reports whether a group that is one value in the lab is several outside.
func (e *experiment) escapes(g *group) bool {
	return !g.varies && len(g.distinct(e.outside())) > 1
}

// liveArms has the arm in which outside calls are live, where a field escapes and calls are made: if they change
// it in the lab, too, it is for them.
func (e *experiment) liveArms() []*arm {
	for _, g := range e.t.groups {
		if !e.escapes(g) {
			continue
		}
		if l := levelOf("external"); e.available(l.Factor) && !e.unread(l.Factor) {
			return []*arm{e.varyArm(l, l.Vary[0])}
		}
	}
	return nil
}

// answer reports whether a field is what a service answered where that was live: no output of the workflow's.
func (e *experiment) answer(c *column) bool {
	p := e.proven[c.path]
	return p != nil && p.factor == "external" && strings.HasPrefix(c.path, "/@call/") && !c.group.varies
}

// liveText is the proof in words.
func (e *experiment) liveText(c *column, a *arm) string {
	_, of := c.group.modal(a)
	_, untreated := c.group.modal(e.untreated())
	return fmt.Sprintf("another value in %d of %d runs whose outside calls were live, the same in all %d that were answered from the record; %s, as a soak runs it: there its calls are not all recorded",
		c.group.differs(a), of, untreated, e.escapeText(c.group))
}

func (e *experiment) escapeText(g *group) string {
	_, of := g.modal(e.outside())
	_, in := g.modal(e.untreated())
	return fmt.Sprintf("the same in all %d runs in the lab, and another value in %d of %d outside it", in, g.differs(e.outside()), of)
}
