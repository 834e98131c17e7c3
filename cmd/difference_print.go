package cmd

import (
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/shadowrun/shadowrun/replay"
)

// shownDifferences is how many differences are shown without --verbose.
const shownDifferences = 10

// writeDifferences prints differences, each root with what derives from it folded under it, and
// under the first what comes in later steps of the trace; nil for what has no steps.
func (a *app) writeDifferences(ds []replay.Difference, steps []string, all bool) {
	roots := replay.FoldSteps(replay.Roots(ds), steps)
	for i, root := range roots {
		if i == shownDifferences && !all {
			fmt.Fprintf(a.out, "\n… %d more; --verbose shows all\n", len(roots)-i)
			return
		}
		a.writeDifference(root, all)
	}
}

func (a *app) writeDifference(root replay.Root, all bool) {
	d := root.Difference
	fmt.Fprintf(a.out, "\n%s %s", printable(orRoot(d.Path)), d.Kind)
	if d.GotPath != d.Path {
		fmt.Fprintf(a.out, " (second: %s)", printable(orRoot(d.GotPath)))
	}
	if d.Class == replay.ClassDerived {
		fmt.Fprintf(a.out, ": %s", d.Class)
	} else if d.Class != "" {
		suspected := ""
		if d.Suspected {
			suspected = ", suspected"
		}
		fmt.Fprintf(a.out, ": %s, %s%s", d.Class, d.Cause, suspected)
	}
	fmt.Fprintln(a.out)
	writeValues(a.out, d, "  ")
	if d.Why != "" {
		fmt.Fprintf(a.out, "  because %s\n", printable(d.Why))
	}
	for i, derived := range root.Derived {
		if i == shownDifferences && !all {
			fmt.Fprintf(a.out, "  └ … %d more derived from it\n", len(root.Derived)-i)
			break
		}
		fmt.Fprintf(a.out, "  └ %s derived: %s\n", printable(derived.Path), printable(derived.Why))
	}
	a.writeFollows(root.Follows, all)
}

func (a *app) writeFollows(follows []replay.Difference, all bool) {
	if len(follows) == 0 {
		return
	}
	text := quantity(len(follows), "difference") + " in later steps, which may follow from it"
	if !all {
		fmt.Fprintf(a.out, "  └ %s; --verbose shows them\n", text)
		return
	}
	fmt.Fprintf(a.out, "\n%s:\n", text)
	for _, d := range follows {
		a.writeDifference(replay.Root{Difference: d}, all)
	}
}

// writeValues prints what the two have at a path, shortened around where they part.
func writeValues(out io.Writer, d replay.Difference, indent string) {
	want, got := around(string(d.Want), string(d.Got))
	switch d.Kind {
	case replay.Added:
		fmt.Fprintf(out, "%s+ %s\n", indent, got)
	case replay.Removed:
		fmt.Fprintf(out, "%s- %s\n", indent, want)
	default:
		fmt.Fprintf(out, "%s- %s\n%s+ %s\n", indent, want, indent, got)
	}
}

// shownValue is how much of a value is shown, in bytes.
const shownValue = 160

// around returns both values, of long ones the part where they begin to differ.
func around(want, got string) (string, string) {
	if len(want) <= shownValue && len(got) <= shownValue {
		return printable(want), printable(got)
	}
	same := 0
	for same < len(want) && same < len(got) && want[same] == got[same] {
		same++
	}
	from := max(0, same-shownValue/4)
	return window(want, from), window(got, from)
}

func window(text string, from int) string {
	from = min(from, len(text))
	to := min(len(text), from+shownValue)
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
		from--
	}
	for to < len(text) && !utf8.RuneStart(text[to]) {
		to++
	}
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if to < len(text) {
		after = fmt.Sprintf("… (%d bytes)", len(text))
	}
	return before + printable(text[from:to]) + after
}
