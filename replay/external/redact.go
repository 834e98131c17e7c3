package external

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// redacted is what a secret's value becomes. A client takes it back as a header, cookie or query.
const redacted = "[redacted]"

// secretHeaders have values that are never stored, in lower case. So has every header whose name
// ends in one of secretEndings.
var secretHeaders = []string{"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key",
	"x-goog-api-key", "x-amz-security-token", "x-vault-token", "private-token", "x-functions-key"}

var secretEndings = []string{"-token", "-secret", "-api-key", "-password", "-signature"}

// secretParameters are names in a query, or in a form that is sent as a body, whose values are never
// stored, in lower case. There are no endings here: a page_token tells one request from the next.
var secretParameters = []string{"api_key", "apikey", "api-key", "token", "access_token", "refresh_token", "id_token",
	"auth_token", "api_token", "sig", "signature", "x-amz-signature", "x-amz-credential", "x-amz-security-token",
	"x-goog-signature", "x-goog-credential", "password", "passwd", "secret", "client_secret", "client_assertion", "code_verifier"}

// redactor takes secrets out of what is stored. What passes on the wire it leaves alone.
type redactor struct {
	names []string                 // further ones, in lower case, of headers and parameters
	text  func(text []byte) []byte // nil, or takes secrets' values out of any text
}

func newRedactor(names []string, text func([]byte) []byte) redactor {
	r := redactor{text: text}
	for _, name := range names {
		r.names = append(r.names, strings.ToLower(name))
	}
	return r
}

func (r redactor) secretHeader(name string) bool {
	ends := func(ending string) bool { return strings.HasSuffix(name, ending) }
	return slices.Contains(secretHeaders, name) || slices.Contains(r.names, name) || slices.ContainsFunc(secretEndings, ends)
}

func (r redactor) secretParameter(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains(secretParameters, name) || slices.Contains(r.names, name)
}

func (r redactor) bytes(text []byte) []byte {
	if r.text == nil || len(text) == 0 {
		return text
	}
	return r.text(text)
}

// headers returns those that are stored: end to end, redacted, valid UTF-8. Nil for none.
func (r redactor) headers(h http.Header) http.Header {
	var kept http.Header
	for name, values := range h {
		if perHop(h, name) || len(values) == 0 || len(values) == 1 && values[0] == "" && name == "User-Agent" {
			continue // an empty User-Agent asks net/http to send none
		}
		if kept == nil {
			kept = make(http.Header, len(h))
		}
		list := make([]string, len(values))
		for i, value := range values {
			list[i] = strings.ToValidUTF8(r.header(name, value), "\uFFFD")
		}
		kept[strings.ToValidUTF8(name, "\uFFFD")] = list
	}
	return kept
}

// perHop reports whether a header is between two neighbours only (RFC 9110, section 7.6.1).
func perHop(h http.Header, name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect", "Http2-Settings":
		return true
	}
	if strings.HasPrefix(name, "Proxy-") {
		return true
	}
	for _, line := range h["Connection"] {
		for named := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(named), name) {
				return true
			}
		}
	}
	return false
}

// header returns a value as it is stored. A cookie keeps its name and attributes: a client would
// drop what is no cookie any more, and ask differently in the replay.
func (r redactor) header(name, value string) string {
	switch lower := strings.ToLower(name); {
	case lower == "cookie":
		pairs := strings.Split(value, ";")
		for i := range pairs {
			pairs[i] = redactPair(pairs[i])
		}
		return strings.Join(pairs, ";")
	case lower == "set-cookie":
		pair, attributes, more := strings.Cut(value, ";")
		if more {
			return redactPair(pair) + ";" + attributes
		}
		return redactPair(pair)
	case r.secretHeader(lower):
		if scheme, rest, ok := strings.Cut(value, " "); ok && rest != "" && strings.HasSuffix(lower, "authorization") {
			return scheme + " " + redacted
		}
		return redacted
	case lower == "location" || lower == "content-location" || lower == "referer":
		return r.url(value)
	}
	return string(r.bytes([]byte(value)))
}

// redactPair redacts name=value. An empty value, which deletes a cookie, stays.
func redactPair(pair string) string {
	name, value, ok := strings.Cut(pair, "=")
	switch {
	case !ok:
		return redacted
	case value == "":
		return pair
	}
	return name + "=" + redacted
}

// url redacts what stands before a host, and parameters by name; the rest stays as it was sent.
func (r redactor) url(text string) string {
	if before, after, ok := strings.Cut(text, "://"); ok {
		end := strings.IndexAny(after, "/?#")
		if end < 0 {
			end = len(after)
		}
		if at := strings.LastIndexByte(after[:end], '@'); at >= 0 {
			text = before + "://" + redacted + after[at:]
		}
	}
	if path, query, ok := strings.Cut(text, "?"); ok {
		query, fragment, _ := strings.Cut(query, "#")
		text = path + "?" + r.parameters(query)
		if fragment != "" {
			text += "#" + fragment
		}
	}
	text = string(r.bytes([]byte(text)))
	if utf8.ValidString(text) {
		return text
	}
	var escaped strings.Builder
	for i := range len(text) {
		if c := text[i]; c < utf8.RuneSelf {
			escaped.WriteByte(c)
		} else {
			escaped.WriteString(url.PathEscape(string([]byte{c})))
		}
	}
	return escaped.String()
}

func (r redactor) parameters(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil && ok && value != "" && r.secretParameter(plain) {
			pairs[i] = name + "=" + redacted
		}
	}
	return strings.Join(pairs, "&")
}

// requestBody returns a body as it is stored: a form without its secrets, JSON in canonical form
// (what a program asks is compared by its meaning), all else as it is.
func (r redactor) requestBody(b Body, h http.Header) Body {
	if b.Omitted != nil {
		return b
	}
	if strings.HasPrefix(h.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return Body{Data: r.bytes([]byte(r.parameters(string(b.Data))))}
	}
	data := r.bytes(b.Data)
	if form, ok := canonicalBody(data); ok {
		data = form
	}
	return Body{Data: bytes.Clone(data)}
}

// responseBody returns a body as it is stored, byte by byte as the replay will give it.
func (r redactor) responseBody(b Body) Body {
	if b.Omitted != nil {
		return b
	}
	return Body{Data: bytes.Clone(r.bytes(b.Data))}
}
