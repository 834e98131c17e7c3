package harness

import (
	"io"
	"maps"
	"slices"
)

// Mask takes the values of variables out of text that is copied elsewhere: as they are, and in the
// forms that JSON, URLs and base64 give them. The zero value takes nothing out.
type Mask struct{ redactor redactor }

// NewMask returns the mask of some variables' values. Those that are too short to be told from other text
// are left out, as [Config.Redact] refuses them.
func NewMask(values map[string][]string) Mask {
	var m Mask
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			if len(value) >= minSecret {
				m.redactor.add(name, value)
			}
		}
	}
	m.redactor.order()
	return m
}

// Text returns a text without the values.
func (m Mask) Text(s string) string { return m.redactor.text(s) }

// Writer returns what passes on to w what is written to it, without the values. Close passes on the
// rest, and does not close w.
func (m Mask) Writer(w io.Writer) io.WriteCloser {
	write, flush := m.redactor.stream(func(chunk []byte) error {
		_, err := w.Write(chunk)
		return err
	})
	return &maskedWriter{write, flush}
}

type maskedWriter struct {
	write func([]byte) error
	flush func() error
}

func (w *maskedWriter) Write(chunk []byte) (int, error) {
	if err := w.write(chunk); err != nil {
		return 0, err
	}
	return len(chunk), nil
}

func (w *maskedWriter) Close() error { return w.flush() }
