package replay

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
)

// Format says how the bytes of a document are read.
type Format string

const (
	// JSON is one value.
	JSON Format = "json"
	// JSONLines is a value a line, compared as an array of them: the path of an event's field
	// is its index, from 0, and then the field's. Empty lines do not count.
	JSONLines Format = "jsonl"
	// Text is UTF-8, compared as an array of lines: what stands between line feeds, so that
	// text with a final line feed has an empty last line and text without has not. A carriage
	// return belongs to its line.
	Text Format = "text"
)

// Side is one of the two documents of a comparison.
type Side string

const (
	Want Side = "first"  // the golden
	Got  Side = "second" // the replay
)

// A DocumentError says which document could not be read, and where.
type DocumentError struct {
	Side         Side
	Line, Column int // from 1; 0 if the document, or the line, as a whole is meant
	Reason       string
}

func (e *DocumentError) Error() string {
	switch {
	case e.Line == 0:
		return fmt.Sprintf("%s document: %s", e.Side, e.Reason)
	case e.Column == 0:
		return fmt.Sprintf("%s document, line %d: %s", e.Side, e.Line, e.Reason)
	}
	return fmt.Sprintf("%s document, line %d, column %d: %s", e.Side, e.Line, e.Column, e.Reason)
}

// read brings a document into its canonical form and indexes it.
func read(side Side, src []byte, f Format) (*document, error) {
	if len(src) > math.MaxUint32/6 { // a control character in text takes six bytes in a string
		return nil, &DocumentError{Side: side, Reason: fmt.Sprintf("%d bytes: want at most %d", len(src), math.MaxUint32/6)}
	}
	var text []byte
	var err error
	switch f {
	case JSON:
		text, err = appendValue(make([]byte, 0, len(src)), side, src, 1)
	case JSONLines:
		text, err = appendLines(side, src)
	case Text:
		text, err = appendText(side, src)
	default:
		return nil, fmt.Errorf("format %q: want %s, %s or %s", f, JSON, JSONLines, Text)
	}
	if err != nil {
		return nil, err
	}
	return newDocument(text), nil
}

// appendValue appends the canonical form of the value that starts on a line.
func appendValue(dst []byte, side Side, src []byte, line int) ([]byte, error) {
	dst, err := golden.AppendCanonical(dst, src)
	if syntax := (*golden.SyntaxError)(nil); errors.As(err, &syntax) {
		return nil, &DocumentError{Side: side, Line: line + syntax.Line - 1, Column: syntax.Column, Reason: syntax.Reason}
	}
	return dst, err
}

// appendLines returns JSON Lines as a canonical array.
func appendLines(side Side, src []byte) ([]byte, error) {
	text := append(make([]byte, 0, len(src)+2), '[')
	for number := 1; len(src) > 0; number++ {
		line, rest, _ := bytes.Cut(src, []byte("\n"))
		src = rest
		if len(bytes.Trim(line, " \t\r")) == 0 {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		var err error
		if text, err = appendValue(text, side, line, number); err != nil {
			return nil, err
		}
	}
	return append(text, ']'), nil
}

// appendText returns lines of text as a canonical array of strings.
func appendText(side Side, src []byte) ([]byte, error) {
	text := append(make([]byte, 0, len(src)+len(src)/16+4), '[')
	for number := 1; ; number++ {
		line, rest, more := bytes.Cut(src, []byte("\n"))
		if at := notText(line); at >= 0 {
			return nil, &DocumentError{Side: side, Line: number, Column: at + 1, Reason: fmt.Sprintf(
				"byte 0x%02x is not part of a text in UTF-8: compare it as bytes", line[at])}
		}
		text, _ = jsontext.AppendQuote(text, line)
		if !more {
			return append(text, ']'), nil
		}
		text, src = append(text, ','), rest
	}
}

// notText returns where a line stops being text, or -1.
func notText(line []byte) int {
	if at := bytes.IndexByte(line, 0); at >= 0 {
		return at
	}
	if utf8.Valid(line) {
		return -1
	}
	for at := 0; ; {
		r, size := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
}
