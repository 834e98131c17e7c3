package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/netutil"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

// Options say what to serve, and to whom.
type Options struct {
	Address string // host:port; port 0: one that is free
	Token   string // that everybody must have; an address other than a loopback one needs one
	Version string // of shadowrun
	Look    func() monitor.Status
	Forms   Forms
	Now     func() time.Time // nil: time.Now
}

// Forms make the documents of the API: the same that commands print with --json.
type Forms struct {
	Status   func(monitor.Status) any
	Findings func(monitor.Status) any
	Finding  func(Finding) any
	Progress func(Progress) any
}

// ErrNoToken is what serving others than this machine without a token is refused with.
var ErrNoToken = errors.New("an address that other machines reach needs a token")

// ErrPortTaken is what an address that somebody listens at is refused with.
var ErrPortTaken = errors.New("something listens there already")

// What one client may cost: a soak has other things to do with its time, memory and open files.
const (
	headerLimit     = 5 * time.Second
	requestLimit    = 10 * time.Second
	answerLimit     = 30 * time.Second
	idleLimit       = time.Minute
	maxHeaderBytes  = 16 << 10
	maxConnections  = 64
	shutdownPatient = time.Second // with answers under way at the end
)

// Server is an address that is listened at.
type Server struct {
	listener    net.Listener
	http        *http.Server
	connections sync.WaitGroup // that are served
}

// Listen begins to listen. [Server.Serve] answers.
func Listen(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	host, _, err := net.SplitHostPort(o.Address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; want HOST:PORT, such as 127.0.0.1:9464", o.Address, err)
	}
	listener, err := net.Listen("tcp", o.Address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s: %w", o.Address, ErrPortTaken)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Address, err)
	}
	at := listener.Addr().(*net.TCPAddr)
	if !at.IP.IsLoopback() && o.Token == "" {
		return nil, errors.Join(fmt.Errorf("%s: %w", o.Address, ErrNoToken), listener.Close())
	}
	s := &Server{listener: netutil.LimitListener(listener, maxConnections)}
	seen := &sight{look: o.Look, now: o.Now}
	s.http = &http.Server{
		Handler:           newGuard(at, host, o.Token, routes(seen, o)),
		ReadHeaderTimeout: headerLimit,
		ReadTimeout:       requestLimit,
		WriteTimeout:      answerLimit,
		IdleTimeout:       idleLimit,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnState:         s.count,
		ErrorLog:          log.New(io.Discard, "", 0), // what clients do wrong is theirs to be told
	}
	return s, nil
}

// URL is where the page is.
func (s *Server) URL() string {
	at := s.listener.Addr().(*net.TCPAddr)
	if at.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d/", at.Port)
	}
	return "http://" + at.String() + "/"
}

// Serve answers until ctx ends. It leaves nothing running.
func (s *Server) Serve(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- s.http.Serve(s.listener) }()
	var err error
	select {
	case err = <-ended:
		s.http.Close()
	case <-ctx.Done():
		patient, end := context.WithTimeout(context.WithoutCancel(ctx), shutdownPatient)
		defer end()
		if s.http.Shutdown(patient) != nil {
			s.http.Close()
		}
		err = <-ended
	}
	s.connections.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve %s: %w", s.listener.Addr(), err)
}

// count lets Serve wait for answers that are being made: closing a connection ends none. Each is counted
// where it is accepted, so that none is counted once Serve waits.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.connections.Add(1)
	case http.StateClosed:
		s.connections.Done()
	}
}

// isLoopback reports whether only this machine reaches a host, as far as its name says.
func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}
