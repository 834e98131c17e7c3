package golden

import (
	"bytes"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// Canonical names the canonical form in a header. Readers refuse another.
const Canonical = "shadowrun-c14n/1"

// maxDepth is how many objects and arrays may be open at once, as in jsontext: enough for
// any document that a person or a program means, and a bound on the stack for the others.
const maxDepth = 10_000

// maxRetained is the largest buffer, in bytes, that waits in a pool for the next value.
const maxRetained = 1 << 20

// AppendCanonical appends the canonical form shadowrun-c14n/1 of src, one JSON value, to dst:
//
//   - object keys sorted by Unicode code point, each once. RFC 8785 sorts by UTF-16 unit, which
//     differs where a key beyond U+FFFF meets one from U+E000 to U+FFFF;
//   - no white space;
//   - numbers exactly as written, because RFC 8785 would give 2^53 and 2^53+1 one spelling;
//   - strings as in RFC 8785, section 3.2.2.2: \b \t \n \f \r \" \\, other controls as \u00xx in
//     lower case, all else as itself in UTF-8.
//
// Duplicate keys, bad UTF-8, lone surrogates, a second value and nesting deeper than 10,000 are
// refused with a [*SyntaxError], and dst comes back as it was. The form never takes more bytes
// than src.
func AppendCanonical(dst, src []byte) ([]byte, error) {
	if s := (scanner{src: bytes.Trim(src, " \t\r\n")}); s.value(0) && s.done() {
		return append(dst, s.src...), nil
	}
	r := rewriters.Get().(*rewriter)
	defer r.release()
	if !r.read(src) {
		return dst, locateSyntaxError(src)
	}
	if len(r.unsorted) == 0 {
		return append(dst, r.out...), nil
	}
	return r.appendSorted(dst, 0, len(r.out)), nil
}

// rewriter writes a value in canonical form but for the order of keys, remembers which objects
// need another, and puts these in order in a second pass. Sorting each object where it ends
// would move the innermost value once for every object around it.
type rewriter struct {
	in       bytes.Buffer
	dec      *jsontext.Decoder
	out      []byte
	open     []frame
	members  []member // of the open objects, outermost first
	unsorted []object // in the order of start, once read is done
	kept     []member // of the unsorted objects, each object's in canonical order
}

// frame is an object or array that has begun.
type frame struct {
	start    int // in rewriter.out
	first    int // its first member in rewriter.members
	array    bool
	unsorted bool
}

// member is a key and its value: out[start:nameEnd] is the key with its quotes, and
// out[start:end] both.
type member struct{ start, nameEnd, end int }

// object is out[start:end], whose members are kept[first:last].
type object struct{ start, end, first, last int }

var rewriters = sync.Pool{New: func() any {
	return &rewriter{dec: jsontext.NewDecoder(&bytes.Buffer{})}
}}

func (r *rewriter) release() {
	r.in = bytes.Buffer{}
	r.dec.Reset(&r.in)
	if cap(r.out) > maxRetained || cap(r.kept) > maxRetained/16 || cap(r.members) > maxRetained/16 {
		*r = rewriter{dec: r.dec}
	}
	rewriters.Put(r)
}

// read writes src to r.out. It reports whether src is one JSON value without duplicate keys.
func (r *rewriter) read(src []byte) bool {
	r.in = *bytes.NewBuffer(src)
	// Duplicates show when the members are sorted; the decoder's own check keeps a map.
	r.dec.Reset(&r.in, jsontext.AllowDuplicateNames(true))
	r.out, r.open, r.members = r.out[:0], r.open[:0], r.members[:0]
	r.unsorted, r.kept = r.unsorted[:0], r.kept[:0]
	for {
		if !r.token() {
			return false
		}
		if len(r.open) == 0 {
			break
		}
	}
	slices.SortFunc(r.unsorted, func(a, b object) int { return a.start - b.start })
	return len(bytes.TrimLeft(src[r.dec.InputOffset():], " \t\r\n")) == 0
}

// token writes one token, and the comma or colon that it needs before it.
func (r *rewriter) token() bool {
	kind := r.dec.PeekKind()
	if kind == '}' || kind == ']' {
		_, err := r.dec.ReadToken()
		return err == nil && r.close(byte(kind))
	}
	isName := r.separate()
	start := len(r.out)
	switch kind {
	case '{', '[':
		if _, err := r.dec.ReadToken(); err != nil {
			return false
		}
		r.open = append(r.open, frame{start: start, first: len(r.members), array: kind == '['})
		r.out = append(r.out, byte(kind))
	default:
		raw, err := r.dec.ReadValue()
		if err != nil {
			return false
		}
		r.out = appendScalar(r.out, raw)
	}
	if isName {
		r.name(start)
	}
	return true
}

// separate writes the comma or colon before a key or value, and reports whether a key is due.
func (r *rewriter) separate() (isName bool) {
	depth := r.dec.StackDepth()
	if depth == 0 {
		return false
	}
	_, n := r.dec.StackIndex(depth)
	top := r.open[len(r.open)-1]
	switch {
	case !top.array && n%2 == 1:
		r.out = append(r.out, ':')
	case n > 0:
		r.out = append(r.out, ',')
	}
	return !top.array && n%2 == 0
}

// name notes that a key was written from start on.
func (r *rewriter) name(start int) {
	top := &r.open[len(r.open)-1]
	if n := len(r.members); n > top.first {
		last := &r.members[n-1]
		last.end = start - 1
		if compareNames(r.out[last.start:last.nameEnd], r.out[start:]) >= 0 {
			top.unsorted = true
		}
	}
	r.members = append(r.members, member{start: start, nameEnd: len(r.out)})
}

// close ends the innermost object or array. It reports whether its keys differ from each other.
func (r *rewriter) close(delimiter byte) bool {
	top := r.open[len(r.open)-1]
	r.open = r.open[:len(r.open)-1]
	members := r.members[top.first:]
	r.members = r.members[:top.first]
	if top.unsorted {
		members[len(members)-1].end = len(r.out)
		slices.SortFunc(members, func(a, b member) int {
			return compareNames(r.out[a.start:a.nameEnd], r.out[b.start:b.nameEnd])
		})
		for i, m := range members[1:] {
			if before := members[i]; bytes.Equal(r.out[before.start:before.nameEnd], r.out[m.start:m.nameEnd]) {
				return false
			}
		}
		o := object{start: top.start, end: len(r.out) + 1, first: len(r.kept)}
		r.kept = append(r.kept, members...)
		o.last = len(r.kept)
		r.unsorted = append(r.unsorted, o)
	}
	r.out = append(r.out, delimiter)
	return true
}

// appendSorted appends r.out[from:to] with its objects in order.
func (r *rewriter) appendSorted(dst []byte, from, to int) []byte {
	for {
		i, _ := slices.BinarySearchFunc(r.unsorted, from, func(o object, at int) int { return o.start - at })
		if i == len(r.unsorted) || r.unsorted[i].start >= to {
			return append(dst, r.out[from:to]...)
		}
		o := r.unsorted[i]
		dst = append(dst, r.out[from:o.start]...)
		for k, m := range r.kept[o.first:o.last] {
			dst = append(dst, "{,"[min(k, 1)])
			dst = r.appendSorted(dst, m.start, m.end)
		}
		dst = append(dst, '}')
		from = o.end
	}
}

// appendScalar appends a valid string, number or literal. Without an escape, all of them are in
// canonical form already.
func appendScalar(dst []byte, raw jsontext.Value) []byte {
	if raw[0] != '"' || bytes.IndexByte(raw, '\\') < 0 {
		return append(dst, raw...)
	}
	// The decoder has accepted raw, so that neither call can fail.
	text, _ := jsontext.AppendUnquote(nil, raw)
	dst, _ = jsontext.AppendQuote(dst, text)
	return dst
}

// compareNames orders two keys, quoted and in canonical form, by code point: for UTF-8 that is
// the order of the bytes, but not of those of an escape.
func compareNames(a, b []byte) int {
	if bytes.IndexByte(a, '\\') >= 0 || bytes.IndexByte(b, '\\') >= 0 {
		a, _ = jsontext.AppendUnquote(nil, a)
		b, _ = jsontext.AppendUnquote(nil, b)
		return bytes.Compare(a, b)
	}
	return bytes.Compare(a[1:len(a)-1], b[1:len(b)-1])
}
