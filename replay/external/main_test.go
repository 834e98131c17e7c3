package external

import (
	"compress/gzip"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

// asGoClient makes the test binary a client of its own.
const asGoClient = "EXTERNAL_TEST_GO_CLIENT"

func TestMain(m *testing.M) {
	if base := os.Getenv(asGoClient); base != "" {
		if err := goClient(http.DefaultClient, base, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// needs skips a test where a program is missing, loudly; in CI it is missing by mistake.
func needs(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing", program)
	}
	t.Skipf("SKIPPED: %s is missing; what this test shows is not shown here", program)
}

// host is what programs call: Go takes no proxy for a loopback address.
const host = "svc.example.com"

// outside is a server with and without TLS, and a proxy whose programs reach it as host.
type outside struct {
	*Proxy
	plain, secure *httptest.Server
	dir           string
	asked         atomic.Int64
}

// newOutside starts both. The handler is asked after the paths that every test may use.
func newOutside(t testing.TB, more http.HandlerFunc, changes ...func(*Options)) *outside {
	t.Helper()
	o := &outside{dir: t.TempDir()}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := o.asked.Add(1)
		switch r.URL.Path {
		case "/count":
			fmt.Fprintf(w, "answer %d", n)
		case "/echo":
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
			fmt.Fprintf(w, `{"n": %d, "auth": %q, "body": %s}`, n, r.Header.Get("Authorization"), body)
		case "/redirect":
			http.Redirect(w, r, "/count?from=redirect", http.StatusFound)
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprintf(z, "packed %d", n)
			z.Close()
		default:
			if more == nil {
				http.NotFound(w, r)
				return
			}
			more(w, r)
		}
	})
	o.plain = httptest.NewServer(handler)
	t.Cleanup(o.plain.Close)
	o.secure = httptest.NewUnstartedServer(handler)
	o.secure.EnableHTTP2 = true
	o.secure.StartTLS()
	t.Cleanup(o.secure.Close)
	options := Options{
		Dir:   o.dir,
		Roots: pem.EncodeToMemory(&pem.Block{Type: certBlock, Bytes: o.secure.Certificate().Raw}),
		Dial:  o.dial,
	}
	for _, change := range changes {
		change(&options)
	}
	var err error
	if o.Proxy, err = Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Proxy.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *outside) dial(ctx context.Context, network, address string) (net.Conn, error) {
	switch address {
	case host + ":80":
		address = o.plain.Listener.Addr().String()
	case host + ":443":
		address = o.secure.Listener.Addr().String()
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (o *outside) session(t testing.TB, mode Mode, record []Exchange) *Session {
	t.Helper()
	s, err := o.Session("c3r7", mode, record)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// through returns a client of the session's proxy that trusts our authority.
func (o *outside) through(t testing.TB, s *Session) *http.Client {
	t.Helper()
	return clientOf(t, s.url(), o.authority)
}

// end closes a session, and returns its exchanges.
func end(t testing.TB, s *Session) []Exchange {
	t.Helper()
	exchanges, err := s.Close()
	if err != nil {
		t.Fatal(err)
	}
	return exchanges
}

// goClient makes the calls that every client in the tests makes.
func goClient(c *http.Client, base string, out io.Writer) error {
	for _, ask := range []struct{ method, path, body string }{
		{"GET", "/count", ""}, {"GET", "/count", ""}, {"POST", "/echo", `{"b": 1, "a": [2]}`}, {"GET", "/redirect", ""},
	} {
		req, err := http.NewRequest(ask.method, base+ask.path, strings.NewReader(ask.body))
		if err != nil {
			return err
		}
		if ask.body != "" {
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer s3cr3t")
		}
		resp, err := c.Do(req)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\n", body)
	}
	return nil
}
