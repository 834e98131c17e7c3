package golden

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrCut is what a trace is refused with that ends before its end.
var ErrCut = errors.New("trace is cut short")

// FormatError says which line of a trace is not in its one spelling.
type FormatError struct {
	Line   int // from 1, the header's
	Reason string
}

func (e *FormatError) Error() string { return fmt.Sprintf("trace: line %d: %s", e.Line, e.Reason) }

// DigestError says that a trace is whole but another than the one asked for.
type DigestError struct{ Want, Got Digest }

func (e *DigestError) Error() string {
	return fmt.Sprintf("trace: digest is %s: want %s", e.Got, e.Want)
}

// ReadTrace reads the lines of a trace in canonical form, as [Trace.Reader] gives them, and checks
// that they are canonical, that the header is first and the end last and right about the number of
// events, and that the digest is want, unless want is zero. The caller closes the trace.
//
// Its errors are [*FormatError], [ErrCut], [ErrEventTooLarge], [*DigestError], wrapped, and those
// of r and of the spool file.
func ReadTrace(r io.Reader, want Digest, o BuildOptions) (*Trace, error) {
	o.fillDefault()
	t := traceReader{lines: newLineReader(r), most: o.MaxEvent, spool: newSpool(o)}
	defer t.lines.release()
	trace, err := t.read()
	if err != nil {
		t.spool.discard()
		return nil, err
	}
	if got := trace.Digest(); !want.IsZero() && got != want {
		trace.Close()
		return nil, &DigestError{Want: want, Got: got}
	}
	return trace, nil
}

type traceReader struct {
	lines *lineReader
	spool spool
	most  int // bytes in a line
	line  int // from 1
}

func (t *traceReader) read() (*Trace, error) {
	line, err := t.next()
	if err != nil {
		return nil, err
	}
	header, err := ParseHeader(line)
	if err != nil {
		return nil, t.refuse(err)
	}
	for events := 0; ; events++ {
		if line, err = t.next(); err != nil {
			return nil, err
		}
		if bytes.HasPrefix(line, []byte(endPrefix)) {
			end, err := t.end(line, events)
			if err != nil {
				return nil, err
			}
			return t.spool.trace(header, end)
		}
		if _, err := ParseEvent(line); err != nil {
			return nil, t.refuse(err)
		}
	}
}

// end reads the last line and makes sure that it is the last.
func (t *traceReader) end(line []byte, events int) (End, error) {
	end, err := ParseEnd(line)
	if err != nil {
		return end, t.refuse(err)
	}
	if end.Events != events {
		return end, t.refuse(fmt.Errorf("end: says %d events, after %d", end.Events, events))
	}
	if _, err := t.lines.ReadByte(); err == nil {
		t.line++
		return end, t.refuse(errors.New("more data after the end"))
	} else if err != io.EOF {
		return end, fmt.Errorf("trace: line %d: %w", t.line+1, err)
	}
	return end, nil
}

// next takes a line into the spool and returns it without its line feed. It is valid until
// the next call.
func (t *traceReader) next() ([]byte, error) {
	t.line++
	mark := len(t.spool.buf)
	buf, err := t.lines.appendLine(t.spool.buf, t.most)
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return nil, fmt.Errorf("%w: it ends in line %d, before its end", ErrCut, t.line)
	case err != nil:
		return nil, fmt.Errorf("trace: line %d: %w", t.line, err)
	}
	line := buf[mark : len(buf)-1]
	t.spool.buf = buf
	if err := t.spool.accept(mark, t.most); err != nil {
		return nil, fmt.Errorf("trace: line %d: %w", t.line, err)
	}
	return line, nil
}

func (t *traceReader) refuse(err error) error { return &FormatError{Line: t.line, Reason: err.Error()} }

// lineReader reads lines of any length.
type lineReader struct{ bufio.Reader }

var lineReaders = sync.Pool{New: func() any { return &lineReader{} }}

func newLineReader(r io.Reader) *lineReader {
	l := lineReaders.Get().(*lineReader)
	l.Reset(r)
	return l
}

func (l *lineReader) release() {
	l.Reset(nil)
	lineReaders.Put(l)
}

// appendLine appends a line with its line feed to dst. It returns io.EOF where no line begins,
// io.ErrUnexpectedEOF where one begins but does not end, and ErrEventTooLarge for one of more than
// most bytes, of which it has then read little more than that.
func (l *lineReader) appendLine(dst []byte, most int) ([]byte, error) {
	mark := len(dst)
	for {
		part, err := l.ReadSlice('\n')
		dst = append(dst, part...)
		switch {
		case len(dst)-mark > most:
			return dst, fmt.Errorf("%w: over %d bytes", ErrEventTooLarge, most)
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(dst) > mark:
			return dst, io.ErrUnexpectedEOF
		}
		return dst, err
	}
}
