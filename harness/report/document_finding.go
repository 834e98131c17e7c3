package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

func findings(r *Report) []block {
	if r.Figures.FindingsAll == 0 {
		return []block{paragraph("None.")}
	}
	t := table{caption: "Findings, the gravest first", columns: []column{literal("Key"), text("Workflow"), text("Class"), text("Cause"), literal("Where"), figure("Seen"), text("First seen"), text("Accepted")}}
	var commands []string
	for _, f := range r.Findings {
		accepted := "no"
		if f.Mended != nil {
			accepted = fmt.Sprintf("no, but mended since, on %s by %s: %s", f.Mended.At.UTC().Format(time.DateOnly), f.Mended.Who, f.Mended.Reason)
		}
		if f.Accepted != nil {
			accepted = fmt.Sprintf("by %s until %s: %s", f.Accepted.Who, f.Accepted.day(), f.Accepted.Reason)
		}
		class, cause := f.Class, f.Cause+" (suspected)"
		if f.Proven != nil && f.Proven.Cause != "" {
			class, cause = cmp.Or(f.Proven.Class, f.Class), f.Proven.Cause+" (proven)"
		}
		t.rows = append(t.rows, []string{shortKey(f.Key), f.Workflow, class, cause, cmp.Or(f.Path, "(the whole)"), number(f.Count), at(f.First.At) + " in " + f.First.Run, accepted})
		commands = append(commands, fmt.Sprintf("%s # %s", f.Reproduction, shortKey(f.Key)))
	}
	blocks := []block{t}
	if more := r.Figures.FindingsAll - len(r.Findings); r.cutFindings() {
		blocks = append(blocks, paragraph(fmt.Sprintf("There are %s more; shadowrun findings has them all.", number(more))))
	}
	var proofs list
	for _, f := range r.Findings {
		if f.Proven != nil {
			proofs = append(proofs, fmt.Sprintf("%s: %s (%s)", shortKey(f.Key), f.Proven.Proof, quantity(f.Proven.Runs, "run")))
		}
	}
	if len(proofs) > 0 {
		blocks = append(blocks, paragraph("What experiments found:"), proofs)
	}
	return append(blocks, code{"To see them again:", strings.Join(commands, "\n"), "sh"})
}

func rules(r *Report) []block {
	if len(r.Rules) == 0 {
		return []block{paragraph("There are no rules: every difference counts.")}
	}
	t := table{caption: "Rules", columns: []column{literal("Rule"), figure("Matched"), figure("Hid"), figure("Equal anyway"), text("Reason")}}
	for _, x := range r.Rules {
		t.rows = append(t.rows, []string{x.Rule, number(x.Matched), number(x.Hid), number(x.EqualAnyway), x.Reason})
	}
	return []block{t}
}

func unknowns(r *Report) []block {
	var blocks []block
	if waiting := r.waiting(); waiting != "" {
		blocks = append(blocks, paragraph("Not yet: "+waiting+"."))
	}
	if len(r.Unknowns) == 0 {
		text := "Nothing: every run and every replay came to a verdict."
		if len(blocks) > 0 {
			text = "Nothing else: every other run and every replay came to a verdict."
		}
		return append(blocks, paragraph(text))
	}
	t := table{caption: "Runs and replays without a verdict", columns: []column{literal("Run"), text("Workflow"), text("What"), text("Why")}}
	for _, u := range r.Unknowns {
		t.rows = append(t.rows, []string{u.Run, u.Workflow, u.What, u.Why})
	}
	c := r.Figures.Total
	return append(blocks, paragraph(fmt.Sprintf("%s left no golden, and %s came to no verdict. The table has %s of them.",
		quantity(c.Unfinished, "run"), quantity(c.Unknown, "replay"), number(len(r.Unknowns)))), t)
}

func interruptions(r *Report) []block {
	var blocks []block
	if len(r.Interruptions) == 0 {
		blocks = append(blocks, paragraph("There was no interruption."))
	} else {
		t := table{caption: "Sessions that ended before the soak did", columns: []column{figure("Session"), text("Host"), figure("Process"), text("Began"), text("Ended"), text("Why")}}
		for _, i := range r.Interruptions {
			t.rows = append(t.rows, []string{fmt.Sprint(i.Session), i.Host, fmt.Sprint(i.PID), at(i.Started), instant(i.Ended), i.Why})
		}
		blocks = append(blocks, t)
	}
	if len(r.Gaps) == 0 {
		return append(blocks, paragraph("There is no gap: all that was planned was run and checked."))
	}
	t := table{caption: "Gaps", columns: []column{text("What"), text("From"), figure("How much")}}
	for _, g := range r.Gaps {
		much := number(g.Count)
		if g.Seconds > 0 {
			much = lasted(g.Seconds)
		}
		t.rows = append(t.rows, []string{g.What, instant(g.From), much})
	}
	return append(blocks, t)
}

func stops(r *Report) []block {
	var blocks []block
	if r.StopStands != "" {
		blocks = append(blocks, paragraph("One stands: "+r.StopStands+"."))
	}
	if len(r.Stops) == 0 {
		return append(blocks, paragraph("The audit log has none while the soak lasted."))
	}
	t := table{caption: "Audit log", columns: []column{text("When"), text("Who"), text("What"), text("Detail")}}
	for _, s := range r.Stops {
		t.rows = append(t.rows, []string{at(s.At), s.Who, s.What, s.Detail})
	}
	return append(append(blocks, t), earlier(r.Figures.StopsAll-len(r.Stops), "shadowrun stop log has them all")...)
}

// earlier says how many entries a table leaves out.
func earlier(n int, where string) []block {
	if n <= 0 {
		return nil
	}
	return []block{paragraph(fmt.Sprintf("These are the last; there are %s earlier ones: %s.", number(n), where))}
}

func alerts(r *Report) []block {
	if len(r.Alerts) == 0 {
		return []block{paragraph("No monitor told of any.")}
	}
	t := table{caption: "Alerts", columns: []column{text("Condition"), text("Severity"), text("Opened"), text("Resolved"), text("Said")}}
	for _, a := range r.Alerts {
		t.rows = append(t.rows, []string{a.Condition, a.Severity, at(a.Opened), instant(a.Resolved), a.Text})
	}
	return append([]block{t}, earlier(r.Figures.AlertsAll-len(r.Alerts), "ledger.db has them all, in its table alerts")...)
}
