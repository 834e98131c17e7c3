package harness

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// minSecret is how short a value may be and still be redacted, in bytes: a shorter one would
// be found in the middle of innocent text.
const minSecret = 4

// redactor takes the values of named variables out of text, as they are and in the forms that
// JSON, URLs and base64 give them. Where secrets overlap, all that any of them covers goes:
// replacing one after the other would leave the rest of the second in the clear.
type redactor struct {
	secrets []secret  // longest first
	first   [256]bool // bytes that a secret begins with
	longest int
}

type secret struct{ value, mask []byte }

// newRedactor returns a redactor for the values that the variables have: in the environment
// that is shown to the workflow, and in our own, from which a program could have them by other
// ways. A variable that is unset or empty has nothing to redact.
func newRedactor(names []string, env map[string]string, lookup func(string) (string, bool)) (redactor, error) {
	var r redactor
	for _, name := range names {
		ours, _ := lookup(name)
		for _, value := range []string{env[name], ours} {
			if value == "" {
				continue
			}
			if len(value) < minSecret {
				return r, fmt.Errorf("redact: the value of %s has %d bytes; one of fewer than %d can't be told from other text",
					name, len(value), minSecret)
			}
			r.add(name, value)
		}
	}
	r.order()
	return r, nil
}

// order sorts what was added, the longest first, and takes out what was added twice.
func (r *redactor) order() {
	slices.SortStableFunc(r.secrets, func(a, b secret) int {
		return cmp.Or(len(b.value)-len(a.value), bytes.Compare(a.value, b.value))
	})
	r.secrets = slices.CompactFunc(r.secrets, func(a, b secret) bool { return bytes.Equal(a.value, b.value) })
}

func (r *redactor) add(name, value string) {
	mask := []byte("[redacted:" + name + "]")
	for _, form := range secretForms(value) {
		r.secrets = append(r.secrets, secret{[]byte(form), mask})
		r.first[form[0]] = true
		r.longest = max(r.longest, len(form))
	}
}

// spanningLines returns a redactor for those secrets only that go over more than one line.
func (r redactor) spanningLines() redactor {
	var lines redactor
	for _, s := range r.secrets {
		if bytes.IndexByte(s.value, '\n') >= 0 {
			lines.secrets = append(lines.secrets, s)
			lines.first[s.value[0]] = true
			lines.longest = max(lines.longest, len(s.value))
		}
	}
	return lines
}

func (r redactor) bytes(text []byte) []byte {
	if len(r.secrets) == 0 {
		return text
	}
	redacted, _, _ := r.scan(make([]byte, 0, len(text)), text, 0, true)
	return redacted
}

func (r redactor) text(s string) string {
	if len(r.secrets) == 0 {
		return s
	}
	return string(r.bytes([]byte(s)))
}

// stream returns a function that redacts chunks and hands them on, and one that hands on the
// rest. What could be the beginning of a secret is held back until the next chunk. What is handed
// on is, put together, what [redactor.bytes] makes of the whole, however it was cut.
func (r redactor) stream(to func([]byte) error) (write func([]byte) error, flush func() error) {
	if len(r.secrets) == 0 {
		return to, func() error { return nil }
	}
	var held, out []byte
	covered := 0
	pass := func(last bool) error {
		var taken int
		out, taken, covered = r.scan(out[:0], held, covered, last)
		held = append(held[:0], held[taken:]...)
		if len(out) == 0 {
			return nil
		}
		return to(out)
	}
	write = func(chunk []byte) error {
		held = append(held, chunk...)
		return pass(false)
	}
	return write, func() error { return pass(true) }
}

// scan appends text to dst, redacted, and returns how much of it was taken: where it is not the
// last, as far as no more of it could change what comes before. The next covered bytes belong to
// a secret that a mask stands for already.
func (r redactor) scan(dst, text []byte, covered int, last bool) (out []byte, taken, stillCovered int) {
	for i := 0; i < len(text); i++ {
		if r.first[text[i]] {
			match, wait := r.match(text[i:], last)
			if wait {
				return dst, i, covered
			}
			if match != nil && covered == 0 {
				dst = append(dst, match.mask...)
			}
			if match != nil {
				covered = max(covered, len(match.value))
			}
		}
		if covered > 0 {
			covered--
			continue
		}
		dst = append(dst, text[i])
	}
	return dst, len(text), covered
}

// match returns the longest secret that text begins with, or nil; or that it takes more of the
// text to tell.
func (r redactor) match(text []byte, last bool) (found *secret, wait bool) {
	for i := range r.secrets {
		s := &r.secrets[i]
		if bytes.HasPrefix(text, s.value) {
			return s, false
		}
		if !last && bytes.HasPrefix(s.value, text) {
			return nil, true
		}
	}
	return nil, false
}

// json redacts a value in canonical form: within its strings as they are once unescaped, and
// numbers, which become strings. The result is JSON, but where two keys have become one.
func (r redactor) json(value []byte) []byte {
	if len(r.secrets) == 0 {
		return value
	}
	out := make([]byte, 0, len(value))
	for len(value) > 0 {
		n := scalarLen(value)
		token := value[:n]
		if plain := unquoted(token); n > 1 {
			if redacted := r.text(plain); redacted != plain {
				token, _ = jsontext.AppendQuote(nil, strings.ToValidUTF8(redacted, "\uFFFD"))
			}
		}
		out = append(out, token...)
		value = value[n:]
	}
	return out
}

// scalarLen is the length of the string, number or word that text begins with, or 1.
func scalarLen(text []byte) int {
	if text[0] != '"' {
		if n := bytes.IndexAny(text, ",:[]{}\""); n >= 0 {
			return max(n, 1)
		}
		return len(text)
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func unquoted(token []byte) string {
	if token[0] != '"' {
		return string(token)
	}
	text, err := jsontext.AppendUnquote(nil, token)
	if err != nil {
		return string(token)
	}
	return string(text)
}
