package external

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
)

// Session is one execution's use of a [Proxy].
type Session struct {
	proxy     *Proxy
	name      string
	secret    string
	mode      Mode
	transport *Transport
	relay     *httputil.ReverseProxy
	known     []string     // the record's servers
	door      net.Listener // for programs that can't name a session; nil: there is none here

	mu      sync.Mutex
	tunnels map[net.Conn]bool // nil once closed
	passed  map[string]bool
}

// Session begins an execution, in which programs are known by the name: a run's id. The name and
// the folder's key make the session's secret, so that a run and its replay are shown the same. One
// name has one session at a time.
func (p *Proxy) Session(name string, mode Mode, record []Exchange) (*Session, error) {
	if name == "" || strings.ContainsAny(name, ":/@?#% ") {
		return nil, fmt.Errorf("outside calls: session %q: want a name that fits in a URL", name)
	}
	s := &Session{
		proxy:   p,
		name:    name,
		secret:  hex.EncodeToString(p.authority.mac("session " + name)[:16]),
		mode:    mode,
		tunnels: map[net.Conn]bool{},
		passed:  map[string]bool{},
	}
	if mode == Replay {
		s.known = serversOf(record)
	}
	s.transport = NewTransport(TransportOptions{
		Mode: mode, Record: record, Base: p.upstream,
		MaxBody: p.options.MaxBody, Secrets: p.options.Secrets, Redact: p.options.Redact,
	})
	s.relay = &httputil.ReverseProxy{
		Rewrite:       passOn,
		Transport:     s.transport,
		FlushInterval: -1, // a stream is passed on as it comes
		ErrorLog:      log.New(io.Discard, "", 0),
		ErrorHandler:  answerFailure,
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errors.New("outside calls: the proxy has been closed")
	}
	if p.sessions[name] != nil {
		return nil, fmt.Errorf("outside calls: session %q is open already", name)
	}
	p.sessions[name] = s
	p.openDoor(s)
	return s, nil
}

// passOn undoes what httputil does for a proxy in front of servers: this one stands in front of a
// program, and changes nothing that it asks.
func passOn(r *httputil.ProxyRequest) {
	r.Out.URL = r.In.URL
	r.Out.Host = r.In.Host
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values := r.In.Header.Values(name); values != nil {
			r.Out.Header[name] = values
		}
	}
}

func (s *Session) forward(w http.ResponseWriter, r *http.Request) {
	s.relay.ServeHTTP(&bare{ResponseWriter: w, bodyless: r.Method == http.MethodHead}, r)
}

// bare keeps net/http from adding what the server did not say: a Date, which would differ each
// time, and a guess at the type. It also takes chance out of flushing: httputil does that from a
// timer, and whether an empty answer has a length would depend on who comes first.
type bare struct {
	http.ResponseWriter
	bodyless bool
}

// WriteHeader sends the headers at once where a body is to follow, and with the end where not.
func (b *bare) WriteHeader(status int) {
	h := b.Header()
	if status < http.StatusOK {
		b.ResponseWriter.WriteHeader(status)
		return
	}
	for _, name := range []string{"Date", "Content-Type"} {
		if _, ok := h[name]; !ok {
			h[name] = nil
		}
	}
	b.bodyless = b.bodyless || status == http.StatusNoContent || status == http.StatusNotModified || h.Get("Content-Length") == "0"
	b.ResponseWriter.WriteHeader(status)
	b.FlushError() // a program that is gone shows at the next write
}

// FlushError is for http.ResponseController.
func (b *bare) FlushError() error {
	if b.bodyless {
		return nil
	}
	return http.NewResponseController(b.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (b *bare) Unwrap() http.ResponseWriter { return b.ResponseWriter }

// answerFailure tells a program that there is no answer, in the run and in its replay alike.
func answerFailure(w http.ResponseWriter, r *http.Request, err error) {
	var failure *Failure
	if !errors.As(err, &failure) { // the program or the session has gone
		panic(http.ErrAbortHandler)
	}
	w.Header().Set(Header, failure.Reason)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusBadGateway)
	fmt.Fprintf(w, "shadowrun: %s\n", failure.Reason)
}

// Close ends the session: calls in flight are cut off, later ones refused. The exchanges are those
// of [Transport.Close], and the error [ErrNotKept] or nil. Closing again returns nothing.
func (s *Session) Close() ([]Exchange, error) {
	s.proxy.mu.Lock()
	if s.proxy.sessions[s.name] == s {
		delete(s.proxy.sessions, s.name)
	}
	s.proxy.closeDoor(s)
	s.proxy.mu.Unlock()
	exchanges, err := s.transport.Close()
	s.mu.Lock()
	tunnels := s.tunnels
	s.tunnels = nil
	s.mu.Unlock()
	for conn := range tunnels {
		conn.Close() // the program is gone, or must be shown that its calls have ended
	}
	return exchanges, err
}

// hold remembers a connection that Close has to close, and reports whether it may go on.
func (s *Session) hold(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tunnels == nil {
		return false
	}
	s.tunnels[conn] = true
	return true
}

func (s *Session) release(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tunnels, conn)
}

// sessionOf returns the session that a request belongs to, or nil.
func (p *Proxy) sessionOf(r *http.Request) *Session {
	name, secret, ok := proxyCredentials(r)
	if !ok {
		return p.sessionOfDoor(r)
	}
	p.mu.Lock()
	s := p.sessions[name]
	p.mu.Unlock()
	if s == nil || subtle.ConstantTimeCompare([]byte(secret), []byte(s.secret)) != 1 {
		return nil
	}
	return s
}

// proxyCredentials reads Proxy-Authorization as net/http reads Authorization.
func proxyCredentials(r *http.Request) (name, secret string, ok bool) {
	header := http.Header{"Authorization": r.Header["Proxy-Authorization"]}
	return (&http.Request{Header: header}).BasicAuth()
}

// note adds an exchange that is no request: a tunnel that came to nothing.
func (s *Session) note(authority, message string) {
	if s.mode == Live {
		return
	}
	c, err := s.transport.begin(Request{Method: http.MethodConnect, URL: s.transport.redact.url("https://" + authority)})
	if err == nil {
		c.fail(message)
	}
}

// dial reaches a server for a tunnel that is passed on as it is.
func (s *Session) dial(ctx context.Context, authority string) (net.Conn, error) {
	return s.proxy.upstream.DialContext(ctx, "tcp", authority)
}
