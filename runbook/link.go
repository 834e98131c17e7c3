package runbook

import "github.com/yuin/goldmark/ast"

// link is where a book points to.
type link struct {
	target string
	line   int
}

func (p *parsing) link(n ast.Node, target string) {
	p.book.links = append(p.book.links, link{target, p.line(start(n))})
}

// start returns where a node begins in the source: its first text, or else the block it is in.
func start(n ast.Node) int {
	for below := n.FirstChild(); below != nil; below = below.FirstChild() {
		if text, ok := below.(*ast.Text); ok {
			return text.Segment.Start
		}
	}
	for ; n != nil; n = n.Parent() {
		if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
	}
	return 0
}
