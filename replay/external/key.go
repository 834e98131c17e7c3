package external

import (
	"bytes"
	"cmp"
	"mime"
	"slices"
	"strings"
)

// Key tells requests apart: method, URL as sent, and digest of the body. Headers are not in it: they
// name versions and times that an answer seldom depends on. The boundary of a multipart body is
// drawn anew by most clients, so it does not count either.
type Key struct {
	Method string
	URL    string
	Digest string // SHA-256 of the body, in hexadecimal
}

// Key returns the request's. It follows from the stored form alone, redaction and all: what a
// replay asks is redacted likewise before it is looked up.
func (r Request) Key() Key {
	body := r.Body
	if boundary := r.boundary(); boundary != "" && body.Omitted == nil {
		body.Data = bytes.ReplaceAll(body.Data, []byte(boundary), []byte("boundary"))
	}
	return Key{Method: r.Method, URL: r.URL, Digest: body.digest()}
}

func (r Request) boundary() string {
	kind, parameters, err := mime.ParseMediaType(r.Headers.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return ""
	}
	return parameters["boundary"]
}

// Compare orders keys by method, then URL, then digest, each byte by byte.
func (k Key) Compare(other Key) int {
	return cmp.Or(
		cmp.Compare(k.Method, other.Method),
		cmp.Compare(k.URL, other.URL),
		cmp.Compare(k.Digest, other.Digest),
	)
}

// Sort puts exchanges that stand in order of request into the order of a trace: by key, and those
// of one key as they were asked. Two calls of a program that makes them side by side have no other
// order that a replay would find again. What this gives up is the order of calls that follow each
// other; where one answer leads to the next request, that shows in the request.
func Sort(exchanges []Exchange) {
	type keyed struct {
		Key
		Exchange
	}
	all := make([]keyed, len(exchanges))
	for i, e := range exchanges {
		all[i] = keyed{e.Request.Key(), e}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return a.Key.Compare(b.Key) })
	for i, k := range all {
		exchanges[i] = k.Exchange
	}
}
