package golden

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrEventTooLarge is what an event over BuildOptions.MaxEvent is refused with.
var ErrEventTooLarge = errors.New("event is too large")

var errEnded = errors.New("trace has ended: nothing can be added to it")

// BuildOptions bounds the memory that a trace takes. The zero value works.
type BuildOptions struct {
	SpoolDir  string // for a trace that outgrows MaxMemory; "" means os.TempDir()
	MaxMemory int    // of a trace, in bytes, before it goes on in a file; 0 means 1 MiB
	MaxEvent  int    // of a line, in bytes, and of a value as given to Add; 0 means 64 MiB
}

func (o *BuildOptions) fillDefault() {
	if o.MaxMemory <= 0 {
		o.MaxMemory = 1 << 20
	}
	if o.MaxEvent <= 0 {
		o.MaxEvent = 64 << 20
	}
}

// Builder makes a trace, event by event. One goroutine may use it at a time.
type Builder struct {
	header Header
	o      BuildOptions
	lines  spool
	events int
	err    error // what ended it: nothing more is added
}

// NewBuilder starts a trace. A header that can't be written (an unknown output, a workflow or
// a command that is not UTF-8) shows as an error of the first Add or End.
func NewBuilder(h Header, o BuildOptions) *Builder {
	o.fillDefault()
	b := &Builder{header: h, o: o, lines: newSpool(o)}
	if b.err = checkHeader(h); b.err == nil {
		b.lines.buf = append(appendHeader(b.lines.buf, h), '\n')
		b.err = b.lines.accept(0, o.MaxEvent)
	}
	return b
}

func checkHeader(h Header) error {
	if !h.Output.known() {
		return fmt.Errorf("header: unknown output %q", h.Output)
	}
	for _, text := range append([]string{h.Workflow}, h.Command...) {
		if !utf8.ValidString(text) {
			return fmt.Errorf("header: %q is not UTF-8", text)
		}
	}
	return nil
}

// Add adds an event, whose value is any JSON; its canonical form is kept. A name that is not
// UTF-8 has each bad byte replaced by \xff and the like.
//
// A value that is not JSON is a [*SyntaxError], one that is too large [ErrEventTooLarge]; the
// builder is then as it was before, so that a [KindFault] can be added instead. All other errors,
// such as a full disk, are final.
func (b *Builder) Add(kind Kind, name string, value []byte) error {
	if len(value) > b.o.MaxEvent {
		return b.tooLarge(kind, name)
	}
	return b.add(kind, name, func(dst []byte) ([]byte, error) { return AppendCanonical(dst, value) })
}

// AddText adds an event whose value is text as a JSON string, or {"base64":"…"} where text is not
// UTF-8. Its errors are those of [Builder.Add].
func (b *Builder) AddText(kind Kind, name, text string) error {
	if len(text) > b.o.MaxEvent {
		return b.tooLarge(kind, name)
	}
	return b.add(kind, name, func(dst []byte) ([]byte, error) {
		if !utf8.ValidString(text) {
			return AppendBase64(dst, text), nil
		}
		return jsontext.AppendQuote(dst, text)
	})
}

func (b *Builder) add(kind Kind, name string, appendValue func([]byte) ([]byte, error)) error {
	if b.err != nil {
		return b.err
	}
	if !kind.known() {
		return fmt.Errorf("event %d: unknown kind %q", b.events+1, kind)
	}
	mark := len(b.lines.buf)
	line := appendEventStart(b.lines.buf, kind, name)
	line, err := appendValue(line)
	if err != nil {
		return fmt.Errorf("event %d: %s %q: %w", b.events+1, kind, name, err)
	}
	b.lines.buf = append(line, "}\n"...)
	if err := b.lines.accept(mark, b.o.MaxEvent); errors.Is(err, ErrEventTooLarge) {
		return b.tooLarge(kind, name)
	} else if err != nil {
		b.err = err
		return err
	}
	b.events++
	return nil
}

func (b *Builder) tooLarge(kind Kind, name string) error {
	return fmt.Errorf("event %d: %s %q: %w: over %d bytes", b.events+1, kind, name, ErrEventTooLarge, b.o.MaxEvent)
}

// Events returns how many events were added.
func (b *Builder) Events() int { return b.events }

// End ends the trace and returns it; the caller closes it. Events of e is set to how many were
// added. The builder is of no further use.
func (b *Builder) End(e End) (*Trace, error) {
	if b.err != nil {
		return nil, b.err
	}
	e.Events = b.events
	if !e.Status.known() {
		return nil, fmt.Errorf("end: unknown status %q", e.Status)
	}
	mark := len(b.lines.buf)
	b.lines.buf = append(appendEnd(b.lines.buf, e), '\n')
	if err := b.lines.accept(mark, b.o.MaxEvent); err != nil {
		return nil, fmt.Errorf("end: %w", err)
	}
	b.err = errEnded
	return b.lines.trace(b.header, e)
}

// Discard gives up a trace that End has not returned. After End it does nothing.
func (b *Builder) Discard() {
	if b.err != errEnded {
		b.err = errEnded
		b.lines.discard()
	}
}
