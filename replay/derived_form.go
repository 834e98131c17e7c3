package replay

import (
	"bytes"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// form is a way to write a value down before digesting it.
type form struct {
	name  string
	write func(v jsontext.Value) []byte // nil where it does not apply, or writes what another form does
}

// forms are how programs commonly write a value down. Keys come sorted, as nothing else is
// known of a canonical document.
var forms = []form{
	{"its text", func(v jsontext.Value) []byte {
		if v.Kind() != '"' {
			return nil
		}
		s, _ := unquote(v)
		return []byte(s)
	}},
	{"its JSON", func(v jsontext.Value) []byte { return v }},
	{"its JSON in ASCII", func(v jsontext.Value) []byte { return changed(v, ascii(v)) }},
	{"its JSON as Python writes it", func(v jsontext.Value) []byte { return changed(v, ascii(spaced(v))) }},
	{"its JSON with spaces", func(v jsontext.Value) []byte {
		s := spaced(v)
		if bytes.Equal(s, ascii(s)) {
			return nil
		}
		return s
	}},
	{"its JSON as Go writes it", func(v jsontext.Value) []byte { return changed(v, escapedHTML(v)) }},
	{"its JSON, indented by two", func(v jsontext.Value) []byte { return indented(v) }},
}

func changed(before, after []byte) []byte {
	if bytes.Equal(before, after) {
		return nil
	}
	return after
}

// outside calls f for each byte of v that is in no string, and copies the others.
func outside(v []byte, f func(dst []byte, i int) []byte) []byte {
	dst := make([]byte, 0, len(v)+len(v)/8)
	for i := 0; i < len(v); {
		if v[i] == '"' {
			end := scalarEnd(v, i)
			dst = append(dst, v[i:end]...)
			i = end
			continue
		}
		dst = f(dst, i)
		i++
	}
	return dst
}

// spaced writes a space behind each comma and colon.
func spaced(v []byte) []byte {
	return outside(v, func(dst []byte, i int) []byte {
		dst = append(dst, v[i])
		if v[i] == ',' || v[i] == ':' {
			dst = append(dst, ' ')
		}
		return dst
	})
}

func indented(v []byte) []byte {
	if len(v) < 3 || v[0] != '{' && v[0] != '[' {
		return nil
	}
	depth := 0
	line := func(dst []byte) []byte {
		dst = append(dst, '\n')
		for range depth {
			dst = append(dst, ' ', ' ')
		}
		return dst
	}
	return outside(v, func(dst []byte, i int) []byte {
		switch c := v[i]; c {
		case '{', '[':
			dst = append(dst, c)
			depth++
			if v[i+1] != '}' && v[i+1] != ']' {
				dst = line(dst)
			}
			return dst
		case '}', ']':
			depth--
			if v[i-1] != '{' && v[i-1] != '[' {
				dst = line(dst)
			}
			return append(dst, c)
		case ',':
			return line(append(dst, c))
		case ':':
			return append(dst, ':', ' ')
		default:
			return append(dst, c)
		}
	})
}

// ascii writes what is not ASCII as UTF-16 escapes.
func ascii(v []byte) []byte {
	dst := make([]byte, 0, len(v))
	for len(v) > 0 {
		r, n := utf8.DecodeRune(v)
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, v[0])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
		v = v[n:]
	}
	return dst
}

// escapedHTML writes <, > and & as encoding/json does.
func escapedHTML(v []byte) []byte {
	for _, c := range []byte("<>&") {
		v = bytes.ReplaceAll(v, []byte{c}, fmt.Appendf(nil, `\u%04x`, c))
	}
	return v
}

// joins are how programs commonly string the elements of a list together.
var joins = []struct{ name, between string }{
	{"its elements, joined", ""}, {"its elements with commas between", ","}, {"its elements with spaces between", " "},
	{"its elements with commas and spaces between", ", "}, {"its elements, one a line", "\n"}, {"its elements with dashes between", "-"},
	{"its elements with bars between", "|"}, {"its elements with colons between", ":"}, {"its elements with semicolons between", ";"},
}

// joined writes the elements of a list one after the other, strings as their text; nil where v is
// none, or holds other containers.
func joined(v jsontext.Value, between string) []byte {
	if v.Kind() != '[' {
		return nil
	}
	dst := make([]byte, 0, len(v))
	for i := 1; i < len(v)-1; {
		if len(dst) > 0 || i > 1 {
			dst = append(dst, between...)
		}
		if v[i] == '[' || v[i] == '{' {
			return nil
		}
		end := scalarEnd(v, i)
		if text, ok := unquote(v[i:end]); ok {
			dst = append(dst, text...)
		} else {
			dst = append(dst, v[i:end]...)
		}
		i = end + 1 // behind the comma
	}
	return dst
}
