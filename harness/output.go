package harness

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/shadowrun/shadowrun/golden"
)

// output reads a command's output as events. Output that breaks its format becomes a fault
// event, which says how, and is then kept as text.
type output struct {
	builder   *golden.Builder
	format    golden.Output
	maxEvents int
	line      int // of the output, from 1: the one that comes next
	held      []byte
	message   string // of the first fault, for people
}

// blockSize is how much of an output of format bytes is one event, in bytes.
const blockSize = 4096

// write takes the next bytes of the output.
func (o *output) write(chunk []byte) error {
	switch o.format {
	case golden.OutputJSON:
		o.held = append(o.held, chunk...)
		return nil
	case golden.OutputBytes:
		return o.split(chunk, func(held []byte) int {
			if len(held) < blockSize {
				return 0
			}
			return blockSize
		})
	default:
		return o.split(chunk, func(held []byte) int { return bytes.IndexByte(held, '\n') + 1 })
	}
}

// split cuts units off what is held, as many as there are; next gives a unit's length or 0.
func (o *output) split(chunk []byte, next func([]byte) int) error {
	rest := chunk
	if len(o.held) > 0 {
		o.held = append(o.held, chunk...)
		rest = o.held
	}
	for n := next(rest); n > 0; n = next(rest) {
		if err := o.unit(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	o.held = append(o.held[:0], rest...)
	return nil
}

// close takes the end of the output.
func (o *output) close() error {
	if o.format == golden.OutputJSON {
		return o.document()
	}
	if len(o.held) == 0 {
		return nil
	}
	return o.unit(o.held)
}

func (o *output) unit(unit []byte) error {
	o.line++
	if o.builder.Events() >= o.maxEvents {
		return &limitError{fmt.Sprintf("output: more than %d events (max_events)", o.maxEvents)}
	}
	switch o.format {
	case golden.OutputJSONL:
		return o.jsonLine(unit)
	case golden.OutputBytes:
		value := append([]byte(`{"base64":"`), base64.StdEncoding.EncodeToString(unit)...)
		return o.builder.Add(golden.KindOut, "", append(value, `"}`...))
	default:
		return o.builder.AddText(golden.KindOut, "", string(unit))
	}
}

func (o *output) jsonLine(line []byte) error {
	err := o.builder.Add(golden.KindOut, "", line)
	var bad *golden.SyntaxError
	if !errors.As(err, &bad) {
		return err
	}
	if err := o.fault(bad, o.line, bad.Column); err != nil {
		return err
	}
	return o.builder.AddText(golden.KindOut, "", string(line))
}

func (o *output) document() error {
	err := o.builder.Add(golden.KindOut, "", o.held)
	var bad *golden.SyntaxError
	if !errors.As(err, &bad) {
		return err
	}
	if err := o.fault(bad, bad.Line, bad.Column); err != nil {
		return err
	}
	o.format = golden.OutputText
	for line := range bytes.Lines(o.held) {
		if err := o.unit(line); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) fault(bad *golden.SyntaxError, line, column int) error {
	if o.message == "" {
		o.message = fmt.Sprintf("output is not %s: line %d, column %d: %s", o.format, line, column, bad.Reason)
		if len(o.held) == 0 && o.line == 0 {
			o.message = fmt.Sprintf("output is empty; want %s", o.format)
		}
	}
	// Not the reason: it is the JSON library's wording, and its next version may word it otherwise.
	value := fmt.Appendf(nil, `{"column":%d,"format":%q,"line":%d}`, column, o.format, line)
	return o.builder.Add(golden.KindFault, "", value)
}
