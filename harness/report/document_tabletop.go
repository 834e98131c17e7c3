package report

import (
	"fmt"
	"strings"
)

func tabletop(r *Report) []block {
	t := r.Tabletop
	if t == nil {
		return []block{paragraph("There is no journal of a drill. shadowrun tabletop carries one out.")}
	}
	blocks := []block{
		paragraph("A program carried out the runbook's steps and asserted what they did. It is an automated runbook test; people did not talk a case through."),
		facts("The drill", []Named{{"Verdict", string(t.Verdict)}, {"Environment", t.Environment}, {"By", t.Who + " on " + t.Host}, {"Began", at(t.Started)},
			{"Ended", instant(t.Ended)}, {"Runbooks", namedText(t.Books)}, {"Scenarios", namedText(t.Scenarios)}, {"Journals", strings.Join(t.Journals, ", ")}}),
	}
	if len(t.Why) > 0 {
		blocks = append(blocks, list(t.Why))
	}
	steps := table{caption: "Steps", columns: []column{figure("No."), literal("Step"), text("Verdict"), text("Asserted"), figure("Took"), text("Why")}}
	for i, s := range t.Steps {
		steps.rows = append(steps.rows, []string{fmt.Sprint(i + 1), s.Step, strings.ReplaceAll(s.Verdict, "_", " "), yes(s.Asserted), lasted(s.Seconds), firstLine(s.Why)})
	}
	blocks = append(blocks, steps)
	for i, s := range t.Steps {
		if s.Block == "" {
			continue
		}
		text := "$ " + strings.ReplaceAll(strings.TrimSpace(s.Block), "\n", "\n$ ")
		if s.Output != "" {
			text += "\n" + strings.TrimRight(s.Output, "\n")
		}
		blocks = append(blocks, code{fmt.Sprintf("Evidence of step %d, %s: exit status %d", i+1, s.Step, s.Exit), text, "console"})
	}
	return blocks
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func namedText(of []Named) string {
	var parts []string
	for _, n := range of {
		parts = append(parts, n.Name+" "+short(n.Value))
	}
	if len(parts) > 6 {
		parts = append(parts[:6], fmt.Sprintf("and %d more", len(parts)-6))
	}
	return strings.Join(parts, ", ")
}

func coverage(r *Report) []block {
	if len(r.Coverage) == 0 {
		return []block{paragraph("No runbook was looked at.")}
	}
	t := table{caption: "Steps of each runbook", columns: []column{text("Runbook"), literal("Digest"), figure("Steps"), figure("Asserted"), figure("Executed"), figure("Uncovered"),
		figure("Stale"), figure("Manual"), figure("Known to work")}}
	for _, c := range r.Coverage {
		t.rows = append(t.rows, []string{c.Book, c.Digest, number(c.Steps), number(c.Asserted), number(c.Executed), number(c.Uncovered), number(c.Stale), number(c.Manual), fmt.Sprintf("%d %%", c.Percent)})
	}
	return []block{t}
}

func followUps(r *Report) []block {
	if len(r.FollowUps) == 0 {
		return []block{paragraph("None was written down.")}
	}
	t := table{caption: "Follow-ups", columns: []column{text("What"), text("Owner"), text("Due")}}
	for _, f := range r.FollowUps {
		t.rows = append(t.rows, []string{f.What, f.Owner, f.Due})
	}
	return []block{t}
}

func people(r *Report) []block {
	if r.People.Facilitator == "" {
		return []block{paragraph("Nobody is named: there is no journal of a drill.")}
	}
	return []block{facts("People", []Named{{"Facilitator", r.People.Facilitator}, {"Participants", strings.Join(r.People.Participants, ", ")}})}
}
