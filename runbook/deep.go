package runbook

import (
	"bytes"
	"regexp"
)

// deepest is how many quotes and lists may stand in each other. The parser takes time that grows with the square of
// them; what a person can follow ends long before.
const deepest = 100

// container is what begins one, in front of what is in it.
var container = regexp.MustCompile(`^[ \t]*(?:>[ \t]?|(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]|$))`)

// refuseDeep refuses a line in which more are nested, before it is parsed.
func (p *parsing) refuseDeep() {
	for i, line := range bytes.Split(p.src, []byte("\n")) {
		depth := 0
		for rest := line; depth <= deepest; depth++ {
			marker := container.Find(rest)
			if marker == nil {
				break
			}
			if depth == 0 {
				depth = columns(line) / 2 // lists of the lines above, which this one stands in
			}
			rest = rest[len(marker):]
		}
		if depth > deepest && !rule(line) {
			p.refuse(i+1, "more than %d quotes and lists stand in each other; take some away", deepest)
			return
		}
	}
}

// rule reports whether a line is one across the page, as - - - is.
func rule(line []byte) bool {
	return len(bytes.Trim(line, "- \t")) == 0 || len(bytes.Trim(line, "* \t")) == 0
}

// columns is how far a line is indented.
func columns(line []byte) int {
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	return len(indent) + 3*bytes.Count(indent, []byte("\t"))
}
