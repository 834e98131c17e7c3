package mutant

import (
	"bytes"
	"fmt"
	"strings"
)

// Mutant is one small change of one file.
type Mutant struct {
	File     string // from harness/pipeline on
	Line     int
	Kind     Kind
	N        int    // counts those of a kind that begin in one line, from 1
	Function string // that it is in, or the variable; a method is Type.Name

	start, end int      // the bytes that give way
	with       string   // to these
	before     []string // the lines that lead to it
	old, new   []string
}

// Kind is what was changed.
type Kind string

// The kinds. Cell, Row and Element are those of tables; a guard is an if that only leaves.
const (
	Negate     Kind = "negate"     // a comparison is turned round, a ! is left out
	Boundary   Kind = "boundary"   // a comparison is stricter or laxer by one, a number one more or less
	Logic      Kind = "logic"      // && is || and || is &&
	Arithmetic Kind = "arithmetic" // + is -, and so on
	Boolean    Kind = "boolean"    // true is false
	Constant   Kind = "constant"   // a named constant is the next of its type
	NilError   Kind = "nil-error"  // an error that is returned is nil
	Drop       Kind = "drop"       // a statement is left out
	Guard      Kind = "guard"      // a condition under which a function leaves is left out
	Case       Kind = "case"       // a case is left out
	Element    Kind = "element"    // an element of a list, a map or a struct is left out
	Row        Kind = "row"        // a row of the transition table is left out
	Cell       Kind = "cell"       // a row's list is shorter by one, or its target another
)

// ID names the mutant in this version of the sources.
func (m Mutant) ID() string { return fmt.Sprintf("%s:%d:%s:%d", m.File, m.Line, m.Kind, m.N) }

// Apply is the mutated source.
func (m Mutant) Apply(source []byte) []byte {
	return bytes.Join([][]byte{source[:m.start], source[m.end:]}, []byte(m.with))
}

// Block is the mutant as an explanation has it: by content, so that it outlives a change of lines elsewhere.
func (m Mutant) Block() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s %s: %s\n\n```diff\n", m.File, m.Function, m.Kind)
	for _, line := range m.before {
		fmt.Fprintf(&b, " %s\n", line)
	}
	for _, line := range m.old {
		fmt.Fprintf(&b, "-%s\n", line)
	}
	for _, line := range m.new {
		fmt.Fprintf(&b, "+%s\n", line)
	}
	return b.String() + "```\n"
}

// leading is how many lines tell one "return err" of a function from the next.
const leading = 2

// describe sets the lines that change, as they were and as they are.
func (m *Mutant) describe(source []byte) {
	from := bytes.LastIndexByte(source[:m.start], '\n') + 1
	to := len(source)
	if i := bytes.IndexByte(source[m.end:], '\n'); i >= 0 {
		to = m.end + i
	}
	m.before = trimmed(string(source[:from]))
	m.before = m.before[max(0, len(m.before)-leading):]
	m.old = trimmed(string(source[from:to]))
	m.new = trimmed(string(source[from:m.start]) + m.with + string(source[m.end:to]))
}

// trimmed is the text's lines that are not empty, without the indentation.
func trimmed(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
