package harness

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// minSecret is how short a value may be and still be redacted, in bytes: a shorter one would
// be found in the middle of innocent text.
const minSecret = 4

// redactor takes the values of named variables out of text, as they are and as JSON, a URL or
// base64 writes them.
type redactor struct {
	secrets []secret // longest first, so that a secret within another does not break it
	longest int
}

type secret struct{ value, mask []byte }

// newRedactor returns a redactor for the values that the variables have in env. A variable
// that is unset or empty has nothing to redact.
func newRedactor(names []string, env map[string]string) (redactor, error) {
	var r redactor
	for _, name := range names {
		value := env[name]
		if value == "" {
			continue
		}
		if len(value) < minSecret {
			return r, fmt.Errorf("redact: the value of %s has %d bytes; one of fewer than %d can't be told from other text",
				name, len(value), minSecret)
		}
		mask := []byte("[redacted:" + name + "]")
		for _, form := range forms(value) {
			r.secrets = append(r.secrets, secret{[]byte(form), mask})
			r.longest = max(r.longest, len(form))
		}
	}
	slices.SortStableFunc(r.secrets, func(a, b secret) int { return len(b.value) - len(a.value) })
	return r, nil
}

func forms(value string) []string {
	quoted, err := json.Marshal(value)
	if err != nil {
		panic(err) // a string always marshals
	}
	all := []string{
		value,
		strings.Trim(string(quoted), `"`),
		url.QueryEscape(value),
		url.PathEscape(value),
		base64.StdEncoding.EncodeToString([]byte(value)),
		base64.RawStdEncoding.EncodeToString([]byte(value)),
		base64.URLEncoding.EncodeToString([]byte(value)),
		base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r redactor) bytes(text []byte) []byte {
	for _, s := range r.secrets {
		if bytes.Contains(text, s.value) {
			text = bytes.ReplaceAll(text, s.value, s.mask)
		}
	}
	return text
}

func (r redactor) text(s string) string {
	if len(r.secrets) == 0 {
		return s
	}
	return string(r.bytes([]byte(s)))
}

// stream returns a function that redacts chunks and hands them on, and one that hands on the
// rest. What could be the beginning of a secret is held back until the next chunk.
func (r redactor) stream(to func([]byte) error) (write func([]byte) error, flush func() error) {
	if len(r.secrets) == 0 {
		return to, func() error { return nil }
	}
	var held []byte
	write = func(chunk []byte) error {
		held = r.bytes(append(held, chunk...))
		ready := len(held) - r.partial(held)
		if ready == 0 {
			return nil
		}
		err := to(held[:ready])
		held = append(held[:0], held[ready:]...)
		return err
	}
	return write, func() error {
		if len(held) == 0 {
			return nil
		}
		return to(held)
	}
}

// partial returns how many of text's last bytes are the beginning of a secret.
func (r redactor) partial(text []byte) int {
	for n := min(r.longest-1, len(text)); n > 0; n-- {
		tail := text[len(text)-n:]
		for _, s := range r.secrets {
			if len(s.value) > n && bytes.HasPrefix(s.value, tail) {
				return n
			}
		}
	}
	return 0
}
