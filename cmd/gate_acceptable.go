package cmd

import (
	"fmt"
	"math"

	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// maxAcceptable is how many differences are shown of a golden that is about to be accepted.
const maxAcceptable = 20

// writeAcceptable prints what would be accepted with a group: every value that becomes another, whatever it follows from, but for
// those of a golden that has very many.
func (a *app) writeAcceptable(g gate.Group, all bool) {
	a.writeGateHead(g, math.MaxInt)
	differences := flattened(g.Roots)
	shown, cut := len(differences), false
	if !all {
		shown = min(shown, maxAcceptable)
	}
	for i, d := range differences[:shown] {
		cut = cut || len(d.Want) > shownValue || len(d.Got) > shownValue
		if i > 0 && likewise(differences[i-1], d) {
			a.writeInLine(d)
		} else {
			a.writeDifference(replay.Root{Difference: d}, all)
		}
	}
	whole := fmt.Sprintf("'git diff %s' shows", soak.ShellQuote(g.Golden))
	switch rest := len(differences) - shown; {
	case rest > 0:
		fmt.Fprintf(a.out, "\n… %d more differences, which --verbose shows; once written, %s them\n", rest, whole)
	case cut && g.Acceptable():
		fmt.Fprintf(a.out, "\nlong values are cut here; once written, %s them whole\n", whole)
	}
	a.writeNew(g)
}

// flattened returns differences as they stand, with nothing folded under another.
func flattened(roots []replay.Root) []replay.Difference {
	var all []replay.Difference
	for _, root := range roots {
		all = append(all, root.Difference)
		all = append(all, root.Derived...)
		all = append(all, root.Follows...)
	}
	return all
}

// likewise reports whether all that is said of two differences is the same, but for path and values.
func likewise(a, b replay.Difference) bool {
	return a.Kind == b.Kind && a.Class == b.Class && a.Cause == b.Cause && a.Suspected == b.Suspected && a.Why == b.Why
}

// writeInLine prints a path and its values in a line.
func (a *app) writeInLine(d replay.Difference) {
	want, got := around(string(d.Want), string(d.Got))
	line := printable(orRoot(d.Path))
	if d.GotPath != d.Path {
		line += fmt.Sprintf(" (second: %s)", printable(orRoot(d.GotPath)))
	}
	if d.Want != nil {
		line += " - " + want
	}
	if d.Got != nil {
		line += " + " + got
	}
	fmt.Fprintln(a.out, line)
}

// writeNew prints the beginning of what becomes a golden, where there is none to differ from.
func (a *app) writeNew(g gate.Group) {
	if len(g.New) == 0 {
		return
	}
	fmt.Fprintln(a.out, "  what this build does:")
	for _, line := range g.New {
		fmt.Fprintf(a.out, "  + %s\n", printable(line))
	}
	if g.NewMore > 0 {
		fmt.Fprintf(a.out, "  … %d more; once written, %s has them\n", g.NewMore, printable(g.Golden))
	}
}
