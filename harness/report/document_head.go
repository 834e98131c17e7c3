package report

import (
	"fmt"
	"strings"

	"github.com/shadowrun/shadowrun/harness/soak"
)

func title(r *Report) string {
	return fmt.Sprintf("%s: soak %d on %s", r.Verdict.Result, r.Soak, host(r))
}

func lead(r *Report) []block {
	c := r.Figures.Total
	runs := quantity(c.Runs, "workflow run")
	if c.Abandoned > 0 {
		runs += fmt.Sprintf(" (%s still to be done)", number(c.Abandoned))
	}
	blocks := []block{paragraph(fmt.Sprintf("%s of active time, %s, %s, %s, %s, %s.", lasted(r.Figures.Active), quantity(c.Cycles, "cycle"),
		runs, quantity(c.Replays, "replay"), quantity(c.Mismatches, "mismatch"), quantity(int64(r.Figures.FindingsAll), "finding")))}
	for _, accepted := range Acceptance(r) {
		blocks = append(blocks, paragraph(accepted+"."))
	}
	if len(r.Verdict.Reasons) > 0 {
		blocks = append(blocks, paragraph("What keeps it from being certified:"), list(r.Verdict.Reasons))
	}
	if j := r.Verdict.Rejudged; j != nil {
		blocks = append(blocks, paragraph(fmt.Sprintf("The stored evidence was judged again by %s (%s): %s changed.",
			j.Configuration, short(j.Digest), quantity(j.Changed, "verdict"))))
	}
	return append(blocks, facts("About this report", []Named{
		{"Report", r.ID}, {"Made at", at(r.MadeAt)}, {"Soak", fmt.Sprintf("%d, %s", r.Soak, r.State)}, {"State folder", r.Folder},
	}))
}

// facts is a table of names and values.
func facts(caption string, of []Named) table {
	t := table{caption: caption, columns: []column{text("What"), text("Value")}}
	for _, f := range of {
		t.rows = append(t.rows, []string{f.Name, f.Value})
	}
	return t
}

func gates(r *Report) []block {
	var all checklist
	for _, g := range r.Gates {
		all = append(all, check{g.Met, g.Name, []string{"Required: " + g.Required, "Measured: " + g.Measured, "Evidence: " + g.Evidence}})
	}
	return []block{all}
}

func ran(r *Report) []block {
	x := r.Ran
	of := []Named{{"Configuration", x.ConfigDigest}, {"Plan", x.PlanDigest}, {"Base seed", fmt.Sprint(x.BaseSeed)},
		{"Started", at(r.Figures.Started)}, {"Last progress", instant(r.Figures.Last)}, {"Soak by shadowrun", x.Shadowrun}}
	for _, v := range x.Versions {
		of = append(of, Named{"Report by " + v.Name, v.Value})
	}
	workflows := table{caption: "Workflows", columns: []column{text("Workflow"), literal("Command"), text("Replayed")}}
	for _, w := range x.Workflows {
		workflows.rows = append(workflows.rows, []string{w.Name, shell(w.Command), strings.Join(w.Variants, ", ")})
	}
	builds := table{caption: "Builds", columns: []column{text("Workflow"), literal("Digest"), text("In sessions")}}
	for _, b := range x.Builds {
		builds.rows = append(builds.rows, []string{b.Workflow, b.Digest, numbers(b.Sessions)})
	}
	environments := table{caption: "Environments", columns: []column{text("Host"), text("Platform"), text("Kernel"), figure("CPUs"), text("In sessions")}}
	for _, e := range x.Environments {
		environments.rows = append(environments.rows, []string{e.Host, e.OS + "/" + e.Arch, e.Kernel, fmt.Sprint(e.CPUs), numbers(e.Sessions)})
	}
	return []block{facts("The soak", of), workflows, builds, environments}
}

// shell is a command as a shell takes it.
func shell(command []string) string {
	var words []string
	for _, w := range command {
		words = append(words, soak.ShellQuote(w))
	}
	return strings.Join(words, " ")
}

// numbers says 1, 2, 3, 5 as 1–3, 5.
func numbers(of []int) string {
	var parts []string
	for i := 0; i < len(of); {
		end := i
		for end+1 < len(of) && of[end+1] == of[end]+1 {
			end++
		}
		part := fmt.Sprint(of[i])
		if end > i {
			part += fmt.Sprintf("–%d", of[end])
		}
		parts = append(parts, part)
		i = end + 1
	}
	return strings.Join(parts, ", ")
}
