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

// Details says in lines what a result is, and what to type next.
func (r Report) Details(result Result) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s\n", plain(result.Case.String()), plain(result.Why))
	if result.Failed != "" {
		fmt.Fprintf(&out, "the run failed: %s\n", result.Failed)
	}
	roots := rootsOf(result)
	for i, d := range roots {
		if i == maxDetails {
			fmt.Fprintf(&out, "… %d more\n", len(roots)-i)
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
	if result.Explanation != nil {
		explain.WriteText(&out, result.Explanation, 0) // to memory: it can't fail
	}
	fmt.Fprintf(&out, "to see it again: %s\n", r.Reproduce(result))
	if result.Acceptable() {
		fmt.Fprintf(&out, "to accept it:    %s\n", r.Accepting(result))
	}
	return out.String()
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
		for _, seed := range g.Others {
			command += fmt.Sprintf(",%d", seed)
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
