package report

import (
	"fmt"
	"maps"
	"slices"

	"github.com/shadowrun/shadowrun/runbook"
)

// tabletop reads the journals: steps, people, and what came of the drill.
func (g *gathering) tabletop() error {
	g.Coverage, g.Issues, g.Changes, g.FollowUps = []Coverage{}, []string{}, []string{}, []FollowUp{}
	g.People.Participants = []string{}
	for _, b := range g.Books {
		f := g.Extent.Figures(b)
		g.Coverage = append(g.Coverage, Coverage{b.Name, b.Digest, f.Steps, f.Asserted, f.Executed, f.Uncovered, f.Stale, f.Manual, f.Percent(), f.Complete()})
	}
	if len(g.Journals) == 0 {
		return nil
	}
	j := g.Journals[len(g.Journals)-1]
	verdict, why := runbook.Judge(j.Journal, g.Required)
	t := &Tabletop{Journals: []string{}, ID: j.Header.ID, Environment: j.Header.Environment, Who: j.Header.Who, Host: j.Header.Host, Started: j.Header.Started,
		Verdict: Result(verdict), Why: append([]string{}, why...), Books: named(j.Header.Books), Scenarios: named(j.Header.Scenarios), Steps: []TabletopStep{}}
	if j.End != nil {
		t.Ended = &j.End.Ended
	}
	for _, name := range g.Required {
		t.Steps = append(t.Steps, tabletopStep(j.Journal, name))
	}
	if name := g.changedBook(j.Journal); name != "" {
		t.Why = append(t.Why, fmt.Sprintf("the runbook %s has changed since: drill again", name))
		if t.Verdict == Certified {
			t.Verdict = NotCertified
		}
	}
	g.Tabletop = t
	for _, j := range g.Journals {
		t.Journals = append(t.Journals, j.File)
		g.took(j.Journal)
	}
	return nil
}

// took notes who took part in a drill, and what it brought up.
func (g *gathering) took(j *runbook.Journal) {
	g.People.Facilitator = j.Header.Who
	people := []string{j.Header.Who}
	for _, p := range j.Header.Before {
		people = append(people, p.By)
	}
	for _, o := range j.Observations {
		people = append(people, o.Who)
	}
	for _, s := range j.SignOffs {
		people = append(people, s.Who)
		g.Issues = append(g.Issues, s.Issues...)
		g.Changes = append(g.Changes, s.Changes...)
	}
	for _, p := range people {
		if p != "" && !slices.Contains(g.People.Participants, p) {
			g.People.Participants = append(g.People.Participants, p)
		}
	}
	for _, f := range j.FollowUps {
		g.FollowUps = append(g.FollowUps, FollowUp{f.What, f.Owner, f.Due})
	}
}

func named(of map[string]string) []Named {
	all := []Named{}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, Named{name, of[name]})
	}
	return all
}

// maxEvidence is how much of what a step printed is shown, in bytes. The journal has more.
const maxEvidence = 600

// tabletopStep is the worst that came of a step, for it may have been carried out more than once.
func tabletopStep(j *runbook.Journal, name string) TabletopStep {
	worst := TabletopStep{Step: name, Verdict: string(runbook.NotReached), Why: "not carried out"}
	rank := map[runbook.Verdict]int{runbook.Pass: 1, runbook.ByHand: 2, runbook.NotReached: 3, runbook.Fail: 4}
	seen := 0
	for _, s := range j.Steps {
		if s.Step != name && s.Book+":"+s.Step != name || rank[s.Verdict] <= seen {
			continue
		}
		seen = rank[s.Verdict]
		worst = TabletopStep{name, s.Scenario, string(s.Verdict), s.Asserted, float64(s.Duration) / 1000, s.Exit, s.Block, excerpt(s.Stdout), s.Why}
	}
	return worst
}

// excerpt is the end of a text: what went wrong stands there.
func excerpt(text string) string {
	if len(text) <= maxEvidence {
		return text
	}
	runes := []rune(text)
	if len(runes) <= maxEvidence {
		return text
	}
	return "…" + string(runes[len(runes)-maxEvidence:])
}

// notes are caveats, and what people observed.
func (g *gathering) notes() error {
	g.Notes = []string{}
	add := func(format string, args ...any) { g.Notes = append(g.Notes, fmt.Sprintf(format, args...)) }
	c := g.Figures.Total
	if c.Leak > 0 {
		add("%d of %d replays leaked readings of the world, such as a time or a process id. That fails a soak only where fail_on is leak; here it is %s.", c.Leak, c.Replays, g.Ran.FailOn)
	}
	for _, x := range g.summary.Seedless {
		add("The seed has no effect on %s: each of %d left the same trace. Its replays match, and show little.", x.First.Workflow, x.Seeds)
	}
	if c.Overruns > 0 {
		add("%d of %d cycles took longer than their interval.", c.Overruns, c.Cycles)
	}
	for _, f := range g.Findings {
		if f.Accepted != nil {
			add("Finding %s in %s is accepted by %s until %s: %s", shortKey(f.Key), f.Workflow, f.Accepted.Who, f.Accepted.day(), f.Accepted.Reason)
		}
	}
	if n := g.Store.Elsewhere; n > 0 {
		add("The store has %s with goldens of other soaks, which decide nothing here: shadowrun golden verify lists them.", quantity(n, "problem"))
	}
	var hid int64
	for _, r := range g.Rules {
		hid += r.Hid
	}
	if hid > 0 {
		add("Rules hid %d differences; each rule says why.", hid)
	}
	if len(g.Ran.Environments) == 1 && c.Runs > 0 {
		add("All ran in one environment: what differs elsewhere was not seen.")
	}
	if g.Rejudge != nil {
		add("Sums and findings are as judged again; the progression has the verdicts as they were recorded.")
	}
	if g.State == Running {
		add("The soak runs on: the figures are those of the moment at which the report was made.")
	}
	for _, j := range g.Journals {
		for _, o := range j.Observations {
			step := ""
			if o.Step != "" {
				step = " of " + o.Step
			}
			add("%s observed%s: %s", o.Who, step, o.Text)
		}
		for _, d := range j.Damaged {
			add("Line %d of the journal %s: %s", d.Line, j.File, d.Why)
		}
	}
	if t := g.Tabletop; t != nil {
		if now := g.changedBook(g.Journals[len(g.Journals)-1].Journal); now != "" {
			add("The drill of %s, which is the one that is judged, carried out the runbook %s as it was then, not as it is now.", at(t.Started), now)
		}
	}
	return nil
}

// changedBook returns the name of a runbook that is another than a drill carried out, or "".
func (g *gathering) changedBook(j *runbook.Journal) string {
	for _, b := range g.Books {
		if then, there := j.Header.Books[b.Name]; there && then != b.Digest {
			return b.Name
		}
	}
	return ""
}

func shortKey(key string) string { return key[:min(len(key), 8)] }
