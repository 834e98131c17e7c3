package explain

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// holdsForm reports whether a text holds a value: as written, in letters of the other case, in hexadecimal, or in base64.
func holdsForm(text string, v jsontext.Value) bool {
	if strings.Contains(strings.ToLower(text), strings.ToLower(strings.Trim(string(v), `"`))) {
		return true
	}
	value := textOf(v)
	if strings.Contains(strings.ToLower(text), hex.EncodeToString([]byte(value))) {
		return true
	}
	for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 { // bytes of the same group of three, which make the value's first letters others
			if form := within64(alphabet, value, before); len(form) >= leastCarried && strings.Contains(text, form) {
				return true
			}
		}
	}
	return false
}

// within64 returns the letters in which nothing but a value is encoded, where so many bytes stand before it.
func within64(alphabet *base64.Encoding, value string, before int) string {
	form := alphabet.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
	first := (before*8 + 5) / 6
	last := (before + len(value)) * 8 / 6
	if first >= last {
		return ""
	}
	return form[first:last]
}
