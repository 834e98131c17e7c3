package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/shadowrun/shadowrun/replay"
)

// Comparison is two reports side by side: what the second has that the first had not, and the other way round.
type Comparison struct {
	Version int      `json:"version"`
	Before  Side     `json:"before"`
	After   Side     `json:"after"`
	Worse   bool     `json:"worse"` // anything is worse, or a finding is new
	Changes []Change `json:"changes"`

	alike bool     // the same workflows ran
	lost  []string // those that ran in the first alone
}

// Side is one of the two.
type Side struct {
	Report string `json:"report"`
	Soak   int64  `json:"soak"`
	Host   string `json:"host"`
	Result Result `json:"result"`
	Config string `json:"configuration_digest"`
}

// Trend says what a change is.
type Trend string

const (
	Better   Trend = "better"
	Worse    Trend = "worse"
	New      Trend = "new"
	Gone     Trend = "gone"
	Untested Trend = "not tested" // a finding of a workflow that the second did not run
	Unlisted Trend = "not listed" // a finding that may be among those that the other report counts and leaves out
	Other    Trend = "other"      // neither better nor worse
)

// Change is one difference between two reports.
type Change struct {
	Trend  Trend  `json:"trend"`
	Kind   string `json:"kind"` // workflow, verdict, gate, finding, figure or time
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Compare says what changed from one report to another, the worst first.
//
// A rate is better or worse only where chance would seldom do as much: by Fisher's exact test, below 5 %. A time is only where
// it changed by more than half and a millisecond, over at least [timedRuns] runs: machines have other things to do.
func Compare(before, after *Report) Comparison {
	c := Comparison{Version: Version, Before: side(before), After: side(after), Changes: []Change{}}
	c.tested(before, after)
	c.verdict(before, after)
	c.gates(before, after)
	c.findings(before, after)
	c.figures(before, after)
	c.times(before, after)
	c.doubt()
	order := []Trend{Worse, New, Untested, Unlisted, Better, Gone, Other}
	slices.SortStableFunc(c.Changes, func(a, b Change) int { return slices.Index(order, a.Trend) - slices.Index(order, b.Trend) })
	c.Worse = slices.ContainsFunc(c.Changes, func(x Change) bool { return x.Trend == Worse || x.Trend == New && x.Kind == "finding" })
	return c
}

func side(r *Report) Side { return Side{r.ID, r.Soak, host(r), r.Verdict.Result, r.Ran.ConfigDigest} }

func (c *Comparison) add(trend Trend, kind, name, before, after string) {
	c.Changes = append(c.Changes, Change{trend, kind, name, before, after})
}

func (c *Comparison) verdict(before, after *Report) {
	rank := []Result{NotCertified, Inconclusive, Certified}
	from, to := before.Verdict.Result, after.Verdict.Result
	if from != to {
		c.add(trendOf(slices.Index(rank, from)-slices.Index(rank, to)), "verdict", "verdict", string(from), string(to))
	}
}

// trendOf is worse for more than 0.
func trendOf[N int | int64 | float64](more N) Trend {
	if more > 0 {
		return Worse
	}
	return Better
}

func (c *Comparison) gates(before, after *Report) {
	for _, to := range after.Gates {
		i := slices.IndexFunc(before.Gates, func(g Gate) bool { return g.Name == to.Name })
		switch {
		case i < 0:
			c.add(New, "gate", to.Name, "", met(to))
		case before.Gates[i].Met != to.Met:
			trend := Worse
			if to.Met {
				trend = Better
			}
			c.add(trend, "gate", to.Name, met(before.Gates[i]), met(to))
		}
	}
	for _, from := range before.Gates {
		if !slices.ContainsFunc(after.Gates, func(g Gate) bool { return g.Name == from.Name }) {
			c.add(Gone, "gate", from.Name, met(from), "")
		}
	}
}

func met(g Gate) string {
	if g.Met {
		return "met: " + g.Measured
	}
	return "not met: " + g.Measured
}

func (c *Comparison) findings(before, after *Report) {
	for _, to := range after.Findings {
		name := findingName(to)
		i := slices.IndexFunc(before.Findings, func(f Finding) bool { return f.Key == to.Key })
		if i < 0 {
			c.onlyOne(New, name, before.cutFindings(), "", seen(to, after))
			continue
		}
		from := before.Findings[i]
		violation := string(replay.ClassViolation)
		switch {
		case from.Class != to.Class && (from.Class == violation || to.Class == violation):
			trend := Better
			if to.Class == violation {
				trend = Worse
			}
			c.add(trend, "finding", name, from.Class+", "+seen(from, before), to.Class+", "+seen(to, after))
		default:
			c.rate("finding", name, from.Count, c.shownBy(from, before), to.Count, c.shownBy(to, after))
		}
	}
	for _, from := range before.Findings {
		if !slices.ContainsFunc(after.Findings, func(f Finding) bool { return f.Key == from.Key }) {
			trend := Gone
			if slices.Contains(c.lost, from.Workflow) {
				trend = Untested
			}
			c.onlyOne(trend, findingName(from), after.cutFindings(), seen(from, before), "")
		}
	}
}

// onlyOne adds a finding that one of two reports lists. Where the other's list is cut, it may stand in the rest.
func (c *Comparison) onlyOne(trend Trend, name string, cut bool, before, after string) {
	if cut && trend != Untested {
		trend, before, after = Unlisted, cmp.Or(before, "not listed"), cmp.Or(after, "not listed")
	}
	c.add(trend, "finding", name, before, after)
}

func findingName(f Finding) string {
	path := f.Path
	if path == "" {
		path = "(the whole)"
	}
	return fmt.Sprintf("%s %s %s %s", shortKey(f.Key), f.Workflow, f.Class, path)
}

func seen(f Finding, r *Report) string {
	return fmt.Sprintf("%s of %s", number(f.Count), number(r.Figures.Total.Replays))
}

func (c *Comparison) figures(before, after *Report) {
	a, b := before.Figures.Total, after.Figures.Total
	for _, f := range []struct {
		name             string
		from, of, to, by int64
	}{
		{"violations", a.Violation, a.checked(), b.Violation, b.checked()}, {"drifts", a.Drift, a.checked(), b.Drift, b.checked()},
		{"leaks", a.Leak, a.checked(), b.Leak, b.checked()}, {"unknowns", a.Unknown, a.Replays, b.Unknown, b.Replays},
		{"runs without a golden", a.Unfinished, a.Runs, b.Unfinished, b.Runs}, {"overruns", a.Overruns, a.Cycles, b.Overruns, b.Cycles},
	} {
		c.rate("figure", f.name, f.from, f.of, f.to, f.by)
	}
	for _, f := range []struct{ name, from, to string }{
		{"active time", lasted(before.Figures.Active), lasted(after.Figures.Active)},
		{"workflow runs", number(a.Runs), number(b.Runs)}, {"replays", number(a.Replays), number(b.Replays)},
		{"bound on the rate of violation", boundText(before.Bound), boundText(after.Bound)},
	} {
		if f.from != f.to {
			c.add(Other, "figure", f.name, f.from, f.to)
		}
	}
}

// timedRuns is how many runs there must be for their times to be compared.
const timedRuns = 100

func (c *Comparison) times(before, after *Report) {
	for _, to := range after.RunTimes {
		i := slices.IndexFunc(before.RunTimes, func(t RunTime) bool { return t.Workflow == to.Workflow })
		if i < 0 {
			c.add(New, "time", to.Workflow, "", "median "+lasted(to.P50))
			continue
		}
		from := before.RunTimes[i]
		if from.Runs < timedRuns || to.Runs < timedRuns {
			continue
		}
		for _, p := range []struct {
			name     string
			from, to float64
		}{{"median", from.P50, to.P50}, {"95 of 100 at most", from.P95, to.P95}} {
			if math.Abs(p.to-p.from) > 0.001 && (p.to > 1.5*p.from || p.from > 1.5*p.to) {
				c.add(trendOf(p.to-p.from), "time", to.Workflow+", "+p.name, lasted(p.from), lasted(p.to))
			}
		}
	}
}

func boundText(b Bound) string {
	if b.Rate95 == 1 {
		return "none"
	}
	return percent(b.Rate95)
}
