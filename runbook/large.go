package runbook

import "bytes"

// What the parser is given. Its time grows with the square of the marks in a paragraph that open or close something, and of a
// table's columns: 156,000 stars and underscores in one took it 150 s, a table of 3,000 columns 6 s. Nobody writes that.
const (
	largest = 1 << 20 // bytes of a file
	marked  = 3000    // marks in lines that follow each other, none of them empty
	widest  = 50      // columns of a table
)

// refuseLarge refuses what is larger, before it is parsed.
func (p *parsing) refuseLarge() {
	if len(p.src) > largest {
		p.refuse(p.line(largest), "the file is larger than %d KiB; make several runbooks of it", largest>>10)
		return
	}
	marks := 0
	for i, line := range bytes.Split(p.src, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			marks = 0
		}
		marks += marksOf(line)
		switch {
		case marks > marked:
			p.refuse(i+1, "more than %d stars, underscores and brackets stand here without an empty line between them; put some in", marked)
			return
		case columnsOf(line) > widest:
			p.refuse(i+1, "the table has more than %d columns; make several of it", widest)
			return
		}
	}
}

// marksOf counts what may begin or end emphasis or a link.
func marksOf(line []byte) int {
	n := 0
	for _, c := range line {
		switch c {
		case '*', '_', '[', ']':
			n++
		}
	}
	return n
}

// columnsOf returns how many columns a line makes a table have, if it is the one below its head: nothing but
// dashes, bars and colons. Of any other it is 0.
func columnsOf(line []byte) int {
	if len(bytes.Trim(line, "|:-> \t")) > 0 {
		return 0
	}
	return bytes.Count(bytes.Trim(line, "|> \t"), []byte("|")) + 1
}
