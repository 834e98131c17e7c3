package report

import (
	"slices"
	"strings"
)

// tested are the workflows of which anything ran, sorted.
func (r *Report) tested() (names []string) {
	for _, t := range r.RunTimes {
		if t.Runs > 0 {
			names = append(names, t.Workflow)
		}
	}
	slices.Sort(names)
	return names
}

// tested says which workflows the second soak left out. What is not tested any more got no better by that.
func (c *Comparison) tested(before, after *Report) {
	was, is := before.tested(), after.tested()
	c.alike = slices.Equal(was, is)
	for _, name := range was {
		if !slices.Contains(is, name) {
			c.lost = append(c.lost, name)
		}
	}
	if len(c.lost) > 0 {
		c.add(Worse, "workflow", "not tested any more: "+strings.Join(c.lost, ", "), strings.Join(was, ", "), strings.Join(is, ", "))
	}
}

// doubt takes back what looks better of a soak as a whole, where part of it was not tested.
func (c *Comparison) doubt() {
	for i, x := range c.Changes {
		if len(c.lost) > 0 && x.Trend == Better && slices.Contains([]string{"verdict", "gate", "figure"}, x.Kind) {
			c.Changes[i].Trend = Other
		}
	}
}

// shownBy is of how many a finding is a rate: where other workflows ran, replays are others than before, and the runs of its own
// workflow are what both soaks have.
func (c *Comparison) shownBy(f Finding, r *Report) int64 {
	i := slices.IndexFunc(r.RunTimes, func(t RunTime) bool { return t.Workflow == f.Workflow })
	if c.alike || i < 0 {
		return r.Figures.Total.Replays
	}
	return r.RunTimes[i].Runs
}
