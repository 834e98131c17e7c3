package harness

import (
	"fmt"

	"github.com/shadowrun/shadowrun/replay"
)

// Rule returns the rule that an entry of rules: says.
func (r RuleConfig) Rule() (replay.Rule, error) {
	rule := replay.Rule{Within: r.By, Reason: r.Reason, Workflow: r.Workflow}
	named := 0
	for _, a := range []struct {
		action replay.Action
		path   string
	}{
		{replay.Ignore, r.Ignore},
		{replay.Volatile, r.Volatile},
		{replay.Unordered, r.Unordered},
		{replay.Within, r.Within},
	} {
		if a.path != "" {
			rule.Action, rule.Path = a.action, a.path
			named++
		}
	}
	if named != 1 {
		return rule, fmt.Errorf("%d actions; want exactly one of ignore, volatile, unordered or within, with the path that it is for", named)
	}
	return rule, nil
}
