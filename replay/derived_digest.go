package replay

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// leastDigest is the shortest digest, or beginning of one, in hexadecimal digits. On
	// both sides together, 8 agree by chance once in 2^64 tries.
	leastDigest = 8
	// maxDigested bounds the bytes that are written down and digested in one classification:
	// a fraction of a second.
	maxDigested = 16 << 20
)

var algorithms = []struct {
	name string
	sum  func([]byte) []byte
}{
	{"sha256", func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }},
	{"sha1", func(b []byte) []byte { s := sha1.Sum(b); return s[:] }},
	{"md5", func(b []byte) []byte { s := md5.Sum(b); return s[:] }},
	{"sha512", func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }},
	{"sha384", func(b []byte) []byte { s := sha512.Sum384(b); return s[:] }},
	{"crc32", func(b []byte) []byte { return fourBytes(crc32.ChecksumIEEE(b)) }},
	{"adler32", func(b []byte) []byte { return fourBytes(adler32.Checksum(b)) }},
	{"fnv-1a of 32 bits", func(b []byte) []byte { return summed(fnv.New32a(), b) }},
	{"fnv-1a of 64 bits", func(b []byte) []byte { return summed(fnv.New64a(), b) }},
	{"Java hash code", javaHash},
}

func summed(h hash.Hash, b []byte) []byte {
	_, _ = h.Write(b)
	return h.Sum(nil)
}

// javaHash is String.hashCode, for ASCII.
func javaHash(b []byte) []byte {
	n := uint32(0)
	for _, c := range b {
		n = 31*n + uint32(c)
	}
	return fourBytes(n)
}

func fourBytes(n uint32) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }

// target is a piece of a differing value that may be a digest.
type target struct {
	difference        int
	wantText, gotText string // as they stand in the value
	want, got         string // in lower-case hexadecimal digits
	found             *mark
}

// targets returns the pieces of d's values that may be digests.
func targets(i int, d Difference) []*target {
	w, g, ok := scalarTexts(d)
	if !ok || len(w) > maxText || len(g) > maxText {
		return nil
	}
	if d.Want.Kind() == '0' {
		hw, okw := numberAsHex(w)
		hg, okg := numberAsHex(g)
		if !okw || !okg || len(hw) != len(hg) {
			return nil
		}
		return []*target{{i, w, g, hw, hg, nil}}
	}
	var all []*target
	wt, gt := lexer{}.pieces(w), lexer{}.pieces(g)
	if len(wt) == len(gt) {
		for k := range wt {
			hw, okw := asHex(wt[k].text)
			hg, okg := asHex(gt[k].text)
			if wt[k].text != gt[k].text && okw && okg && len(hw) == len(hg) {
				all = append(all, &target{i, wt[k].text, gt[k].text, hw, hg, nil})
			}
		}
	}
	// Base 64 has characters that end a word; look behind a prefix such as sha256-.
	pre := commonPrefix(w, g)
	for pre > 0 && isAlnum(w[pre-1]) {
		pre--
	}
	if hw, ok := base64AsHex(w[pre:]); ok {
		if hg, ok := base64AsHex(g[pre:]); ok && len(hw) == len(hg) {
			all = append(all, &target{i, w[pre:], g[pre:], hw, hg, nil})
		}
	}
	return all
}

// numberAsHex writes a whole number as the bytes of a digest: four, as Java does with a sign or others without, or eight.
func numberAsHex(s string) (string, bool) {
	if n, err := strconv.ParseInt(s, 10, 32); err == nil && n < -1<<16 {
		return fmt.Sprintf("%08x", uint32(n)), true
	}
	n, err := strconv.ParseUint(s, 10, 64)
	switch {
	case err != nil || n < 1<<16:
		return "", false
	case n < 1<<32:
		return fmt.Sprintf("%08x", n), true
	}
	return fmt.Sprintf("%016x", n), true
}

func asHex(s string) (string, bool) {
	lower := strings.ToLower(s)
	if len(s) < leastDigest || len(s) > 128 || !within(lower, "0123456789abcdef") || lower != s && strings.ToUpper(s) != s {
		return "", false
	}
	return lower, true
}

func base64AsHex(s string) (string, bool) {
	if len(s) < 11 || len(s) > 90 {
		return "", false
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if b, err := e.Strict().DecodeString(s); err == nil {
			return hex.EncodeToString(b), true
		}
	}
	return "", false
}

// hunt looks for what targets are digests of.
type hunt struct {
	byStart map[string][]*target // by their first digits on the first side
	left    int                  // bytes that may still be digested
}

func newHunt(ts []*target) *hunt {
	h := &hunt{map[string][]*target{}, maxDigested}
	for _, t := range ts {
		h.byStart[t.want[:leastDigest]] = append(h.byStart[t.want[:leastDigest]], t)
	}
	return h
}

// try digests a value in all its forms on the first side; where a target comes out, the
// second side has to agree. Targets that the value contains are told by root returning -1.
func (h *hunt) try(want, got jsontext.Value, what string, root func(*target) int) {
	if len(want) == 0 || len(got) == 0 {
		return
	}
	for _, f := range forms {
		if h.left < len(want) {
			return
		}
		h.left -= len(want)
		if w := f.write(want); w != nil {
			h.match(w, func() []byte { return f.write(got) }, f.name+" at "+what, root)
		}
	}
	for _, j := range joins {
		if want.Kind() != '[' || h.left < len(want) {
			return
		}
		h.left -= len(want)
		if w := joined(want, j.between); w != nil {
			h.match(w, func() []byte { return joined(got, j.between) }, j.name+" at "+what, root)
		}
	}
}

// match digests one text of the first side, also with a line feed behind it.
func (h *hunt) match(want []byte, got func() []byte, what string, root func(*target) int) {
	for _, end := range []string{"", "\n"} {
		text := append(want[:len(want):len(want)], end...)
		for _, a := range algorithms {
			sum := hex.EncodeToString(a.sum(text))
			for _, t := range h.byStart[sum[:leastDigest]] {
				if t.found != nil || !strings.HasPrefix(sum, t.want) {
					continue
				}
				r := root(t)
				if r < 0 || !strings.HasPrefix(hex.EncodeToString(a.sum(append(got(), end...))), t.got) {
					continue
				}
				why := fmt.Sprintf("recomputed on both sides: the %s of %s", a.name, what)
				if len(t.want) < len(sum) {
					why += fmt.Sprintf(", its first %d digits", len(t.want))
				}
				t.found = &mark{t.wantText, t.gotText, natureDigest, why, r}
			}
		}
	}
}
