package golden

import (
	"bytes"
	"unicode/utf8"
)

// scanner recognises JSON that is in canonical form already, which is nearly all that it gets
// to see, in one pass and without allocating. It doesn't say what is wrong with the rest.
type scanner struct {
	src []byte
	pos int
}

// done reports whether all of src has been read.
func (s *scanner) done() bool { return s.pos == len(s.src) }

// literal reads text.
func (s *scanner) literal(text string) bool {
	if len(s.src)-s.pos < len(text) || string(s.src[s.pos:s.pos+len(text)]) != text {
		return false
	}
	s.pos += len(text)
	return true
}

// value reads one value inside depth objects and arrays.
func (s *scanner) value(depth int) bool {
	if s.done() {
		return false
	}
	switch s.src[s.pos] {
	case '{':
		return depth < maxDepth && s.object(depth+1)
	case '[':
		return depth < maxDepth && s.array(depth+1)
	case '"':
		return s.str()
	case 'n':
		return s.literal("null")
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	}
	return s.number()
}

func (s *scanner) object(depth int) bool {
	s.pos++
	if s.literal("}") {
		return true
	}
	var last []byte
	for {
		start := s.pos
		if !s.str() {
			return false
		}
		name := s.src[start:s.pos]
		if last != nil && compareNames(last, name) >= 0 {
			return false
		}
		last = name
		if !s.literal(":") || !s.value(depth) {
			return false
		}
		if s.literal("}") {
			return true
		}
		if !s.literal(",") {
			return false
		}
	}
}

func (s *scanner) array(depth int) bool {
	s.pos++
	if s.literal("]") {
		return true
	}
	for {
		if !s.value(depth) {
			return false
		}
		if s.literal("]") {
			return true
		}
		if !s.literal(",") {
			return false
		}
	}
}

// str reads a string whose escapes are the canonical ones.
func (s *scanner) str() bool {
	if !s.literal(`"`) {
		return false
	}
	src, i := s.src, s.pos
	for i < len(src) {
		switch c := src[i]; {
		case c == '"':
			s.pos = i + 1
			return true
		case c == '\\':
			n := canonicalEscape(src[i:])
			if n == 0 {
				return false
			}
			i += n
		case c < ' ':
			return false
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && n == 1 {
				return false
			}
			i += n
		}
	}
	return false
}

// canonicalEscape returns the length of the escape that src begins with, or 0 if the
// canonical form would write it otherwise.
func canonicalEscape(src []byte) int {
	if len(src) < 2 {
		return 0
	}
	if bytes.IndexByte([]byte(`btnfr"\`), src[1]) >= 0 {
		return 2
	}
	if len(src) < 6 || string(src[:4]) != `\u00` {
		return 0
	}
	short := src[4] == '0' && bytes.IndexByte([]byte("89acd"), src[5]) >= 0
	control := src[4] == '0' || src[4] == '1'
	if !control || short || bytes.IndexByte([]byte("0123456789abcdef"), src[5]) < 0 {
		return 0
	}
	return 6
}

// number reads a number by the grammar of RFC 8259, section 6.
func (s *scanner) number() bool {
	s.literal("-")
	if !s.literal("0") && !s.digits() {
		return false
	}
	if s.literal(".") && !s.digits() {
		return false
	}
	if s.literal("e") || s.literal("E") {
		if !s.literal("+") {
			s.literal("-")
		}
		return s.digits()
	}
	return true
}

// digits reads at least one digit.
func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.src) && '0' <= s.src[s.pos] && s.src[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}
