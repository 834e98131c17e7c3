package replay

import "strconv"

// reach is how far the rules' patterns have come at a value: positions lo to hi of a
// comparison. It is empty where no rule can matter any more.
type reach struct{ lo, hi int }

func (r reach) empty() bool { return r.lo == r.hi }

// root returns the reach of the rules at the root: all that are for the workflow at hand.
func (c *comparison) root() reach {
	c.positions = c.positions[:0]
	if c.rules != nil {
		for i, r := range c.rules.rules {
			if r.Workflow == "" || r.Workflow == c.workflow {
				c.positions = c.positions.add(c.rules, 0, position{i, 0})
			}
		}
	}
	return reach{0, len(c.positions)}
}

// advance returns the reach behind one more token.
func (c *comparison) advance(at reach, token []byte) reach {
	if at.empty() {
		return reach{}
	}
	lo := len(c.positions)
	c.positions = c.positions.step(c.rules, at.lo, at.hi, string(token))
	return reach{lo, len(c.positions)}
}

// matching returns the rules whose patterns match the value at hand, first to last.
func (c *comparison) matching(at reach) []int {
	var rules []int
	for _, p := range c.positions[at.lo:at.hi] {
		if p.at == len(c.rules.rules[p.rule].pattern) {
			rules = append(rules, p.rule)
		}
	}
	return rules
}

// covers counts the rules that match, and reports whether one of them covers the difference;
// that goes into the result.
func (c *comparison) covers(kind Kind, want, got []byte, at reach) bool {
	covering := -1
	for _, rule := range c.matching(at) {
		c.Audit[rule].Hits++
		if covering < 0 && c.rules.rules[rule].covers(kind, want, got) {
			covering = rule
		}
	}
	if covering < 0 {
		return false
	}
	c.hide(covering, c.difference(kind, want, got))
	return true
}

// hide records that a rule covers a difference.
func (c *comparison) hide(rule int, d Difference) {
	c.Audit[rule].Hidden++
	c.Covered = append(c.Covered, Covered{d, rule})
}

func (r compiledRule) covers(kind Kind, want, got []byte) bool {
	switch r.Action {
	case Ignore:
		return true
	case Volatile:
		return kind == Changed && kindOf(want) == kindOf(got)
	case Within:
		return kind == Changed && kindOf(want) == '0' && kindOf(got) == '0' && r.within.holds(want, got)
	default: // unordered is for [comparison.arrays]
		return false
	}
}

// unordered returns the first rule that matches the value at hand and says that its order
// does not matter.
func (c *comparison) unorderedBy(at reach) (rule int, ok bool) {
	if !at.empty() {
		for _, rule := range c.matching(at) {
			if c.rules.rules[rule].Action == Unordered {
				return rule, true
			}
		}
	}
	return 0, false
}

// equal counts the rules that match in a value that is the same on both sides. It goes no
// deeper than comparing would.
func (c *comparison) equal(w uint32, at reach) {
	if at.empty() {
		return
	}
	for _, rule := range c.matching(at) {
		c.Audit[rule].Hits++
		c.Audit[rule].Equal++
		if a := c.rules.rules[rule].Action; a == Ignore || a == Volatile {
			at = reach{} // but count the other rules
		}
	}
	if at.empty() {
		return
	}
	array := c.want.kind(w) == '['
	index := 0
	for n, end := w+1, c.want.nodes[w].next; n < end; n = c.want.nodes[n].next {
		var token []byte
		if array {
			token = strconv.AppendInt(nil, int64(index), 10)
			index++
		} else {
			token = unescaped(c.want.name(n))
		}
		back := len(c.positions)
		c.equal(n, c.advance(at, token))
		c.positions = c.positions[:back]
	}
}
