package external

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/shadowrun/shadowrun/golden"
)

// Exchange is one call: what was asked, and what came of it. It holds nothing that is transport
// only, and no secret that redaction knows of.
type Exchange struct {
	Request  Request   `json:"request"`
	Response *Response `json:"response,omitzero"` // nil where none came, or was given
	Error    string    `json:"error,omitzero"`    // why there is no answer, or less than all of one
}

// Request is what was asked.
type Request struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`              // absolute, as sent, its query unsorted
	Headers http.Header `json:"headers,omitzero"` // end to end only
	Body    Body        `json:"body,omitzero"`    // a JSON body in canonical form
}

// Response is what was answered. Where Error is set in its exchange, the body broke off.
type Response struct {
	Status   int         `json:"status"` // from 200 to 999: servers invent some
	Headers  http.Header `json:"headers,omitzero"`
	Body     Body        `json:"body,omitzero"` // byte by byte, as a replay gives it
	Trailers http.Header `json:"trailers,omitzero"`
}

// Name returns what a call event is named: the method, and the URL up to its query.
func (e Exchange) Name() string {
	url, _, _ := strings.Cut(e.Request.URL, "?")
	return e.Request.Method + " " + url
}

// Value returns the exchange as the value of a call event, in canonical form:
//
//	request   method, url, headers (name → list of values), body
//	response  status, headers, body, trailers; not there if no answer came
//	error     why not, or why less than a whole answer came; not there if all is well
//
// Empty headers, bodies and trailers are left out. A body is one of
//
//	json      an object or array, where these are the bytes' canonical form
//	text      other UTF-8
//	base64    other bytes
//	omitted   {sha256, size}: the body was above the limit
func (e Exchange) Value() ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", e.Name(), err)
	}
	value, err := golden.AppendCanonical(nil, text)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", e.Name(), err)
	}
	return value, nil
}

// ParseExchange reads what [Exchange.Value] wrote, and refuses all else: fields that it does not
// know would be answers that nobody gives.
func ParseExchange(value []byte) (Exchange, error) {
	var e Exchange
	if err := json.Unmarshal(value, &e, json.RejectUnknownMembers(true)); err != nil {
		return Exchange{}, fmt.Errorf("call: %w", err)
	}
	if e.Request.Method == "" || e.Request.URL == "" {
		return Exchange{}, fmt.Errorf("call: want a method and a URL")
	}
	if r := e.Response; r != nil && (r.Status < 200 || r.Status > 999) {
		return Exchange{}, fmt.Errorf("call %s: status %d: want 200 to 999", e.Name(), r.Status)
	}
	if again, err := e.Value(); err != nil || !bytes.Equal(again, value) {
		return Exchange{}, fmt.Errorf("call %s: not in the form that this build writes", e.Name())
	}
	return e, nil
}

// Answers reports whether a replay can be answered from e: it can't be from a body of which only
// the digest was kept.
func (e Exchange) Answers() bool { return e.Response == nil || e.Response.Body.Omitted == nil }
