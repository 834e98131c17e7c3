package external

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// requestBody is read up to the limit before anything is sent. So what is kept is what the program
// asked, even where the server answers before it has heard all of it; and a call can be tried again.
type requestBody struct {
	src   io.ReadCloser
	begin []byte
	rest  bool // begin is not all of it: it is above the limit
	sent  bool // src belongs to whoever sends it on

	mu     sync.Mutex // a sender may go on reading after the answer
	keeper *keeper
	whole  bool
}

func newRequestBody(src io.ReadCloser, limit int64) *requestBody {
	if src == nil {
		src = http.NoBody
	}
	return &requestBody{src: src, keeper: newKeeper(limit)}
}

func (b *requestBody) read() error {
	begin, err := io.ReadAll(io.LimitReader(b.src, b.keeper.limit+1))
	b.begin, b.rest = begin, int64(len(begin)) > b.keeper.limit
	b.keeper.take(begin)
	b.whole = !b.rest
	return err
}

// discard reads to the end: nobody else will.
func (b *requestBody) discard() error {
	if !b.rest {
		return nil
	}
	_, err := io.Copy(io.Discard, (*restOfBody)(b))
	return err
}

// kept returns the body as it is stored. Of one that the server did not wait for, nothing is known.
func (b *requestBody) kept() Body {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.whole {
		return Body{Omitted: &Omitted{}}
	}
	return b.keeper.body()
}

// forward makes it the body of a request that is sent on.
func (b *requestBody) forward(out *http.Request) {
	out.Trailer = nil
	switch {
	case b.rest:
		b.sent = true
		out.Body, out.GetBody = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(b.begin), (*restOfBody)(b)), b.src}, nil
	case len(b.begin) == 0:
		out.Body, out.GetBody, out.ContentLength = nil, nil, 0
	default:
		out.ContentLength = int64(len(b.begin))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.begin)), nil }
		out.Body, _ = out.GetBody()
	}
}

func (b *requestBody) close() {
	if !b.sent {
		b.src.Close() // all that it had to give has been read, or it has failed already
	}
}

// restOfBody reads what comes after begin, and digests it.
type restOfBody requestBody

func (r *restOfBody) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keeper.take(p[:n])
	r.whole = r.whole || errors.Is(err, io.EOF)
	return n, err
}
