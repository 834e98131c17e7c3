package gate

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// Headline says in a line what a result is: the verdict, and the gravest difference with its cause.
func Headline(r Result) string {
	if r.Failed != "" {
		return fmt.Sprintf("%s: the run failed: %s", r.Verdict, r.Failed)
	}
	if len(r.Differences) == 0 || r.Verdict == replay.VerdictUnknown {
		return fmt.Sprintf("%s: %s", r.Verdict, plain(r.Why))
	}
	d := rootsOf(r)[0]
	return fmt.Sprintf("%s: %s %s (%s)", r.Verdict, plain(orRoot(d.Path)), d.Kind, d.Cause)
}

// maxDetails is how many differences are spelt out, and maxValue how much of a value, in bytes.
const (
	maxDetails = 10
	maxValue   = 400
)

// maxSeeds is how many seeds are named in a line, and maxOthers of how many the first values are told.
const (
	maxSeeds  = 20
	maxOthers = 5
)

// Details says in lines what a group is, and what to type next.
func (r Report) Details(g Group) string {
	var out strings.Builder
	result := g.Result
	fmt.Fprintf(&out, "%s, %s: %s\n", plain(g.Workflow), g.Seeds(maxSeeds), plain(result.Why))
	if shown := g.Shown(); shown != "" {
		fmt.Fprintf(&out, "shown is %s\n", shown)
	}
	if result.Failed != "" {
		fmt.Fprintf(&out, "the run failed: %s\n", result.Failed)
	}
	for i, d := range g.Roots {
		if i == maxDetails {
			fmt.Fprintf(&out, "… %d more\n", len(g.Roots)-i)
			break
		}
		fmt.Fprintf(&out, "%s %s: %s, %s: %s\n", plain(orRoot(d.Path)), d.Kind, d.Class, d.Cause, plain(d.Why))
		if d.Want != nil {
			fmt.Fprintf(&out, "- %s\n", cut(string(d.Want)))
		}
		if d.Got != nil {
			fmt.Fprintf(&out, "+ %s\n", cut(string(d.Got)))
		}
		if folded := len(d.Derived) + len(d.Follows); folded > 0 {
			fmt.Fprintf(&out, "  %d more follow from it, or may\n", folded)
		}
	}
	writeOthers(&out, g)
	if result.Explanation != nil {
		explain.WriteText(&out, result.Explanation, 0) // to memory: it can't fail
	}
	fmt.Fprintf(&out, "to see it again: %s\n", r.Reproduce(result))
	if r.Unexplained(result) {
		fmt.Fprintf(&out, "to find a cause: %s --explain\n", r.Reproduce(result))
	}
	if result.Acceptable() {
		fmt.Fprintf(&out, "to accept it:    %s\n", r.AcceptingAll(g))
	}
	return out.String()
}

// writeOthers tells how the other seeds of a group differ first, where that is not how the one that is shown does.
func writeOthers(out *strings.Builder, g Group) {
	if g.Same || len(g.Roots) == 0 {
		return
	}
	for i, other := range g.Others {
		if i == maxOthers {
			fmt.Fprintf(out, "… %d more seeds\n", len(g.Others)-i)
			return
		}
		d, _ := First(other)
		fmt.Fprintf(out, "seed %d: %s %s:", other.Seed, plain(orRoot(d.Path)), d.Kind)
		if d.Want != nil {
			fmt.Fprintf(out, " - %s", cut(string(d.Want)))
		}
		if d.Got != nil {
			fmt.Fprintf(out, " + %s", cut(string(d.Got)))
		}
		fmt.Fprintln(out)
	}
}

func cut(value string) string {
	value = plain(value)
	if len(value) <= maxValue {
		return value
	}
	return strings.ToValidUTF8(value[:maxValue], "") + fmt.Sprintf("… (%d bytes)", len(value))
}

// plain returns a text that can't end a line or turn it, move a cursor or break a document: paths and values are a workflow's own words.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

func orRoot(path string) string {
	if path == "" {
		return "(the whole)"
	}
	return path
}

// Reproduce is the command that shows a result again. For an orphan, which no case has, it is the whole gate's.
func (r Report) Reproduce(result Result) string { return "shadowrun gate" + r.flags(result) }

// Accepting is the command that accepts a result.
func (r Report) Accepting(result Result) string { return "shadowrun gate --update" + r.flags(result) }

// maxNamed is how many seeds a command names; where there are more it is for the whole workflow.
const maxNamed = 20

// AcceptingAll is the command that accepts a group.
func (r Report) AcceptingAll(g Group) string {
	command := r.Accepting(g.Result)
	switch {
	case g.Verdict == Orphan:
	case len(g.Others) >= maxNamed:
		command = strings.TrimSuffix(command, fmt.Sprintf(" --seed %d", g.Seed))
	default:
		for _, other := range g.Others {
			command += fmt.Sprintf(",%d", other.Seed)
		}
	}
	return command
}

func (r Report) flags(result Result) string {
	if result.Verdict == Orphan {
		return r.Flags
	}
	return fmt.Sprintf("%s --workflow %s --seed %d", r.Flags, result.Workflow, result.Seed)
}
