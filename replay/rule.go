package replay

import (
	"errors"
	"fmt"
	"strings"
)

// Action is what a rule does with a path. Each looks at less than comparing does.
type Action string

const (
	// Ignore does not look at what is there, or whether anything is.
	Ignore Action = "ignore"
	// Volatile wants a value of the same JSON type on both sides and does not look into it.
	Volatile Action = "volatile"
	// Unordered compares two arrays as multisets.
	Unordered Action = "unordered"
	// Within takes two numbers for the same if they are near enough to each other.
	Within Action = "within"
)

// Rule says what to do with the paths that a pattern covers, and why.
type Rule struct {
	// Path is a pattern of JSON pointers (RFC 6901, with ~1 for a slash in a name and ~0 for a
	// tilde) in the first document's coordinates. A * stands for any characters within a
	// segment, the segment ** for any number of segments, none included. "" is the root.
	Path   string `json:"path"`
	Action Action `json:"action"`
	// Within is how far two numbers may be apart: "0.001", or "1%" of the first one. It belongs
	// to the action within only.
	Within string `json:"within,omitempty"`
	Reason string `json:"reason"`
	// Workflow is the one that the rule is for; empty for all, and for bare documents.
	Workflow string `json:"workflow,omitempty"`
}

// RuleSet is a list of rules, checked and ready to be applied. Where several cover a path, the
// first does that can. It does not change, so any number of comparisons can share it.
type RuleSet struct {
	rules []compiledRule
}

type compiledRule struct {
	Rule
	pattern pattern
	within  tolerance
}

// NewRuleSet checks rules. It refuses a rule without a reason, one that cannot be understood,
// and one that would hide whole traces, and it reports all of these at once.
func NewRuleSet(rules []Rule) (*RuleSet, error) {
	rs := &RuleSet{rules: make([]compiledRule, len(rules))}
	var errs []error
	for i, r := range rules {
		var err error
		if rs.rules[i], err = compile(r); err != nil {
			errs = append(errs, fmt.Errorf("rule %d (%s %q): %w", i+1, r.Action, r.Path, err))
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return rs, nil
}

// Rules returns the rules in the order given, which is what [Covered.Rule] counts.
func (rs *RuleSet) Rules() []Rule {
	if rs == nil {
		return nil
	}
	all := make([]Rule, len(rs.rules))
	for i, r := range rs.rules {
		all[i] = r.Rule
	}
	return all
}

func compile(r Rule) (compiledRule, error) {
	c := compiledRule{Rule: r}
	var err error
	if c.pattern, err = parsePattern(r.Path); err != nil {
		return c, err
	}
	if strings.TrimSpace(r.Reason) == "" {
		return c, errors.New("no reason: say why this may differ, for whoever audits the rules")
	}
	switch r.Action {
	case Ignore, Volatile, Unordered:
		if r.Within != "" {
			return c, fmt.Errorf("within %q: only the action %s has a tolerance", r.Within, Within)
		}
	case Within:
		if c.within, err = parseTolerance(r.Within); err != nil {
			return c, err
		}
	default:
		return c, fmt.Errorf("action %q: want %s, %s, %s or %s", r.Action, Ignore, Volatile, Unordered, Within)
	}
	if c.pattern.wild() && (r.Action != Unordered || r.Path != "") { // unordered at the root is about its own elements only
		return c, errors.New("covers a whole trace: name at least one segment, such as /items/*/at or /**/at")
	}
	return c, nil
}
