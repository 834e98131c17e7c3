package cmd

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// printGate prints what a gate came to.
func (a *app) printGate(g *gate.Gate, report gate.Report, accepted []gate.Accepted, f *gateFlags) error {
	if a.json {
		return a.printJSON(newGateJSON(g, report, accepted))
	}
	if err := a.writeGateTable(report); err != nil {
		return err
	}
	for _, p := range report.Problems {
		fmt.Fprintf(a.out, "\n%s: %s: %s\n", g.Config.Gate.Goldens, p.Kind, printable(p.Golden+": "+p.Detail))
	}
	groups := report.Groups()
	for _, group := range groups {
		a.writeGateGroup(group, f.all)
		if err := a.writeGateNext(report, group); err != nil {
			return err
		}
	}
	a.writeAccepted(accepted)
	outcome, why := report.Judge()
	fmt.Fprintf(a.out, "\n%s: %s\n", outcome, why)
	if spared := report.Spared(); spared != "" {
		fmt.Fprintf(a.out, "  note     %s\n", spared)
	}
	if !inCI() && slices.ContainsFunc(groups, func(g gate.Group) bool { return g.Acceptable() }) {
		fmt.Fprintf(a.out, "  next     shadowrun gate review%s\n", report.Flags)
	}
	return nil
}

// writeGateTable prints a line for each workflow.
func (a *app) writeGateTable(report gate.Report) error {
	counts := map[string]map[replay.Verdict]int{}
	var names []string
	for _, r := range report.Results {
		if counts[r.Workflow] == nil {
			counts[r.Workflow] = map[replay.Verdict]int{}
			names = append(names, r.Workflow)
		}
		counts[r.Workflow][r.Verdict]++
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 3, ' ', 0)
	for _, name := range names {
		var parts []string
		for _, verdict := range slices.Backward(gate.Verdicts) {
			if n := counts[name][verdict]; n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n, verdict))
			}
		}
		fmt.Fprintf(w, "%s\t%s\n", printable(name), strings.Join(parts, ", "))
	}
	return w.Flush()
}

// writeGateGroup prints one thing that is wrong: the first difference, and how many others there are.
func (a *app) writeGateGroup(g gate.Group, all bool) {
	a.writeGateHead(g, maxListed)
	shown := g.Roots
	if !all {
		shown = shown[:min(1, len(shown))]
	}
	for _, root := range shown {
		a.writeDifference(root, all)
	}
	if rest := len(g.Roots) - len(shown); rest > 0 {
		fmt.Fprintf(a.out, "\n… %d more; --verbose shows all\n", rest)
	}
	a.writeOthers(g, all)
}

// maxListed is how many seeds are named in a line, and maxOthers of how many the first values are told.
const (
	maxListed = 8
	maxOthers = 5
)

// writeGateHead prints what a group is, with at most so many seeds named, before its differences.
func (a *app) writeGateHead(g gate.Group, seeds int) {
	why := shortened(g.Why)
	if g.Damaged { // it has two digests, and what comes of them at its end
		why = printable(g.Why)
	}
	fmt.Fprintf(a.out, "\n%s, %s: %s: %s\n", printable(g.Workflow), g.Seeds(seeds), g.Verdict, why)
	if g.Failed != "" {
		fmt.Fprintf(a.out, "  failed   %s\n", printable(g.Failed))
	}
	if g.Golden != "" && g.Verdict != gate.Missing && g.Verdict != gate.Skipped {
		line := ""
		if g.Line > 0 {
			line = fmt.Sprintf(":%d", g.Line)
		}
		fmt.Fprintf(a.out, "  golden   %s%s\n", printable(g.Golden), line)
	}
	if shown := g.Shown(); shown != "" {
		fmt.Fprintf(a.out, "  shown    %s\n", shown)
	}
}

// writeOthers prints how the other seeds of a group differ first, where that is not how the one that is shown does.
func (a *app) writeOthers(g gate.Group, all bool) {
	if g.Same || len(g.Roots) == 0 {
		return
	}
	fmt.Fprintln(a.out)
	for i, other := range g.Others {
		if i == maxOthers && !all {
			fmt.Fprintf(a.out, "  … %d more seeds; --verbose shows them\n", len(g.Others)-i)
			return
		}
		d, _ := gate.First(other)
		fmt.Fprintf(a.out, "  seed %d   ", other.Seed)
		a.writeInLine(d.Difference)
	}
}

// writeGateNext prints the explanation, and what to type next.
func (a *app) writeGateNext(report gate.Report, g gate.Group) error {
	if g.Explanation != nil {
		fmt.Fprintln(a.out)
		if err := explain.WriteText(a.out, g.Explanation, 0); err != nil {
			return err
		}
	}
	if g.Verdict == gate.Skipped {
		return nil
	}
	if g.Verdict != gate.Orphan {
		fmt.Fprintf(a.out, "\n  again    %s\n", report.Reproduce(g.Result))
	}
	if report.Unexplained(g.Result) {
		fmt.Fprintf(a.out, "  explain  %s --explain\n", report.Reproduce(g.Result))
	}
	if g.Acceptable() {
		fmt.Fprintf(a.out, "  accept   %s\n", report.AcceptingAll(g))
	}
	return nil
}

// writeAccepted prints what was written.
func (a *app) writeAccepted(accepted []gate.Accepted) {
	written, removed := 0, 0
	for _, x := range accepted {
		switch {
		case x.Err != nil:
			fmt.Fprintf(a.out, "\nnot accepted: %s: %s\n", printable(x.Case.String()), printable(x.Err.Error()))
		case x.Removed:
			removed++
		default:
			written++
		}
	}
	if written+removed > 0 {
		fmt.Fprintf(a.out, "\naccepted: %s written, %d removed\n", quantity(written, "golden"), removed)
	}
}
