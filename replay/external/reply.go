package external

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Header is on every answer that comes from us and not from a server: its value says why.
const Header = "X-Shadowrun"

// StatusRefused is the status of such an answer. No server gives it.
const StatusRefused = 599

// explained returns the answer that tells a program why there is no other.
func explained(req *http.Request, why, how string) *http.Response {
	return reply(req, StatusRefused, why, how)
}

func reply(req *http.Request, status int, why, how string) *http.Response {
	text := "shadowrun: " + why + "\n" + how + "\n"
	return response(req, Response{
		Status:  status,
		Headers: http.Header{Header: {why}, "Content-Type": {"text/plain; charset=utf-8"}, "Content-Length": {strconv.Itoa(len(text))}},
		Body:    Body{Data: []byte(text)},
	}, nil)
}

// recorded returns a recorded answer, which breaks off where the recorded one did.
func recorded(req *http.Request, r Response, message string) *http.Response {
	if message != "" {
		return response(req, r, io.ErrUnexpectedEOF)
	}
	if r.Headers.Get("Content-Length") != "" && hasBody(req, r.Status) { // redaction may have changed it
		r.Headers = r.Headers.Clone()
		r.Headers.Set("Content-Length", strconv.Itoa(len(r.Body.Data)))
	}
	return response(req, r, nil)
}

// hasBody reports whether Content-Length is that of a body which follows (RFC 9110, section 8.6).
func hasBody(req *http.Request, status int) bool {
	return req.Method != http.MethodHead && status != http.StatusNotModified && status != http.StatusNoContent
}

func response(req *http.Request, r Response, end error) *http.Response {
	resp := &http.Response{
		Status:        strings.TrimSpace(strconv.Itoa(r.Status) + " " + http.StatusText(r.Status)),
		StatusCode:    r.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        r.Headers.Clone(),
		ContentLength: -1,
		Request:       req,
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	if n, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		resp.ContentLength = n
	}
	if !hasBody(req, r.Status) {
		resp.Body = http.NoBody
		return resp
	}
	for name := range r.Trailers { // announced before the body, as net/http does
		if resp.Trailer == nil {
			resp.Trailer = http.Header{}
		}
		resp.Trailer[name] = nil
	}
	resp.Body = io.NopCloser(&recordedBody{Reader: bytes.NewReader(r.Body.Data), end: end, trailers: r.Trailers, response: resp})
	return resp
}

// recordedBody gives all at once, without the delays of a stream.
type recordedBody struct {
	*bytes.Reader
	end      error // nil: all is well
	trailers http.Header
	response *http.Response
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != io.EOF {
		return n, err
	}
	if b.end != nil {
		return n, b.end
	}
	for name, values := range b.trailers {
		b.response.Trailer[name] = values
	}
	return n, err
}
