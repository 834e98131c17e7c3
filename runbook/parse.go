package runbook

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// SyntaxError is what can't be read in a runbook or a scenario.
type SyntaxError struct {
	File string
	Line int
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// markdown reads tables too: a severity may stand in one.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table))

// Parse reads a runbook. Its errors are *[SyntaxError], all of them, joined; the book that
// comes with them is what could be read.
func Parse(name string, src []byte) (*Book, error) {
	p := &parsing{
		file: name + ".md", book: &Book{Name: name, Digest: FileDigest(src), anchors: map[string]bool{}},
		slugs: map[string]int{}, stepLines: map[string]int{},
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff")) // or the first heading is none
	// A shell would take the carriage return for part of the last word.
	p.src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	p.lines = lineStarts(p.src)
	p.refuseHidden()
	p.refuseDeep()
	p.refuseLarge()
	if len(p.errs) > 0 {
		return p.book, errors.Join(p.errs...)
	}
	document := markdown.Parser().Parse(text.NewReader(p.src))
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		return p.visit(n), nil
	})
	for s := range p.book.steps {
		s.seal() // an output block below it is part of it
	}
	return p.book, errors.Join(p.errs...)
}

type parsing struct {
	file  string
	src   []byte
	lines []int // where each begins
	book  *Book
	errs  []error

	open      []*heading     // those that what comes next is under, the deepest last
	slugs     map[string]int // how often each was made
	stepLines map[string]int // of the ids of steps
}

func (p *parsing) refuse(line int, format string, args ...any) {
	p.errs = append(p.errs, &SyntaxError{p.file, line, fmt.Sprintf(format, args...)})
}

func lineStarts(src []byte) []int {
	starts := []int{0}
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// line returns the number, from 1, of the line that an offset is in.
func (p *parsing) line(offset int) int {
	return sort.SearchInts(p.lines, offset+1)
}

// refuseHidden refuses characters that a reader does not see, or sees elsewhere than they are:
// the block that is carried out must be the one that was read.
func (p *parsing) refuseHidden() {
	for i := 0; i < len(p.src); {
		r, size := utf8.DecodeRune(p.src[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			p.refuse(p.line(i), "it is not UTF-8 at byte %d; write it as UTF-8", i)
			return
		case r < 0x20 && r != '\n' && r != '\t', r >= 0x7f && r < 0xa0,
			r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			p.refuse(p.line(i), "U+%04X is a character that readers don't see; take it out", r)
		}
		i += size
	}
}

func (p *parsing) visit(n ast.Node) ast.WalkStatus {
	switch n := n.(type) {
	case *ast.Heading:
		p.heading(n)
	case *ast.FencedCodeBlock:
		p.fence(n)
	case *ast.HTMLBlock:
		p.comment(n.Lines().Value(p.src))
		p.html(n.Lines().Value(p.src))
	case *ast.RawHTML:
		p.html(n.Segments.Value(p.src))
	case *ast.Link:
		p.link(n, string(n.Destination))
	case *ast.Image:
		p.link(n, string(n.Destination))
	case *ast.Emphasis:
		p.boldSection(n)
	}
	p.facts(n)
	return ast.WalkContinue
}

func (p *parsing) comment(html []byte) {
	inner, isComment := strings.CutPrefix(strings.TrimSpace(string(html)), "<!--")
	inner, ends := strings.CutSuffix(inner, "-->")
	if isComment && ends && strings.Join(strings.Fields(inner), " ") == "runbook: strict" {
		p.book.Strict = true
	}
}
