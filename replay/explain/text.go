package explain

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/shadowrun/shadowrun/replay"
)

// WriteText writes an explanation for people, in lines of at most width columns where words allow
// (0 stands for 100): what happened, then root causes by weight, each with its proof, what to do,
// and what follows from it; then what only another machine would show, what nothing explains yet,
// the seed, and what could not be tried. It is plain text, and control characters in it are escaped.
func WriteText(w io.Writer, x *Explanation, width int) error {
	if width <= 0 {
		width = 100
	}
	t := &text{width: width}
	t.head(x)
	sections := []struct {
		title string
		holds func(Field) bool
	}{
		{"Root causes", func(f Field) bool {
			return f.Class == replay.ClassViolation && f.Cause != replay.CauseUnattributed || f.Class == replay.ClassVolatile
		}},
		{"Latent: the same here, another value elsewhere", func(f Field) bool { return f.Class == replay.ClassLatent }},
		{"Unattributed", func(f Field) bool { return f.Class == replay.ClassViolation && f.Cause == replay.CauseUnattributed }},
	}
	for _, s := range sections {
		var fields []Field
		for _, f := range x.Fields {
			if f.Root && s.holds(f) {
				fields = append(fields, f)
			}
		}
		if len(fields) > 0 {
			t.line("")
			t.line(s.title)
			t.fields(x, fields)
		}
	}
	t.seeds(x)
	t.unseen(x)
	t.notes(x)
	_, err := io.WriteString(w, t.String())
	return err
}

// text is lines in the making.
type text struct {
	strings.Builder
	width int
}

func (t *text) line(s string) { t.WriteString(s + "\n") }

// para writes words with an indent, and another one for the lines that follow.
func (t *text) para(first, next int, s string) {
	column := 0
	indent := first
	for word := range strings.FieldsSeq(s) {
		word = shortWord(word)
		n := utf8.RuneCountInString(word)
		switch {
		case column == 0:
			t.WriteString(strings.Repeat(" ", indent))
			column = indent
		case column+1+n > t.width:
			t.WriteString("\n" + strings.Repeat(" ", next))
			column = next
		default:
			t.WriteByte(' ')
			column++
		}
		t.WriteString(word)
		column += n
	}
	t.WriteByte('\n')
}

// maxWord is how long a word may be, in characters: a path in a deep document is whole, a value without a space
// in it need not be.
const maxWord = 160

// shortWord leaves the middle of a long word out.
func shortWord(word string) string {
	r := []rune(word)
	if len(r) <= maxWord {
		return word
	}
	return fmt.Sprintf("%s…(%d characters)…%s", string(r[:maxWord/2]), len(r), string(r[len(r)-maxWord/4:]))
}

func (t *text) head(x *Explanation) {
	if x.Fails != "" {
		t.para(0, 2, fmt.Sprintf("%s, seed %d: %s", visible(x.Workflow), x.Seed, visible(x.Fails)))
		t.para(2, 4, "→ mend that first: what a program does that fails each time says little of what it does when it works")
	}
	varying, latent, derived := 0, 0, 0
	for _, f := range x.Fields {
		switch f.Class {
		case replay.ClassLatent:
			latent++
		case replay.ClassDerived:
			derived++
		default:
			varying++
		}
	}
	t.para(0, 2, fmt.Sprintf("%s, seed %d: %s: %d differ, %d follow from these, %d latent, %d stable",
		visible(x.Workflow), x.Seed, countOf(x.Runs, "run"), varying, derived, latent, len(x.Stable)))
	switch x.Ended {
	case EndedBudget:
		t.para(0, 2, spent(x)+": a larger one may settle more.")
	case EndedTime:
		t.para(0, 2, "The time is up: with more of it more may be settled.")
	}
	if x.TooMany {
		t.para(0, 2, fmt.Sprintf("%d of %d runs could not be compared: little can be said.", x.Unknown, x.Runs))
	}
}

// spent says how the budget ended an explanation. An experiment that the rest is too small for is not
// begun, so that runs may be left, and a reader who counts them is not told that they were made.
func spent(x *Explanation) string {
	if left := x.MaxRuns - x.Runs; left > 0 {
		return fmt.Sprintf("%d of the budget of %s are left, too few for the next experiment", left, countOf(x.MaxRuns, "run"))
	}
	return fmt.Sprintf("The budget of %s is spent", countOf(x.MaxRuns, "run"))
}

// fields writes roots, what to do about them, and what derives from them. Roots whose proof is the
// same in all words share it, as the parts of one table do.
func (t *text) fields(x *Explanation, fields []Field) {
	for len(fields) > 0 {
		f := fields[0]
		alike := func(g Field) bool {
			return g.Class == f.Class && g.Cause == f.Cause && g.Proof == f.Proof && slices.Equal(g.With, f.With)
		}
		var same []Field
		rest := fields[:0:0]
		for _, g := range fields {
			if alike(g) {
				same = append(same, g)
			} else {
				rest = append(rest, g)
			}
		}
		t.root(x, same)
		fields = rest
	}
}

// maxNamed is how many paths with one proof, or one root, are named; the JSON has all.
const maxNamed = 6

func (t *text) root(x *Explanation, same []Field) {
	f := same[0]
	cause := string(f.Cause)
	for _, c := range f.With {
		cause += " and " + string(c)
	}
	proof := visible(f.Proof)
	if f.Class == replay.ClassViolation && f.Cause == replay.CauseUnattributed && f.NeedsRuns > 0 {
		proof += fmt.Sprintf("; needs about %d more runs: --budget %d gets there", f.NeedsRuns, suggested(x, f))
	}
	if f.P < 1 {
		proof += fmt.Sprintf(" (p %.1g)", f.P)
	}
	t.para(2, 6, fmt.Sprintf("%s %s, %s: %s", paths(same), f.Class, cause, proof))
	if what := adviceFor(f); what != "" {
		t.para(6, 8, "→ "+what)
	}
	var derived []Field
	for _, d := range x.Fields {
		if slices.ContainsFunc(same, func(g Field) bool { return slices.Contains(d.DerivedFrom, g.Path) }) {
			derived = append(derived, d)
		}
	}
	for i, d := range derived {
		if i == maxNamed {
			t.para(6, 8, fmt.Sprintf("and %d more that follow from it", len(derived)-maxNamed))
			break
		}
		t.para(6, 8, fmt.Sprintf("%s follows: %s", show(d.Path), visible(d.Proof)))
	}
}

// suggested is a round budget with which a field is likely to be settled: what has been made, what it
// needs, and what is kept back for other stages.
func suggested(x *Explanation, f Field) int {
	const round = 50
	want := max(x.Runs+f.NeedsRuns+f.NeedsRuns/4+reserved+enough, x.MaxRuns+1)
	return (want + round - 1) / round * round
}

func paths(fields []Field) string {
	var names []string
	for i, f := range fields {
		if i == maxNamed {
			names = append(names, fmt.Sprintf("and %d more", len(fields)-maxNamed))
			break
		}
		names = append(names, show(f.Path))
	}
	return strings.Join(names, " ")
}

func (t *text) seeds(x *Explanation) {
	if len(x.Seeds) == 0 {
		return
	}
	t.line("")
	t.line("The seed")
	for _, s := range x.Seeds {
		where := show(s.Path)
		if len(s.Paths) > 1 {
			var names []string
			for _, p := range s.Paths[:min(maxNamed, len(s.Paths))] {
				names = append(names, show(p))
			}
			where = strings.Join(names, " ")
		}
		t.para(2, 6, fmt.Sprintf("%s %s: %s", where, seedWords[s.Kind], visible(s.Proof)))
	}
}

var seedWords = map[SeedKind]string{
	SeedNoEffect: "does not follow the seed", SeedNotFollowed: "does not follow the seed, as its like do",
	SeedSameTrace: "is the same for two seeds", SeedWrongEcho: "says another seed than was given", SeedRepeated: "repeat the seed",
}

// unseen says what a soak saw and no experiment did.
func (t *text) unseen(x *Explanation) {
	if len(x.Unseen) == 0 {
		return
	}
	t.line("")
	t.line("Seen in the soak, and not here")
	named := x.Unseen[:min(len(x.Unseen), maxNamed)]
	for _, path := range named {
		t.para(2, 6, show(path))
	}
	if more := len(x.Unseen) - len(named); more > 0 {
		t.para(2, 6, fmt.Sprintf("and %d more", more))
	}
	t.para(6, 6, fmt.Sprintf("the same in all of %s, one after the other", countOf(x.Runs, "run")))
	t.para(6, 8, "→ runs of a soak go on side by side: what they share (a folder, a file, a database) is the first suspect; "+
		"'workdir: fresh' gives each a folder of its own, 'workers: 1' shows whether it is that. Else it is rare: try a larger --budget")
}

func (t *text) notes(x *Explanation) {
	var notes []string
	for _, f := range x.Failures {
		notes = append(notes, fmt.Sprintf("%s: %d of %d runs ended otherwise: %s", f.Arm, f.Runs, f.Of, f.How))
	}
	for _, f := range x.Factors {
		if !f.Available {
			notes = append(notes, fmt.Sprintf("%s could not be tried: %s", f.Name, f.Why))
		}
	}
	if n := len(x.LabChanges); n > 0 {
		notes = append(notes, fmt.Sprintf("%s of the fields (%s) is another outside the lab, untreated", countOf(n, "value"), strings.Join(x.LabChanges[:min(n, maxNamed)], " ")))
	}
	if x.Unknown > 0 {
		notes = append(notes, fmt.Sprintf("%s could not be compared", countOf(x.Unknown, "run")))
	}
	if len(x.Covered) > 0 {
		notes = append(notes, fmt.Sprintf("%s left to rules", countOf(len(x.Covered), "differing place")))
	}
	if len(notes) == 0 {
		return
	}
	t.line("")
	t.line("Notes")
	for _, n := range notes {
		t.para(2, 6, visible(n))
	}
}

// show names a path; the root has no name.
func show(path string) string {
	if path == "" {
		return "(the document)"
	}
	return visible(path)
}

// visible escapes what would move the cursor, hide text or reorder it.
func visible(s string) string {
	if !strings.ContainsFunc(s, unseen) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch _, n := utf8.DecodeRuneInString(s[i:]); {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unseen(r):
			b.WriteString(strings.Trim(strconv.QuoteToASCII(string(r)), `"`))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unseen(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
