package external

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
)

// DefaultMaxBody is the largest body that is kept, in bytes, unless told otherwise.
const DefaultMaxBody = 1 << 20

// TransportOptions say how a [Transport] carries calls. The zero value of each but Mode works.
type TransportOptions struct {
	Mode    Mode
	Record  []Exchange               // what a replay is answered from; those of one key in their order
	Base    http.RoundTripper        // makes the calls; nil: http.DefaultTransport
	MaxBody int64                    // bytes of a body that are kept; 0: DefaultMaxBody
	Secrets []string                 // further names of headers and parameters whose values are not stored
	Redact  func(text []byte) []byte // takes secrets' values out of whatever is stored; nil: none
}

// Transport is an http.RoundTripper for one execution of a Go workflow, without a proxy. It is
// safe for concurrent use. Its exchanges come sorted at the end, and not each as it ends: a
// workflow may ask side by side, and then the order in which answers end is the scheduler's.
type Transport struct {
	mode   Mode
	base   http.RoundTripper
	limit  int64
	redact redactor

	ended context.Context // done at Close
	end   context.CancelFunc

	mu      sync.Mutex
	calls   []*call // in order of request; nil once closed
	closed  bool
	notKept bool
	answers *answers
}

// NewTransport returns a transport, to be closed at the end of the execution.
func NewTransport(o TransportOptions) *Transport {
	t := &Transport{mode: o.Mode, base: o.Base, limit: o.MaxBody, redact: newRedactor(o.Secrets, o.Redact)}
	if t.base == nil {
		t.base = http.DefaultTransport
	}
	if t.limit <= 0 {
		t.limit = DefaultMaxBody
	}
	if t.mode == Replay {
		t.answers = newAnswers(o.Record)
	}
	t.ended, t.end = context.WithCancel(context.Background())
	return t
}

// RoundTrip carries one call. Its error is a [*Failure] where no server answered, also in a replay
// of that.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.mode == Live {
		return t.live(req)
	}
	body := newRequestBody(req.Body, t.limit)
	defer body.close()
	broken := body.read()
	if broken == nil && t.mode != Record {
		broken = body.discard()
	}
	c, err := t.begin(t.stored(req, body.kept()))
	if err != nil {
		return nil, err
	}
	switch {
	case broken != nil:
		c.fail(errBrokenOff)
		return nil, broken
	case t.mode == Block:
		return c.refuse(req, errBlocked, "Outside calls are blocked in this run. Set external to record or live to allow them."), nil
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return c.refuse(req, errScheme, "Only http and https can be recorded. Set external to live for such calls."), nil
	case upgrades(req.Header):
		return c.refuse(req, errUpgrade, "WebSocket and the like can't be recorded. Set external to live for such calls."), nil
	case t.mode == Replay:
		return t.answer(c, req)
	}
	return t.ask(c, req, body)
}

func (t *Transport) live(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err != nil && req.Context().Err() == nil {
		return nil, &Failure{reason(err)}
	}
	return resp, err
}

// upgrades reports whether a request would turn the connection into another protocol's. HTTP/2 in
// the clear is only offered, and the offer can be ignored.
func upgrades(h http.Header) bool {
	return h.Get("Upgrade") != "" && !strings.EqualFold(h.Get("Upgrade"), "h2c")
}

func (t *Transport) stored(req *http.Request, body Body) Request {
	headers := req.Header
	if req.Host != "" && req.Host != req.URL.Host { // a name that the URL does not have
		headers = headers.Clone()
		headers.Set("Host", req.Host)
	}
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	return Request{
		Method:  strings.ToValidUTF8(method, "\uFFFD"),
		URL:     t.redact.url(req.URL.String()),
		Headers: t.redact.headers(headers),
		Body:    t.redact.requestBody(body, req.Header),
	}
}

// ask makes the call, and keeps what comes of it.
func (t *Transport) ask(c *call, req *http.Request, body *requestBody) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	stop := context.AfterFunc(t.ended, cancel)
	out := req.Clone(ctx)
	out.Header.Set("Accept-Encoding", "identity")
	for _, name := range []string{"Upgrade", "Http2-Settings", "Expect"} { // the body is here already
		out.Header.Del(name)
	}
	body.forward(out)
	resp, err := t.base.RoundTrip(out)
	if body.rest {
		c.setRequestBody(body.kept())
	}
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		err = errors.Join(errors.New("a change of protocol that nobody asked for"), resp.Body.Close())
	}
	if err != nil {
		stop()
		cancel()
		return nil, c.lost(req.Context(), t.ended, err)
	}
	c.answered(resp, newKeeper(t.limit))
	kept := &keptBody{
		ReadCloser: resp.Body, call: c, asker: req.Context(), ended: t.ended, done: func() { stop(); cancel() },
	}
	if resp.Body == http.NoBody || resp.ContentLength == 0 || req.Method == http.MethodHead {
		kept.finish("")
	}
	resp.Body = kept
	return resp, nil
}

// answer gives what the record says.
func (t *Transport) answer(c *call, req *http.Request) (*http.Response, error) {
	t.mu.Lock()
	e, why, ok := t.answers.take(c.exchange.Request)
	t.mu.Unlock()
	if !ok {
		return c.refuse(req, errNotRecorded, why), nil
	}
	c.settle(e.Response, e.Error)
	switch {
	case !e.Answers():
		t.mu.Lock()
		t.notKept = true
		t.mu.Unlock()
		return explained(req, errNotKept, "Raise the limit on bodies and record again."), nil
	case e.Response != nil:
		return recorded(req, *e.Response, e.Error), nil
	case e.Error == errGaveUp || e.Error == errEnded:
		select { // as in the run, until the program is tired of it
		case <-req.Context().Done():
			return nil, req.Context().Err()
		case <-t.ended.Done():
			return nil, ErrClosed
		}
	case strings.HasPrefix(e.Error, serverFailed):
		return nil, &Failure{e.Error}
	}
	return explained(req, e.Error, "So it was in the run."), nil
}

// Close ends the execution: calls in flight are ended, later ones get [ErrClosed]. The exchanges
// are in the order that [Sort] documents; there are none of a live execution. The error is
// [ErrNotKept] or nil.
func (t *Transport) Close() ([]Exchange, error) {
	t.mu.Lock()
	calls := t.calls
	t.calls, t.closed = nil, true
	notKept := t.notKept
	t.mu.Unlock()
	exchanges := make([]Exchange, len(calls))
	for i, c := range calls {
		exchanges[i] = c.close()
	}
	t.end()
	Sort(exchanges)
	if notKept {
		return exchanges, ErrNotKept
	}
	return exchanges, nil
}

func (t *Transport) begin(r Request) (*call, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, ErrClosed
	}
	c := &call{exchange: Exchange{Request: r}, redact: t.redact}
	t.calls = append(t.calls, c)
	return c, nil
}
