package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// SyntaxError says where and why bytes are not JSON that has a canonical form.
type SyntaxError struct {
	Offset  int64  // in bytes, from 0
	Line    int    // from 1
	Column  int    // in bytes, from 1
	Pointer string // RFC 6901, of the value that Offset is in; empty for the whole document
	Reason  string
}

func (e *SyntaxError) Error() string {
	at := fmt.Sprintf("line %d, column %d", e.Line, e.Column)
	if e.Pointer != "" {
		at += ", in " + abridge(e.Pointer)
	}
	return at + ": " + e.Reason
}

// abridge keeps a pointer into a very deep document from filling the screen.
func abridge(pointer string) string {
	const most = 120
	if len(pointer) <= most {
		return pointer
	}
	return fmt.Sprintf("%.*s… (%d bytes)", most, pointer, len(pointer))
}

// locateSyntaxError says what is wrong with src, which is known to have no canonical form.
func locateSyntaxError(src []byte) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(src))
	for {
		if _, err := dec.ReadToken(); err != nil {
			return newSyntaxError(src, err)
		}
		if dec.StackDepth() == 0 {
			break
		}
	}
	end := dec.InputOffset()
	rest := bytes.TrimLeft(src[end:], " \t\r\n")
	return syntaxErrorAt(src, int64(len(src)-len(rest)), "", "more data after the value: want one JSON value")
}

// newSyntaxError puts a decoder's error into words and coordinates of ours.
func newSyntaxError(src []byte, err error) *SyntaxError {
	if err == io.EOF {
		return syntaxErrorAt(src, int64(len(src)), "", "no data: want a JSON value")
	}
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) {
		return syntaxErrorAt(src, int64(len(src)), "", err.Error())
	}
	reason := syntactic.Err.Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		reason = "the document ends in the middle of a value"
	case errors.Is(err, jsontext.ErrDuplicateName):
		reason = "duplicate object key"
	case errors.Is(err, jsontext.ErrNonStringName):
		reason = "object key is not a string"
	case bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) && syntactic.ByteOffset == 0:
		reason = "byte order mark before the value: write UTF-8 without one"
	}
	return syntaxErrorAt(src, syntactic.ByteOffset, string(syntactic.JSONPointer), reason)
}

func syntaxErrorAt(src []byte, offset int64, pointer, reason string) *SyntaxError {
	before := src[:min(offset, int64(len(src)))]
	return &SyntaxError{
		Offset:  offset,
		Line:    bytes.Count(before, []byte("\n")) + 1,
		Column:  len(before) - bytes.LastIndexByte(before, '\n'),
		Pointer: pointer,
		Reason:  reason,
	}
}
