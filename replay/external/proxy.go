package external

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options say how a [Proxy] works. All but Dir may be zero.
type Options struct {
	Dir     string                   // for keys and what programs read; made if it is not there
	Listen  string                   // a loopback address; empty: 127.0.0.1 and the port that Dir was served on last
	Roots   []byte                   // PEM: authorities that servers may have beside the system's
	MaxBody int64                    // as in TransportOptions
	Secrets []string                 // as in TransportOptions
	Redact  func(text []byte) []byte // as in TransportOptions

	// Direct are hosts that programs are to reach past the proxy, as NO_PROXY takes them: a server
	// that a workflow starts itself, on a port that differs each time.
	Direct []string

	// Dial reaches servers; nil: the network, or the proxy that this process's environment names.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	headerTime time.Duration // 0: headerTime
}

// Proxy carries the calls of many executions at a time, each under a [Session]. It listens on
// loopback only, and serves no one who can't name a session and its secret.
type Proxy struct {
	dir       string
	options   Options
	authority *authority
	upstream  *http.Transport
	listener  net.Listener
	claim     *os.File     // on the folder's port; nil: another proxy has it
	outer     *http.Server // speaks with programs
	inner     *http.Server // speaks with programs inside a tunnel
	tunnels   *tunnelListener
	serving   errgroup.Group

	mu       sync.Mutex
	sessions map[string]*Session
	doors    map[string]*Session // by their own address
	closed   bool
	handling sync.WaitGroup
}

// Limits on a program that is slow or does not end its headers.
const (
	headerTime = 30 * time.Second
	headerSize = 1 << 20
)

// Start opens the folder, makes what is missing in it, and serves until Close.
func Start(o Options) (*Proxy, error) {
	dir, err := filepath.Abs(o.Dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return nil, fmt.Errorf("outside calls: %w", err)
	}
	if o.headerTime == 0 {
		o.headerTime = headerTime
	}
	p := &Proxy{dir: dir, options: o, sessions: map[string]*Session{}, doors: map[string]*Session{}}
	if p.authority, err = openAuthority(dir); err != nil {
		return nil, err
	}
	trusted, err := p.authority.writeFolder(dir, o.Roots)
	if err != nil {
		return nil, err
	}
	if p.listener, p.claim, err = listen(dir, o.Listen); err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(trusted)
	p.upstream = p.newUpstream(pool)
	p.serve()
	return p, nil
}

func (p *Proxy) newUpstream(pool *x509.CertPool) *http.Transport {
	t := &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool},
		ForceAttemptHTTP2:   true,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     time.Minute,
		TLSHandshakeTimeout: headerTime,
	}
	t.DialContext = p.options.Dial
	if t.DialContext == nil {
		t.DialContext = (&net.Dialer{Timeout: headerTime}).DialContext
		t.Proxy = http.ProxyFromEnvironment
	}
	dial := dialMeant(t.DialContext)
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil && p.isSelf(conn.RemoteAddr()) {
			return nil, errors.Join(errSelf, conn.Close())
		}
		return conn, err
	}
	return t
}

// isSelf reports whether an address is one of ours, all of which have one port on loopback.
func (p *Proxy) isSelf(address net.Addr) bool {
	at, ok := address.(*net.TCPAddr)
	return ok && at.Port == p.port() && at.IP.IsLoopback()
}

func (p *Proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

func (p *Proxy) serve() {
	quiet := log.New(io.Discard, "", 0) // a program that hangs up is no news
	p.tunnels = &tunnelListener{conns: make(chan net.Conn), done: make(chan struct{})}
	p.outer = &http.Server{
		Handler:           p.handler(p.serveOuter),
		ReadHeaderTimeout: p.options.headerTime,
		MaxHeaderBytes:    headerSize,
		ErrorLog:          quiet,
		ConnContext:       withVisitor,
	}
	var both http.Protocols
	both.SetHTTP1(true)
	both.SetHTTP2(true)
	both.SetUnencryptedHTTP2(true)
	p.inner = &http.Server{
		Handler:           p.handler(p.serveInner),
		ReadHeaderTimeout: p.options.headerTime,
		MaxHeaderBytes:    headerSize,
		ErrorLog:          quiet,
		ConnContext:       withVisitor,
		Protocols:         &both,
		TLSConfig:         &tls.Config{NextProtos: []string{"h2", "http/1.1"}},
	}
	p.serving.Go(func() error { return p.outer.Serve(p.listener) })
	p.serving.Go(func() error { return p.inner.Serve(p.tunnels) })
}

// handler counts a call for as long as it is handled, so that Close can wait for it.
func (p *Proxy) handler(serve func(http.ResponseWriter, *http.Request)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		if p.closed {
			p.mu.Unlock()
			panic(http.ErrAbortHandler)
		}
		p.handling.Add(1)
		p.mu.Unlock()
		defer p.handling.Done()
		serve(w, r)
	})
}

// Close ends all sessions and connections, and waits for what it started.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	sessions := make([]*Session, 0, len(p.sessions))
	for _, s := range p.sessions {
		sessions = append(sessions, s)
	}
	p.mu.Unlock()
	for _, s := range sessions {
		s.Close() // its exchanges are nobody's: who wanted them has closed it before
	}
	errOuter, errInner := p.outer.Close(), p.inner.Close()
	p.handling.Wait()
	p.upstream.CloseIdleConnections()
	p.claim.Close() // nil as well
	for _, err := range []error{errOuter, errInner, p.serving.Wait()} {
		if err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) { // a door closed before
			return fmt.Errorf("outside calls: close the proxy: %w", err)
		}
	}
	return nil
}
