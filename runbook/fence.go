package runbook

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// block is a fenced block of any kind.
type block struct {
	info
	node   *ast.FencedCodeBlock
	line   int // of the fence
	text   string
	closed bool
	step   *Step // nil: it is none
}

var shells = []string{"sh", "bash", "shell", "console"}

func (p *parsing) fence(n *ast.FencedCodeBlock) {
	b := &block{node: n, line: p.line(n.Pos()), text: string(n.Lines().Value(p.src)), closed: p.closed(n)}
	if n.Info != nil {
		var err error
		if b.info, err = parseInfo(string(n.Info.Segment.Value(p.src))); err != nil {
			p.refuse(b.line, "%v", err)
		}
	}
	before := p.lastBlock()
	p.book.blocks = append(p.book.blocks, b)
	switch {
	case b.lang == "output":
		p.output(b, before)
	case slices.Contains(shells, b.lang) || b.manual != "":
		p.step(b)
	}
}

func (p *parsing) lastBlock() *block {
	if len(p.book.blocks) == 0 {
		return nil
	}
	return p.book.blocks[len(p.book.blocks)-1]
}

func (p *parsing) step(b *block) {
	at := p.current()
	if at == nil {
		p.refuse(b.line, "a step under no heading belongs to no procedure; put a heading above it")
		return
	}
	proc := at.procedure
	s := &Step{ID: b.id, Procedure: proc, Line: b.line, Lang: b.lang, Block: b.text, Manual: b.manual, Destructive: b.destructive}
	if b.lang == "console" {
		s.Block, s.Expect = session(b.text)
	}
	switch hidden := strings.IndexFunc(s.Block, isMisread); {
	case strings.TrimSpace(s.Block) == "":
		p.refuse(b.line, "%s", emptyStep(b.lang))
		return
	case hidden >= 0:
		r, _ := utf8.DecodeRuneInString(s.Block[hidden:])
		p.refuse(b.line, "U+%04X in the step is no blank to a shell, and readers can't tell; write a blank, or take it out", r)
	case s.Expect != "" && !canFail(s.Expect):
		p.refuse(b.line, "what the step prints may be anything; write what tells a good output from a bad one, or take it out")
	}
	if len(proc.Steps) == 0 {
		if proc.ID == "" {
			p.refuse(proc.Line, "the heading has no letters to make an id of; end it with {#id}")
		}
		p.book.Procedures = append(p.book.Procedures, proc)
	}
	proc.Steps = append(proc.Steps, s)
	if s.ID == "" {
		s.ID = fmt.Sprintf("%s.%d", proc.ID, len(proc.Steps))
	}
	if line, taken := p.stepLines[s.ID]; taken {
		p.refuse(b.line, "step id %q is the one of the step in line %d; give it one of its own", s.ID, line)
	} else {
		p.stepLines[s.ID] = b.line
	}
	s.Placeholders = placeholderNames(s.Block)
	b.step = s
}

// isMisread tells of characters that look like a blank, or like nothing, and are neither to a
// shell.
func isMisread(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Z, r) && r != ' '
}

func emptyStep(lang string) string {
	if lang == "console" {
		return `a console block without a command; begin a command's line with "$ "`
	}
	return "a step without a command; write one, or take the block out"
}

// output makes a block the expected output of the step right before it.
func (p *parsing) output(b, before *block) {
	switch {
	case before == nil || before.step == nil || b.node.PreviousSibling() != ast.Node(before.node):
		return // for lint to tell
	case before.step.Expect != "":
		p.refuse(b.line, "step %s shows its output already; keep one of the two", before.step.ID)
	case !canFail(b.text):
		p.refuse(b.line, "an output block that expects nothing; write what tells a good output from a bad one, or take it out")
	default:
		before.step.Expect = b.text
		b.step = before.step
	}
}

// session takes a console block apart: what is typed, and what is printed. A line that ends
// in a backslash goes on in the next, which may begin with the shell's "> ".
func session(text string) (typed, printed string) {
	var in, out strings.Builder
	goesOn := false
	for line := range strings.Lines(text) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		if goesOn && !isCommand {
			command, isCommand = strings.TrimPrefix(line, "> "), true
		}
		if !isCommand {
			out.WriteString(line)
			continue
		}
		in.WriteString(command)
		goesOn = strings.HasSuffix(strings.TrimRight(command, "\n"), `\`)
	}
	return in.String(), out.String()
}

var fenceMarks = regexp.MustCompile("^(`+|~+)[ \t]*$")

// closed reports whether a block has its closing fence. One that has not reaches to the end of
// what it is in, and hides all that follows there.
func (p *parsing) closed(n *ast.FencedCodeBlock) bool {
	open := p.textOfLine(p.line(n.Pos()))
	if n.Info != nil {
		open = p.src[p.lines[p.line(n.Pos())-1]:n.Info.Segment.Start]
	}
	opening := bytes.TrimLeft(bytes.TrimRight(open, " \t"), " \t>")
	marks := len(opening) - len(bytes.TrimRight(opening, "`~"))
	last := p.textOfLine(p.line(n.Pos()) + n.Lines().Len() + 1)
	closing := fenceMarks.FindSubmatch(bytes.TrimLeft(last, " \t>"))
	return closing != nil && len(closing[1]) >= marks
}

// textOfLine returns a line without its end, or nothing where there is none of this number.
func (p *parsing) textOfLine(number int) []byte {
	if number > len(p.lines) {
		return nil
	}
	line, _, _ := bytes.Cut(p.src[p.lines[number-1]:], []byte("\n"))
	return line
}
