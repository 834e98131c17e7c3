package golden

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// A golden's file holds the lines of its trace as JSON values one after the other, each indented
// to a scalar a line, so that a changed field is a changed line. There is one rendering only: what
// is read is rendered again and must come out the same, spaces and all.

// maxIndent is the deepest level that is indented further than the one before: without it, a file
// could take the square of its trace's size.
const maxIndent = 32

var indentation = strings.Repeat("  ", maxIndent)

// renderTrace writes t as a golden's file.
func renderTrace(w io.Writer, t *Trace) error {
	out := bufio.NewWriter(w)
	for line, err := range t.Lines() {
		if err != nil {
			return err
		}
		renderLine(out, line)
	}
	return out.Flush()
}

// renderLine writes a value in canonical form, indented. The writer keeps its first error.
func renderLine(w *bufio.Writer, line []byte) {
	depth := 0
	newLine := func() {
		w.WriteByte('\n')
		w.WriteString(indentation[:2*min(depth, maxIndent)])
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch c {
		case '"':
			s := scanner{src: line, pos: i}
			s.str()
			w.Write(line[i:s.pos])
			i = s.pos - 1
		case '{', '[':
			w.WriteByte(c)
			if next := line[i+1]; next == '}' || next == ']' {
				w.WriteByte(next)
				i++
				continue
			}
			depth++
			newLine()
		case '}', ']':
			depth--
			newLine()
			w.WriteByte(c)
		case ',':
			w.WriteByte(c)
			newLine()
		case ':':
			w.WriteString(": ")
		default:
			w.WriteByte(c)
		}
	}
	w.WriteByte('\n')
}

// readRendered reads a golden's file. Errors are those of [ReadTrace], and [*FormatError] with the
// file's line where its bytes are not those that renderTrace writes. The caller closes the trace.
func readRendered(file io.ReadSeeker) (*Trace, error) {
	lines := newLineReader(file)
	// The file is the user's own: what it holds was built within a limit already.
	trace, err := ReadTrace(&unindenter{in: lines}, Digest{}, BuildOptions{MaxEvent: math.MaxInt})
	lines.release()
	var format *FormatError
	if errors.As(err, &format) {
		return nil, fileError(file, format)
	}
	if err != nil {
		return nil, err
	}
	if _, err = file.Seek(0, io.SeekStart); err == nil {
		err = compareRendered(trace, file)
	}
	if err != nil {
		trace.Close()
		return nil, err
	}
	return trace, nil
}

// fileError moves an error from a line of the trace to the line of the file where the value begins
// that became it.
func fileError(file io.ReadSeeker, err *FormatError) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	lines := newLineReader(file)
	defer lines.release()
	start, line := 1, []byte(nil)
	for n, value := 1, 1; value < err.Line; n++ {
		var readErr error
		if line, readErr = lines.appendLine(line[:0], math.MaxInt); readErr != nil {
			break
		}
		if string(line) == valueEnd {
			start, value = n+1, value+1
		}
	}
	return &FormatError{Line: start, Reason: "the value that begins here: " + err.Reason}
}

// valueEnd is the line that ends a value: the others are indented, or begin one.
const valueEnd = "}\n"

// unindenter reads a golden's file as the lines of its trace. It only takes away what renderLine
// puts between tokens; whether that was there, compareRendered sees.
type unindenter struct {
	in   *lineReader
	line []byte // as read
	rest []byte // of it, to be given
}

func (u *unindenter) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		var err error
		if u.line, err = u.in.appendLine(u.line[:0], math.MaxInt); err != nil {
			return 0, err
		}
		u.rest = unindent(u.line)
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// unindent takes the indentation, the space after a key, and the line feed away, but for the line
// feed after a value.
func unindent(line []byte) []byte {
	if string(line) == valueEnd {
		return line
	}
	line = bytes.TrimLeft(line[:len(line)-1], " ")
	s := scanner{src: line}
	if s.str() && s.literal(": ") {
		copy(line[1:s.pos], line[:s.pos-1]) // over the space
		return line[1:]
	}
	return line
}

// compareRendered reports where file is not the rendering of t.
func compareRendered(t *Trace, file io.Reader) error {
	c := comparer{want: bufio.NewReader(file), line: 1}
	if err := renderTrace(&c, t); err != nil {
		return err
	}
	if _, err := c.want.ReadByte(); err == nil {
		return &FormatError{Line: c.line, Reason: "more data after the end"}
	} else if err != io.EOF {
		return err
	}
	return nil
}

// comparer is a writer that refuses what is not what it reads.
type comparer struct {
	want *bufio.Reader
	line int
}

func (c *comparer) Write(p []byte) (int, error) {
	for n, got := range p {
		want, err := c.want.ReadByte()
		if err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		if err != nil || want != got {
			return n, &FormatError{Line: c.line, Reason: fmt.Sprintf("want %q here, as rendered: white space was changed", got)}
		}
		if got == '\n' {
			c.line++
		}
	}
	return len(p), nil
}
