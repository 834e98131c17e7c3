package runbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
)

// heading is one that steps may be under. It becomes a procedure with its first step.
type heading struct {
	procedure *Procedure
	node      *ast.Heading
	section   int // level of the section that is open below it; 0: none
}

var explicitID = regexp.MustCompile(`\s*\{#([^{}\s]*)\}$`)

func (p *parsing) heading(n *ast.Heading) {
	line := p.line(n.Pos())
	title := strings.TrimSpace(plain(n, p.src))
	id := ""
	if m := explicitID.FindStringSubmatchIndex(title); m != nil {
		id, title = title[m[2]:m[3]], title[:m[0]]
		if !identifier.MatchString(id) {
			p.refuse(line, "{#%s}: an id is letters, digits and ._-", id)
		}
		if p.book.anchors[id] {
			p.refuse(line, "{#%s}: another heading has this id; give it one of its own", id)
		}
	}
	if id == "" {
		id = p.slug(title)
	}
	p.book.anchors[id] = true
	if n.Level == 1 && p.book.Title == "" {
		p.book.Title = title
	}
	p.place(n, &Procedure{ID: id, Title: title, Level: n.Level, Line: line, Sections: map[string]bool{}})
}

// place puts a heading where it belongs: it is a section of the one above it, is below such a
// section, or may be a procedure of its own.
func (p *parsing) place(n *ast.Heading, made *Procedure) {
	for len(p.open) > 0 && p.open[len(p.open)-1].node.Level >= n.Level {
		p.open = p.open[:len(p.open)-1]
	}
	if len(p.open) > 0 {
		above := p.open[len(p.open)-1]
		if section := sectionName(made.Title); section != "" {
			above.section = n.Level
			above.procedure.Sections[section] = true
			return
		}
		if above.section > 0 && n.Level > above.section {
			return
		}
	}
	p.open = append(p.open, &heading{procedure: made, node: n})
}

func (p *parsing) current() *heading {
	if len(p.open) == 0 {
		return nil
	}
	return p.open[len(p.open)-1]
}

func sectionName(text string) string {
	word := strings.ToLower(strings.TrimRight(strings.TrimSpace(text), ":."))
	if slices.Contains(Sections, word) {
		return word
	}
	return ""
}

// boldSection takes a bold word at the beginning of a paragraph for a section's name.
func (p *parsing) boldSection(n *ast.Emphasis) {
	_, paragraph := n.Parent().(*ast.Paragraph)
	_, item := n.Parent().(*ast.TextBlock)
	at := p.current()
	if n.Level != 2 || n.PreviousSibling() != nil || !paragraph && !item || at == nil {
		return
	}
	if section := sectionName(plain(n, p.src)); section != "" {
		at.procedure.Sections[section] = true
	}
}

var fact = regexp.MustCompile(`(?i)\*\*(severity|response(?: time)?):?\*\*:?[ \t]*([^·|*\n]+)`)

// facts reads severity and response time from the paragraph or the table right below a
// procedure's heading.
func (p *parsing) facts(n ast.Node) {
	at := p.current()
	if at == nil || n.PreviousSibling() != ast.Node(at.node) {
		return
	}
	switch n := n.(type) {
	case *ast.Paragraph:
		for _, m := range fact.FindAllStringSubmatch(string(n.Lines().Value(p.src)), -1) {
			at.procedure.fact(m[1], m[2])
		}
	case *extensionast.Table:
		at.procedure.tableFacts(tableCells(n, p.src))
	}
}

// tableFacts reads a table that names its facts in the first row, or in the first column.
func (proc *Procedure) tableFacts(cells [][]string) {
	for _, row := range cells[1:] {
		for column, text := range row {
			proc.fact(cells[0][column], text)
		}
	}
	for _, row := range cells {
		if len(row) == 2 && factName(cells[0][1]) == "" {
			proc.fact(row[0], row[1])
		}
	}
}

func (proc *Procedure) fact(name, value string) {
	switch factName(name) {
	case "severity":
		proc.Severity = strings.TrimSpace(value)
	case "response":
		proc.ResponseTime = strings.TrimSpace(value)
	}
}

func factName(text string) string {
	switch name := strings.ToLower(strings.TrimRight(strings.TrimSpace(text), ":")); name {
	case "severity":
		return name
	case "response", "response time":
		return "response"
	}
	return ""
}

func tableCells(table *extensionast.Table, src []byte) [][]string {
	var rows [][]string
	for row := table.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, plain(cell, src))
		}
		rows = append(rows, cells)
	}
	return rows
}

// slug returns the anchor that GitHub gives to a heading of this text, and to the next one of
// the same text another.
func (p *parsing) slug(title string) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, title)
	n := p.slugs[slug]
	p.slugs[slug]++
	if n > 0 {
		return fmt.Sprintf("%s-%d", slug, n)
	}
	return slug
}

// plain returns the text of a node without its marks.
func plain(n ast.Node, src []byte) string {
	var text strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				text.Write(n.Segment.Value(src))
				if n.SoftLineBreak() || n.HardLineBreak() {
					text.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				text.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return text.String()
}
