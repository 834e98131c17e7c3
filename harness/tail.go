package harness

import (
	"slices"
	"sync"
)

// tail keeps the end of what processes say, redacted. Several write to it at the same time, each
// through a stream of its own: redacting only what is kept would miss a secret that the cut
// goes through.
type tail struct {
	redact  redactor
	mu      sync.Mutex
	kept    []byte
	flushes []func() error
}

// stream returns a function to write with, until the next flush.
func (t *tail) stream() func(chunk []byte) error {
	write, flush := t.redact.stream(t.write)
	t.flushes = append(t.flushes, flush)
	return write
}

// flush ends all streams, when nobody writes any more.
func (t *tail) flush() {
	for _, flush := range t.flushes {
		flush() // write has no errors
	}
	t.flushes = nil
}

func (t *tail) write(chunk []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, chunk...)
	if over := len(t.kept) - maxStderr; over > 7*maxStderr {
		t.kept = slices.Delete(t.kept, 0, over)
	}
	return nil
}

// bytes returns at most [maxStderr] bytes of the end.
func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept[max(0, len(t.kept)-maxStderr):]
}
