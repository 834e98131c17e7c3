package harness

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// minCore is how short a piece of base64 may be and still be taken for a secret's, in bytes.
const minCore = 6

// secretForms returns a value and how others write it: JSON as Go, JavaScript, Python and PHP
// do, URLs with digits of either case, and base64 of either alphabet.
func secretForms(value string) []string {
	all := append([]string{value}, jsonForms(value)...)
	for _, escaped := range []string{
		url.QueryEscape(value),
		url.PathEscape(value),
		strings.ReplaceAll(url.QueryEscape(value), "+", "%20"),
		strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(value), "+", "%20"), "%2F", "/"),
	} {
		all = append(all, escaped, lowerEscapes(escaped))
	}
	for _, coding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		whole := coding.EncodeToString([]byte(value))
		all = append(all, whole, strings.TrimRight(whole, "="))
		all = append(all, base64Cores(coding, value)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func jsonForms(value string) []string {
	quoted, err := json.Marshal(value)
	if err != nil {
		panic(err) // a string always marshals
	}
	html := string(quoted[1 : len(quoted)-1])
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(html)
	forms := []string{html}
	for _, form := range []string{plain, asciiOnly(plain)} {
		forms = append(forms, form, strings.ReplaceAll(form, "/", `\/`))
	}
	return forms
}

// asciiOnly escapes all other runes, as UTF-16.
func asciiOnly(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}

var urlEscape = regexp.MustCompile(`%[0-9A-F]{2}`)

func lowerEscapes(text string) string { return urlEscape.ReplaceAllStringFunc(text, strings.ToLower) }

// base64Cores returns what a value looks like in the middle of something longer, such as the
// user:password of a basic authorization: for each of the three ways in which it may lie in groups
// of three bytes, the characters that follow from the value alone.
func base64Cores(coding *base64.Encoding, value string) (cores []string) {
	for before := range 3 {
		text := coding.EncodeToString([]byte(strings.Repeat("\x00", before) + value))
		from := (before*8 + 5) / 6
		to := (before + len(value)) * 8 / 6
		if to-from >= minCore {
			cores = append(cores, text[from:to])
		}
	}
	return cores
}
