package external

import (
	"context"
	"encoding/base64"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A program that takes no proxy can have its connections redirected by who starts it. They come as a tunnel does, with a CONNECT
// request before what the program says; since that is the redirector's and not the program's, there is no answer to it. Which
// server is meant is known by its address only: its name is the one that the program says, in TLS or HTTP.
//
// What speaks neither, such as a database's protocol, is passed on as it is, unless calls are blocked: without the
// redirection it would have gone past us as well, and a run must not break by being looked at.

// Entrance says how connections are redirected to a session.
type Entrance struct {
	Address string   // host:port to connect to
	Header  string   // lines of the CONNECT request's header, each with its CRLF
	Known   []string // host:port of the servers that the record has answers of, sorted
}

// redirected is the value of [Header] in a CONNECT request that is not the program's own.
const redirected = "redirected"

// Entrance returns it. It holds the session's secret.
func (s *Session) Entrance() Entrance {
	credentials := base64.StdEncoding.EncodeToString([]byte(s.name + ":" + s.secret))
	return Entrance{
		Address: s.proxy.listener.Addr().String(),
		Header:  "Proxy-Authorization: Basic " + credentials + "\r\n" + Header + ": " + redirected + "\r\n",
		Known:   s.known,
	}
}

// serversOf returns host:port of each server that a record has to do with, sorted.
func serversOf(record []Exchange) []string {
	servers := map[string]bool{}
	for _, e := range record {
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Host == "" {
			continue
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		servers[net.JoinHostPort(u.Hostname(), port)] = true
	}
	return slices.Sorted(maps.Keys(servers))
}

// Passed returns host:port of what was passed on as it is, since it spoke neither TLS nor HTTP: sorted, each once.
func (s *Session) Passed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.passed))
}

// silence is after how long without a word from the program it is asked whether the server speaks first, as a mail server does.
const silence = 200 * time.Millisecond

// answerRedirected is what [tunnel.answer] is for a connection that a program made to a server itself.
func (t *tunnel) answerRedirected() {
	_, err := t.peek(1, silence)
	if isTimeout(err) && t.session.mode != Block {
		if server := t.listen(); server != nil {
			t.pipe(server)
			return
		}
	}
	first, err := t.peek(1, t.session.proxy.options.headerTime)
	switch {
	case err != nil: // it only wanted to know whether somebody is there
		t.Close()
	case first[0] == 0x16: // a TLS handshake
		t.answerTLS(t.session.transport.ended)
	case t.speaksHTTP():
		t.session.proxy.tunnels.hand(t)
	case t.session.mode == Block:
		t.session.note(t.authority, errForeign)
		t.Close()
	default:
		server, err := t.session.dial(t.session.transport.ended, t.authority)
		if err != nil {
			t.Close()
			return
		}
		t.notePassed()
		t.pipe(server)
	}
}

// peek looks at the next n bytes that the program says, if it says them in time.
func (t *tunnel) peek(n int, within time.Duration) ([]byte, error) {
	t.SetReadDeadline(time.Now().Add(within)) // net.Conn knows wall-clock deadlines only
	defer t.SetReadDeadline(time.Time{})
	return t.buffered.Peek(n)
}

// longestMethod bounds the methods of HTTP that are looked for.
const longestMethod = 24

// speaksHTTP tells whether the program begins with a method and a space.
func (t *tunnel) speaksHTTP() bool {
	for n := 1; n <= longestMethod; n++ {
		said, err := t.peek(n, t.session.proxy.options.headerTime)
		if err != nil {
			return false
		}
		if last := said[n-1]; last == ' ' {
			return n > 1
		} else if last != '-' && (last < 'A' || last > 'Z') {
			return false
		}
	}
	return false
}

// listen returns the server if it is the first to speak, once the program was told what it says; nil where the program spoke
// first, or nobody.
func (t *tunnel) listen() net.Conn {
	server, err := t.session.dial(t.session.transport.ended, t.authority)
	if err != nil {
		return nil
	}
	t.SetReadDeadline(time.Now().Add(t.session.proxy.options.headerTime))
	var greeting []byte
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		said := make([]byte, 4<<10)
		n, _ := server.Read(said)
		if greeting = said[:n]; n > 0 {
			t.SetReadDeadline(time.Unix(1, 0)) // ends the wait for the program
		}
	}()
	_, _ = t.buffered.Peek(1)
	server.SetReadDeadline(time.Unix(1, 0))
	<-heard
	t.SetReadDeadline(time.Time{})
	server.SetReadDeadline(time.Time{})
	if len(greeting) > 0 {
		t.notePassed()
		if _, err := t.Write(greeting); err == nil {
			return server
		}
	}
	server.Close()
	return nil
}

// notePassed remembers that the connection is passed on as it is.
func (t *tunnel) notePassed() {
	t.session.mu.Lock()
	defer t.session.mu.Unlock()
	t.session.passed[t.authority] = true
}

// destination is the server that a redirected connection was made to.
type destination struct{ name, address string } // host:port each

type destinationKey struct{}

// meant returns the name, by which the record has the server, that a request on a redirected connection gives it.
func (t *tunnel) meant(r *http.Request) destination {
	host, port, _ := net.SplitHostPort(t.authority)
	if name := (&url.URL{Host: r.Host}).Hostname(); name != "" && !strings.ContainsAny(name, "/?#@\\%") {
		host = name
	}
	return destination{name: net.JoinHostPort(host, port), address: t.authority}
}

// dialMeant dials the address that a program connected to. Where nobody is there the name may have another, which the program would have tried next.
func dialMeant(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		to, ok := ctx.Value(destinationKey{}).(destination)
		if ok && strings.EqualFold(to.name, address) && to.address != address { // else it is a proxy on the way
			if conn, err := dial(ctx, network, to.address); err == nil {
				return conn, nil
			}
		}
		return dial(ctx, network, address)
	}
}
