package external

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// tunnel is what a program opened with CONNECT: a connection to a server, as it believes.
type tunnel struct {
	net.Conn
	buffered  *bufio.Reader
	session   *Session
	authority string // host:port

	redirected bool // the program knows nothing of a proxy
}

func (t *tunnel) Read(p []byte) (int, error) { return t.buffered.Read(p) }

// Close also forgets the connection.
func (t *tunnel) Close() error {
	t.session.release(t)
	return t.Conn.Close()
}

// connect opens a tunnel. In mode live it is passed on as it is; else we take the server's place in
// it, for TLS with a certificate of our own.
func (s *Session) connect(w http.ResponseWriter, r *http.Request) {
	authority := r.Host
	if _, _, err := net.SplitHostPort(authority); err != nil {
		http.Error(w, "shadowrun: CONNECT wants host:port", http.StatusBadRequest)
		return
	}
	own := r.Header.Get(Header) != redirected
	var server net.Conn
	if s.mode == Live {
		var err error
		if server, err = s.dial(r.Context(), authority); err != nil {
			if !own {
				panic(http.ErrAbortHandler)
			}
			answerFailure(w, r, &Failure{reason(err)})
			return
		}
		defer server.Close()
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "shadowrun: CONNECT wants HTTP/1.1", http.StatusHTTPVersionNotSupported)
		return
	}
	t := &tunnel{Conn: conn, buffered: buffered.Reader, session: s, authority: authority, redirected: !own}
	if !s.hold(t) {
		conn.Close()
		return
	}
	if own {
		if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			t.Close()
			return
		}
	}
	switch {
	case server != nil:
		t.pipe(server)
	case own:
		t.answer(r.Context())
	default:
		t.answerRedirected()
	}
}

// answer looks at what the program says first, and hands the tunnel over to who speaks that.
func (t *tunnel) answer(ctx context.Context) {
	t.SetReadDeadline(time.Now().Add(t.session.proxy.options.headerTime)) // net.Conn knows wall-clock deadlines only
	first, err := t.buffered.Peek(1)
	t.SetReadDeadline(time.Time{})
	switch {
	case err == nil && first[0] == 0x16: // a TLS handshake
		t.answerTLS(ctx)
	case err == nil && first[0] >= 'A' && first[0] <= 'Z': // a method
		t.session.proxy.tunnels.hand(t)
	default:
		if err == nil || isTimeout(err) { // it speaks otherwise, or waits for the server to begin
			t.session.note(t.authority, errForeign)
		}
		t.Close()
	}
}

func isTimeout(err error) bool {
	var timed net.Error
	return errors.As(err, &timed) && timed.Timeout()
}

func (t *tunnel) answerTLS(ctx context.Context) {
	authority := t.authority
	secure := tls.Server(t, &tls.Config{
		NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := hello.ServerName
			host, port, _ := net.SplitHostPort(t.authority)
			if name == "" {
				name = host
			} else if t.redirected {
				authority = net.JoinHostPort(name, port)
			}
			return t.session.proxy.authority.host(name)
		},
	})
	ctx, cancel := context.WithTimeout(ctx, t.session.proxy.options.headerTime)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		t.session.note(authority, errDistrust)
		t.Close()
		return
	}
	t.session.proxy.tunnels.hand(secure)
}

// pipe passes both ways until both have ended.
func (t *tunnel) pipe(server net.Conn) {
	var both errgroup.Group
	pass := func(to net.Conn, from io.Reader) {
		both.Go(func() error {
			_, err := io.Copy(to, from)
			if half, ok := to.(interface{ CloseWrite() error }); ok && err == nil {
				return half.CloseWrite()
			}
			return to.Close()
		})
	}
	pass(server, t.buffered)
	pass(t, server)
	both.Wait() // one side's end is the other's: nobody asks how
	t.Close()
}

// CloseWrite tells the program that the server has no more to say.
func (t *tunnel) CloseWrite() error {
	if half, ok := t.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return t.Close()
}

// tunnelListener hands tunnels to an http.Server as if they had come in.
type tunnelListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *tunnelListener) hand(conn net.Conn) {
	select {
	case l.conns <- conn:
	case <-l.done:
		conn.Close()
	}
}

// Accept returns the next tunnel.
func (l *tunnelListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close ends Accept. The server that owns the listener calls it once.
func (l *tunnelListener) Close() error {
	close(l.done)
	return nil
}

// Addr is nowhere.
func (l *tunnelListener) Addr() net.Addr { return &net.TCPAddr{} }
