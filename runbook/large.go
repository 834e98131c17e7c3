package runbook

import "bytes"

// What the parser is given. Its time grows with the square of a line that is nothing but the beginnings of links, of a
// table's columns, and of other things that nobody writes: 120 KB of [a]( in a line took it 9 s, 24 KB of a table 6 s.
// Within these limits the worst that we know of takes it two or three seconds.
const (
	largest = 256 << 10 // bytes of a file
	longest = 4000      // bytes of a line
	widest  = 50        // columns of a table
)

// refuseLarge refuses what is larger, before it is parsed.
func (p *parsing) refuseLarge() {
	if len(p.src) > largest {
		p.refuse(p.line(largest), "the file is larger than %d KiB; make two runbooks of it", largest>>10)
		return
	}
	for i, line := range bytes.Split(p.src, []byte("\n")) {
		switch {
		case len(line) > longest:
			p.refuse(i+1, "the line has %d bytes, and more than %d are not read; break it into several", len(line), longest)
			return
		case columnsOf(line) > widest:
			p.refuse(i+1, "the table has more than %d columns; make several of it", widest)
			return
		}
	}
}

// columnsOf returns how many columns a line makes a table have, if it is the one below its head: nothing but
// dashes, bars and colons. Of any other it is 0.
func columnsOf(line []byte) int {
	if len(bytes.Trim(line, "|:-> \t")) > 0 {
		return 0
	}
	return bytes.Count(bytes.Trim(line, "|> \t"), []byte("|")) + 1
}
