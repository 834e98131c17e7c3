package golden

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A line of a trace has one spelling only, so it is read by comparing it with that spelling:
// an unknown, repeated, misspelt or misplaced field can't pass, whatever a JSON library allows.

// ParseHeader reads the first line of a trace, without its line feed.
func ParseHeader(line []byte) (Header, error) {
	l := lineScanner{scanner: scanner{src: line}}
	var h Header
	l.expect(`{"canonical":`)
	if form := l.text(); l.err == nil && form != Canonical {
		return h, fmt.Errorf("header: canonical form %q: this build reads %q only", form, Canonical)
	}
	if l.literal(`,"command":[`) {
		h.Command = l.list()
	}
	l.expect(`,"format":`)
	if format := l.text(); l.err == nil && format != Format {
		return h, fmt.Errorf("header: format %q: this build reads %q only", format, Format)
	}
	l.expect(`,"output":`)
	h.Output = Output(l.text())
	l.expect(`,"seed":`)
	h.Seed = l.uint()
	l.expect(`,"workflow":`)
	h.Workflow = l.text()
	l.expect(`}`)
	l.end()
	if l.err == nil && !h.Output.known() {
		l.err = fmt.Errorf("unknown output %q", h.Output)
	}
	return h, l.wrap("header")
}

// ParseEvent reads a line between the first and the last, without its line feed. The event's
// value is a part of line.
func ParseEvent(line []byte) (Event, error) {
	l := lineScanner{scanner: scanner{src: line}}
	var e Event
	l.expect(`{"kind":`)
	e.Kind = Kind(l.text())
	if l.literal(`,"name":`) {
		if e.Name = l.text(); e.Name == "" {
			l.fail("an empty name, which is left out")
		}
	}
	l.expect(`,"value":`)
	start := l.pos
	if l.err == nil && !l.value(0) { // as deep as AppendCanonical takes it
		l.fail("a value that is not in canonical form")
	}
	e.Value = line[start:l.pos:l.pos]
	l.expect(`}`)
	l.end()
	if l.err == nil && !e.Kind.known() {
		l.err = fmt.Errorf("unknown kind %q", e.Kind)
	}
	return e, l.wrap("event")
}

// ParseEnd reads the last line of a trace, without its line feed.
func ParseEnd(line []byte) (End, error) {
	l := lineScanner{scanner: scanner{src: line}}
	var e End
	l.expect(endPrefix)
	if l.literal(`"error":`) {
		e.Error = l.text()
		l.expect(`,`)
	}
	l.expect(`"events":`)
	e.Events = l.int()
	if l.literal(`,"exit":`) {
		e.Exit = l.int()
	}
	if l.literal(`,"signal":`) {
		e.Signal = l.text()
	}
	l.expect(`,"status":`)
	e.Status = Status(l.text())
	l.expect(`}}`)
	l.end()
	if l.err == nil && !e.Status.known() {
		l.err = fmt.Errorf("unknown status %q", e.Status)
	}
	if l.err == nil && string(appendEnd(nil, e)) != string(line) {
		l.err = fmt.Errorf("a zero or empty field, which is left out")
	}
	return e, l.wrap("end")
}

// endPrefix tells the last line from an event.
const endPrefix = `{"end":{`

// lineScanner reads a line of known spelling. After the first error it reads nothing.
type lineScanner struct {
	scanner
	err error
}

func (l *lineScanner) fail(found string) {
	if l.err == nil {
		l.err = fmt.Errorf("column %d: %s", l.pos+1, found)
	}
}

func (l *lineScanner) expect(text string) {
	if l.err == nil && !l.literal(text) {
		l.fail("want " + text)
	}
}

func (l *lineScanner) literal(text string) bool { return l.err == nil && l.scanner.literal(text) }

func (l *lineScanner) end() {
	if l.err == nil && !l.done() {
		l.fail("more than one value")
	}
}

func (l *lineScanner) wrap(line string) error {
	if l.err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", line, l.err)
}

// text reads a string.
func (l *lineScanner) text() string {
	start := l.pos
	if l.err != nil {
		return ""
	}
	if !l.str() {
		l.fail("want a string in canonical form")
		return ""
	}
	quoted := l.src[start:l.pos]
	if !strings.Contains(string(quoted), `\`) {
		return string(quoted[1 : len(quoted)-1])
	}
	text, _ := jsontext.AppendUnquote(nil, quoted)
	return string(text)
}

// list reads the strings of an array whose bracket has been read.
func (l *lineScanner) list() []string {
	texts := []string{}
	if l.literal(`]`) {
		return texts
	}
	for l.err == nil {
		texts = append(texts, l.text())
		if l.literal(`]`) {
			break
		}
		l.expect(`,`)
	}
	return texts
}

func (l *lineScanner) digitsText() string {
	start := l.pos
	if l.err != nil {
		return ""
	}
	l.literal("-")
	if !l.digits() {
		l.fail("want an integer")
	}
	return string(l.src[start:l.pos])
}

// uint reads a decimal number of 64 bits without a sign.
func (l *lineScanner) uint() uint64 {
	text := l.digitsText()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != text {
		l.fail("want an integer from 0 to 2^64-1")
	}
	return n
}

func (l *lineScanner) int() int {
	text := l.digitsText()
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text {
		l.fail("want an integer")
	}
	return n
}
