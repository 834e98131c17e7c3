package runbook

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Problem is what is wrong with a runbook at one place.
type Problem struct {
	File string
	Line int
	Msg  string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Msg) }

// Surroundings are what a book is held against.
type Surroundings struct {
	Books     []*Book
	Scenarios []*Scenario // nil: what they bind is not asked
	// Read reads a file whose path is relative to the book's folder; nil: links to files other
	// than the books are not followed.
	Read func(path string) ([]byte, error)
}

// Lint returns what is wrong with a book that could be parsed, in the order of its lines.
func Lint(b *Book, in Surroundings) []Problem {
	l := &linting{book: b, in: in}
	for _, block := range b.blocks {
		l.block(block)
	}
	for s := range b.steps {
		l.placeholders(s)
	}
	for _, scenario := range in.Scenarios {
		for _, u := range scenario.Uses {
			l.stale(u)
		}
	}
	for _, link := range b.links {
		l.link(link)
	}
	if b.Strict {
		for _, p := range b.Procedures {
			l.strict(p)
		}
	}
	slices.SortStableFunc(l.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return l.problems
}

type linting struct {
	book     *Book
	in       Surroundings
	problems []Problem
}

func (l *linting) tell(line int, format string, args ...any) {
	l.problems = append(l.problems, Problem{l.book.Name + ".md", line, fmt.Sprintf(format, args...)})
}

func (l *linting) block(b *block) {
	isOutput := b.lang == "output"
	if !b.closed {
		l.tell(b.line, "the fence is not closed, and hides all that follows; close it")
	}
	if b.lang == "" {
		l.tell(b.line, "the block names no language; write sh for a step, text for what is none")
	}
	for _, name := range b.unknown {
		if b.step != nil || isOutput {
			l.tell(b.line, `unknown attribute %q; want id=NAME, manual="reason" or destructive`, name)
		}
	}
	switch own := b.id != "" || b.destructive; {
	case isOutput && b.step == nil:
		l.tell(b.line, "the output block is not right below a step; put it there, or call it text")
	case own && (isOutput || b.step == nil):
		l.tell(b.line, "the block has attributes of a step and is none; a step is sh, bash, shell or console")
	}
}

// misread is what people write for a placeholder, and a shell takes for redirections.
var misread = regexp.MustCompile(`<[A-Za-z][A-Za-z0-9_]*(?:[ _-][A-Za-z0-9_]+)*>`)

func (l *linting) placeholders(s *Step) {
	if s.Manual != "" {
		return
	}
	for _, name := range s.Placeholders {
		if l.in.Scenarios != nil && !l.bound(s, name) {
			l.tell(s.Line, "step %s: no scenario that carries it out binds <%s>, which a shell reads as a redirection; say 'bind %s VALUE' there", s.ID, name, name)
		}
	}
	for _, at := range misread.FindAllStringIndex(s.Block, -1) {
		text := s.Block[at[0]:at[1]]
		if !placeholder.MatchString(text) && (at[0] == 0 || s.Block[at[0]-1] != '<') {
			name := strings.NewReplacer(" ", "-", "_", "-").Replace(strings.ToLower(text))
			l.tell(s.Line, "step %s: %s is no placeholder, and a shell reads it as a redirection; write %s", s.ID, text, name)
		}
	}
}

// bound reports whether a scenario that carries a step out has a value for the name by then.
func (l *linting) bound(s *Step, name string) bool {
	for _, scenario := range l.in.Scenarios {
		for _, u := range scenario.Uses {
			steps, _ := u.steps(l.in.Books)
			uses := slices.ContainsFunc(steps, func(use stepUse) bool { return use.step == s })
			if uses && slices.Contains(u.Bound, name) {
				return true
			}
		}
	}
	return false
}

// stale tells of what a scenario carries out and nobody has reviewed as it is now.
func (l *linting) stale(u *Use) {
	steps, _ := u.steps(l.in.Books) // one that is not there is for coverage to tell
	for _, s := range steps {
		if u.Reviewed == s.digest || s.step.Manual != "" || l.book.Step(s.step.ID) != s.step {
			continue
		}
		line, what := s.step.Line, "step"
		if u.Whole {
			line, what = s.step.Procedure.Line, "procedure"
		}
		why := "changed since it was reviewed as " + u.Reviewed
		if u.Reviewed == "" {
			why = "was never reviewed"
		}
		l.tell(line, "%s %s %s; look at its commands and what %s asserts of them, then write there '%s %s %s'", what, u.Name, why, u.Place(), what, u.Name, s.digest)
		return // the steps of a procedure share its digest
	}
}

func (l *linting) strict(p *Procedure) {
	for _, section := range Sections {
		if !p.Sections[section] {
			l.tell(p.Line, "procedure %s has no %s; add it, as a heading or a bold word", p.ID, section)
		}
	}
	if p.Severity == "" || p.ResponseTime == "" {
		l.tell(p.Line, "procedure %s: want its severity and response time right below the heading: **Severity:** high · **Response:** 1 hour", p.ID)
	}
}
