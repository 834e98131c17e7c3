package replay

// RuleAudit is what one rule did when comparing.
type RuleAudit struct {
	Rule   Rule `json:"rule"`
	Hits   int  `json:"hits"`   // places that the pattern matched
	Hidden int  `json:"hidden"` // of these, the differences that the rule covered
	Equal  int  `json:"equal"`  // of these, the places that were equal anyway
}

// Audit has an entry a rule, in the order of the rules.
type Audit []RuleAudit

// Audit returns an audit of no comparison. Add the audits of results to it.
func (rs *RuleSet) Audit() Audit {
	if rs == nil {
		return nil
	}
	a := make(Audit, len(rs.rules))
	for i, r := range rs.rules {
		a[i].Rule = r.Rule
	}
	return a
}

// Add adds another audit of the same rule set. An audit without entries adds nothing.
func (a Audit) Add(b Audit) {
	for i, add := range b {
		a[i].Hits += add.Hits
		a[i].Hidden += add.Hidden
		a[i].Equal += add.Equal
	}
}
