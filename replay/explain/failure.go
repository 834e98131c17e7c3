package explain

// failures lists the arms that end otherwise than untreated runs do.
func (e *experiment) failures() []Failure {
	out := []Failure{}
	for _, a := range e.arms {
		n, how := 0, ""
		for _, r := range a.runs {
			if r.seen.failed != "" {
				n++
				how = r.seen.failed
			}
		}
		if a == e.untreated() && n > 0 {
			return []Failure{}
		}
		if n > 0 {
			out = append(out, Failure{Arm: a.Name, Factor: a.factor, Runs: n, Of: len(a.runs), How: how})
		} else if a.dead {
			out = append(out, Failure{Arm: a.Name, Factor: a.factor, Runs: a.Unknown, Of: a.Unknown, How: a.Why})
		}
	}
	return out
}

// labChanges lists the fields that are one thing in all untreated runs, and another outside.
func (e *experiment) labChanges() []string {
	out := []string{}
	for _, c := range e.t.columns {
		a := e.named[outside]
		if a == nil || len(a.runs) < 2 {
			continue
		}
		_, of := c.group.modal(e.untreated())
		if of >= 4 && c.group.differs(e.untreated()) == 0 && c.group.differs(a) == len(a.runs) {
			out = append(out, c.path)
		}
	}
	return out
}
