package external

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// redirectedTo is a connection that a program made to a server and that was redirected.
func redirectedTo(t *testing.T, s *Session, authority string) net.Conn {
	t.Helper()
	entrance := s.Entrance()
	conn, err := net.Dial("tcp", entrance.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", authority, authority, entrance.Header)
	return conn
}

// says returns what is answered to a text on a connection that then ends.
func says(t *testing.T, conn net.Conn, text string) string {
	t.Helper()
	io.WriteString(conn, text)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return "error: " + err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return fmt.Sprint(response.StatusCode, " ", string(body), " ", err)
}

func namesOf(exchanges []Exchange) (names []string) {
	for _, e := range exchanges {
		name := e.Name()
		if e.Error != "" {
			name += ": " + e.Error
		}
		names = append(names, name)
	}
	return names
}

// A server is known by the name that the program gives it, and reached by the address, or else by the name.
func TestRedirectedRequests(t *testing.T) {
	o := newOutside(t, nil)
	plain := o.plain.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(plain)
	for _, test := range []struct{ name, authority, text, want, url string }{
		{"by address", plain, "GET /count HTTP/1.0\r\n\r\n", "200", "http://" + plain + "/count"},
		{"by a name", plain, "GET /count HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n", "200", "http://shop.example:" + port + "/count"},
		{"an address that has no server", "[::1]:" + port, "GET /count HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n\r\n", "200", "http://localhost:" + port + "/count"},
		{"neither", "127.0.0.1:1", "GET /count HTTP/1.0\r\n\r\n", "502", "http://127.0.0.1:1/count: " + serverFailed + "connection refused"},
		{"the usual port", "127.0.0.1:80", "GET /count HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n", "200", "http://" + host + "/count"},
		{"a program that takes it for a proxy", "127.0.0.1:3128", "GET http://" + host + "/count HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n", "200", "http://" + host + "/count"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := o.session(t, Record, nil)
			got := says(t, redirectedTo(t, s, test.authority), test.text)
			if !strings.HasPrefix(got, test.want+" ") {
				t.Errorf("got %q", got)
			}
			record := end(t, s)
			if diff := cmp.Diff([]string{"GET " + test.url}, namesOf(record)); diff != "" {
				t.Errorf("exchanges (-want +got):\n%s", diff)
			}
			before := o.asked.Load()
			s = o.session(t, Replay, record)
			if again := says(t, redirectedTo(t, s, test.authority), test.text); again != got || o.asked.Load() != before {
				t.Errorf("replay: %q, then %q, and %d further requests", got, again, o.asked.Load()-before)
			}
			end(t, s)
		})
	}
}

// TLS is for the name that the program says, not for the address that it has for it.
func TestRedirectedTLS(t *testing.T) {
	o := newOutside(t, nil, func(o *Options) {
		dial := o.Dial
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "192.0.2.1:") { // for examples, RFC 5737: nobody is there, and it takes long to know that
				return nil, syscall.EHOSTUNREACH
			}
			return dial(ctx, network, address)
		}
	})
	s := o.session(t, Record, nil)
	pool := x509.NewCertPool()
	pool.AddCert(o.authority.certificate)
	text := "GET /count HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
	trusting := tls.Client(redirectedTo(t, s, "192.0.2.1:443"), &tls.Config{ServerName: host, RootCAs: pool})
	if got := says(t, trusting, text); !strings.HasPrefix(got, "200 ") {
		t.Errorf("got %q", got)
	}
	var unknown x509.UnknownAuthorityError
	if err := tls.Client(redirectedTo(t, s, "192.0.2.1:443"), &tls.Config{ServerName: host, RootCAs: x509.NewCertPool()}).Handshake(); !errors.As(err, &unknown) {
		t.Errorf("a program that trusts others: %v", err)
	}
	waitFor(t, func() bool { return s.transport.kept(errDistrust) == 1 })
	want := []string{"CONNECT https://" + host + ":443: " + errDistrust, "GET https://" + host + "/count"}
	if diff := cmp.Diff(want, namesOf(end(t, s))); diff != "" {
		t.Errorf("exchanges (-want +got):\n%s", diff)
	}
}

// What speaks neither TLS nor HTTP is passed on, whoever speaks first, unless calls are blocked.
func TestRedirectedOtherProtocols(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, "220 hello\n")
			io.Copy(conn, conn)
			conn.Close()
		}
	}()
	defer func() { listener.Close(); <-served }()
	o := newOutside(t, nil)
	at := listener.Addr().String()
	for _, mode := range []Mode{Record, Replay, Live} {
		for _, first := range []string{"", "\x00binary\n", "lower case\n", "AMQP\x00\n"} {
			t.Run(fmt.Sprintf("%s, the program says %q", mode, first), func(t *testing.T) {
				s := o.session(t, mode, nil)
				conn := redirectedTo(t, s, at)
				io.WriteString(conn, first)
				answer := bufio.NewReader(conn)
				greeting, _ := answer.ReadString('\n')
				echo := ""
				if first != "" {
					echo, _ = answer.ReadString('\n')
				}
				if diff := cmp.Diff([]string{"220 hello\n", first}, []string{greeting, echo}); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				passed := s.Passed()
				if mode != Live && !cmp.Equal(passed, []string{at}) {
					t.Errorf("passed on: %q", passed)
				}
				if got := end(t, s); len(got) != 0 {
					t.Errorf("exchanges: %q", namesOf(got))
				}
			})
		}
	}
	s := o.session(t, Block, nil)
	conn := redirectedTo(t, s, at)
	io.WriteString(conn, "\x00binary\n")
	if got, _ := io.ReadAll(conn); len(got) != 0 {
		t.Errorf("blocked, and answered %q", got)
	}
	if diff := cmp.Diff([]string{"CONNECT https://" + at + ": " + errForeign}, namesOf(end(t, s))); diff != "" {
		t.Errorf("exchanges (-want +got):\n%s", diff)
	}
}

// A connection on which nothing is said is no exchange: a program may look whether somebody is there.
func TestRedirectedAndSilent(t *testing.T) {
	o := newOutside(t, nil)
	s := o.session(t, Record, nil)
	open := func(n int) func() bool {
		return func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.tunnels) == n }
	}
	kept := redirectedTo(t, s, o.plain.Listener.Addr().String())
	waitFor(t, open(1))
	other := redirectedTo(t, s, o.plain.Listener.Addr().String())
	waitFor(t, open(2))
	other.Close()
	waitFor(t, open(1))
	if got := end(t, s); len(got) != 0 || len(s.Passed()) != 0 {
		t.Errorf("exchanges %q, passed on %q", namesOf(got), s.Passed())
	}
	if got, _ := io.ReadAll(kept); len(got) != 0 { // and the session's end is its end
		t.Errorf("got %q", got)
	}
}

func TestEntranceKnowsTheRecord(t *testing.T) {
	o := newOutside(t, nil)
	record := []Exchange{
		{Request: Request{Method: "GET", URL: "https://b.example/x"}}, {Request: Request{Method: "GET", URL: "http://a.example"}},
		{Request: Request{Method: "GET", URL: "http://[::1]:8080/"}}, {Request: Request{Method: "PUT", URL: "https://b.example/y"}},
	}
	want := []string{"[::1]:8080", "a.example:80", "b.example:443"}
	for _, mode := range []Mode{Replay, Record} {
		s := o.session(t, mode, record)
		if diff := cmp.Diff(want, s.Entrance().Known); diff != "" {
			t.Errorf("%s (-want +got):\n%s", mode, diff)
		}
		end(t, s)
		want = nil // nothing is answered from a record that is being made
	}
}
