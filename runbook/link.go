package runbook

import (
	"errors"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

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

var htmlAnchor = regexp.MustCompile(`\b(?:id|name)="([^"]+)"`)

// html keeps the anchors that HTML among the Markdown makes.
func (p *parsing) html(text []byte) {
	for _, m := range htmlAnchor.FindAllSubmatch(text, -1) {
		p.book.anchors[string(m[1])] = true
	}
}

// link tells of a link that leads nowhere. What leads elsewhere than to files is not followed.
func (l *linting) link(to link) {
	u, err := url.Parse(to.target)
	if err != nil {
		l.tell(to.line, "the link %q is none: %v", to.target, err)
		return
	}
	if u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/") {
		return
	}
	anchors, there := l.anchors(u.Path)
	switch {
	case !there:
		l.tell(to.line, "the link to %s is dead: there is no such file", to.target)
	case u.Fragment != "" && anchors != nil && !anchors[u.Fragment]:
		l.tell(to.line, "the link to %s is dead: no heading there has this anchor", to.target)
	}
}

// anchors returns those of the file of a path, nil where they aren't known, and whether it is
// there as far as can be told.
func (l *linting) anchors(file string) (map[string]bool, bool) {
	if file == "" {
		return l.book.anchors, true
	}
	for _, b := range l.in.Books {
		if path.Clean(file) == b.Name+".md" {
			return b.anchors, true
		}
	}
	if l.in.Read == nil {
		return nil, true
	}
	src, err := l.in.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil || path.Ext(file) != ".md" {
		return nil, true
	}
	b, _ := Parse(file, src) // it need not be a runbook
	return b.anchors, true
}
