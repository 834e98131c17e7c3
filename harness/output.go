package harness

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/shadowrun/shadowrun/golden"
)

// output reads a command's output as events, without what is to be redacted. Output that breaks
// its format becomes a fault event, which says where, and is then kept as text.
type output struct {
	builder   *golden.Builder
	format    golden.Output
	maxEvents int
	source    string // where the output is read from, for people
	redact    redactor
	write     func(chunk []byte) error // takes the next bytes of the output
	flush     func() error

	line    int    // of the output, from 1: the one that comes next
	held    []byte // of a unit that is not whole yet
	message string // of the first fault, for people
}

func newOutput(b *golden.Builder, w WorkflowConfig, redact redactor) *output {
	o := &output{builder: b, format: w.Output, maxEvents: w.MaxEvents, source: "output", redact: redact}
	if w.Trace == "file" {
		o.source = "SHADOWRUN_TRACE"
	}
	switch o.format {
	case golden.OutputJSON: // redacted as a whole: a mask in the place of a number would not be JSON
		o.write, o.flush = o.hold, func() error { return nil }
	case golden.OutputJSONL: // likewise line by line, but for what goes over several
		o.write, o.flush = redact.spanningLines().stream(o.lines)
	case golden.OutputBytes:
		o.write, o.flush = redact.stream(o.blocks)
	default:
		o.write, o.flush = redact.stream(o.lines)
	}
	return o
}

func (o *output) hold(chunk []byte) error {
	o.held = append(o.held, chunk...)
	return nil
}

func (o *output) lines(chunk []byte) error {
	for {
		n := bytes.IndexByte(chunk, '\n') + 1
		if n == 0 {
			return o.hold(chunk)
		}
		line := chunk[:n]
		if len(o.held) > 0 {
			o.held = append(o.held, line...)
			line = o.held
		}
		if err := o.unit(line); err != nil {
			return err
		}
		o.held, chunk = o.held[:0], chunk[n:]
	}
}

func (o *output) blocks(chunk []byte) error {
	for len(chunk) > 0 {
		n := min(golden.BlockSize-len(o.held), len(chunk))
		o.held, chunk = append(o.held, chunk[:n]...), chunk[n:]
		if len(o.held) < golden.BlockSize {
			return nil
		}
		if err := o.unit(o.held); err != nil {
			return err
		}
		o.held = o.held[:0]
	}
	return nil
}

// close takes the end of the output.
func (o *output) close() error {
	if err := o.flush(); err != nil {
		return err
	}
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
		return &limitError{fmt.Sprintf("%s: more than %d events (max_events)", o.source, o.maxEvents)}
	}
	switch o.format {
	case golden.OutputJSONL:
		broken, text, err := o.value(bytes.TrimSuffix(unit, []byte("\n"))) // a line that ends early ends in this line
		if broken == nil || err != nil {
			return err
		}
		if err := o.fault(broken, o.line); err != nil {
			return err
		}
		return o.builder.AddText(golden.KindOut, "", string(text))
	case golden.OutputBytes:
		return o.builder.Add(golden.KindOut, "", golden.AppendBase64(nil, unit))
	default:
		return o.builder.AddText(golden.KindOut, "", string(unit))
	}
}

// document adds the whole output as one event, or where it is not JSON its lines.
func (o *output) document() error {
	broken, text, err := o.value(o.held)
	if broken == nil || err != nil {
		return err
	}
	if err := o.fault(broken, broken.Line); err != nil {
		return err
	}
	o.format, o.held = golden.OutputText, nil
	for line := range bytes.Lines(text) {
		if err := o.unit(line); err != nil {
			return err
		}
	}
	return nil
}

// value adds an event. Text that is not JSON is returned redacted, with what is wrong with it.
func (o *output) value(text []byte) (broken *golden.SyntaxError, redacted []byte, err error) {
	value := text
	if len(o.redact.secrets) > 0 {
		if value, err = golden.AppendCanonical(nil, text); err == nil {
			value = o.redact.json(value)
			text = value // where two keys have become one
		}
	}
	if err == nil {
		err = o.builder.Add(golden.KindOut, "", value)
	}
	if errors.As(err, &broken) {
		return broken, o.redact.bytes(text), nil
	}
	return nil, nil, err
}

func (o *output) fault(broken *golden.SyntaxError, line int) error {
	if o.message == "" {
		o.message = fmt.Sprintf("%s is not %s: line %d, column %d: %s", o.source, o.format, line, broken.Column, broken.Reason)
		if len(o.held) == 0 && o.line == 0 {
			o.message = fmt.Sprintf("%s is empty; want %s", o.source, o.format)
		}
	}
	// Not the reason: it is the JSON library's wording, and its next version may word it otherwise.
	value := fmt.Appendf(nil, `{"column":%d,"format":%q,"line":%d}`, broken.Column, o.format, line)
	return o.builder.Add(golden.KindFault, "", value)
}
