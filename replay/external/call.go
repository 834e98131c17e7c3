package external

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
)

// call is an exchange while it happens.
type call struct {
	redact redactor

	mu       sync.Mutex
	exchange Exchange
	response *http.Response // whose body is passing
	keeper   *keeper
	settled  bool
}

func (c *call) setRequestBody(b Body) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.exchange.Request.Body = c.redact.requestBody(b, c.exchange.Request.Headers)
}

// answered says that an answer has begun.
func (c *call) answered(resp *http.Response, k *keeper) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.response, c.keeper = resp, k
	c.exchange.Response = &Response{Status: resp.StatusCode, Headers: c.redact.headers(resp.Header)}
}

// settle ends the call; the first to do so is right.
func (c *call) settle(r *Response, message string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.settled {
		c.settled, c.exchange.Response, c.exchange.Error = true, r, message
	}
}

func (c *call) fail(message string) { c.settle(nil, message) }

// refuse ends the call, and returns what the program is told.
func (c *call) refuse(req *http.Request, message, how string) *http.Response {
	c.fail(message)
	return explained(req, message, how)
}

// lost ends a call whose server gave no answer, and returns the error for the program.
func (c *call) lost(asker, ended context.Context, err error) error {
	switch {
	case ended.Err() != nil:
		c.fail(errEnded)
		return ErrClosed
	case asker.Err() != nil:
		c.fail(errGaveUp)
		return err
	}
	failure := &Failure{reason(err)}
	c.fail(failure.Reason)
	return failure
}

// finish keeps the answer as far as it came; message says why not further.
func (c *call) finish(message string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.settled || c.response == nil {
		return
	}
	if c.keeper.size == c.response.ContentLength {
		message = "" // all of it came, though nobody looked for its end
	}
	r := c.exchange.Response
	r.Body = c.redact.responseBody(c.keeper.body())
	if message == "" {
		r.Trailers = c.redact.headers(c.response.Trailer)
	}
	c.settled, c.exchange.Error = true, message
	c.response, c.keeper = nil, nil
}

// close returns the exchange, which nothing changes any more.
func (c *call) close() Exchange {
	c.finish(errEnded)
	c.fail(errEnded)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exchange
}

// keptBody is an answer's body that is kept while it passes.
type keptBody struct {
	io.ReadCloser
	call         *call
	asker, ended context.Context
	done         func()
	once         sync.Once
}

func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.call.take(p[:n])
	switch {
	case errors.Is(err, io.EOF): // and not sooner: trailers come after the last byte
		b.finish("")
	case err == nil:
	case b.ended.Err() != nil:
		b.finish(errEnded)
	case b.asker.Err() != nil:
		b.finish(errGaveUp)
	default:
		b.finish(reason(err))
	}
	return n, err
}

// Close before the end means that the program wanted no more.
func (b *keptBody) Close() error {
	b.finish(errGaveUp)
	return b.ReadCloser.Close()
}

func (b *keptBody) finish(message string) {
	b.once.Do(func() {
		b.call.finish(message)
		b.done()
	})
}

func (c *call) take(chunk []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keeper != nil {
		c.keeper.take(chunk)
	}
}
