package external

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStreamPassesAsItComes: the server sends the second event only once the program has said that
// it saw the first.
func TestStreamPassesAsItComes(t *testing.T) {
	seen := make(chan struct{})
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: one\n\n")
		http.NewResponseController(w).Flush()
		select {
		case <-seen:
			fmt.Fprint(w, "data: two\n\n")
		case <-r.Context().Done():
		}
	})
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			mode := Record
			text, record := o.inBoth(t, func(c *http.Client) string {
				resp, err := c.Get(scheme + "://" + host + "/stream")
				if err != nil {
					return err.Error()
				}
				defer resp.Body.Close()
				lines := bufio.NewReader(resp.Body)
				first, _ := lines.ReadString('\n')
				if mode == Record {
					seen <- struct{}{}
					mode = Replay
				}
				rest, err := io.ReadAll(lines)
				return fmt.Sprint(first, string(rest), err)
			})
			if want := "data: one\n\ndata: two\n\n<nil>"; text != want {
				t.Errorf("want %q, got %q", want, text)
			}
			if len(record) != 1 || string(record[0].Response.Body.Data) != "data: one\n\ndata: two\n\n" {
				t.Errorf("want the whole stream in one exchange, got %+v", record)
			}
		})
	}
}

// TestServerBreaksOff: half an answer is half an answer in the replay too.
func TestServerBreaksOff(t *testing.T) {
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/announced" {
			w.Header().Set("Content-Length", "100")
		}
		fmt.Fprint(w, "half")
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	for _, path := range []string{"/announced", "/chunked"} {
		for _, scheme := range []string{"http", "https"} {
			t.Run(scheme+path, func(t *testing.T) {
				seen, record := o.inBoth(t, func(c *http.Client) string {
					resp, err := c.Get(scheme + "://" + host + path)
					if err != nil {
						return err.Error()
					}
					defer resp.Body.Close()
					body, err := io.ReadAll(resp.Body)
					return fmt.Sprintf("%s, broken off: %t", body, err != nil)
				})
				if seen != "half, broken off: true" {
					t.Errorf("got %q", seen)
				}
				if len(record) != 1 || !strings.HasPrefix(record[0].Error, serverFailed) {
					t.Errorf("want the failure in the exchange, got %+v", record)
				}
			})
		}
	}
}

// TestProgramGivesUp: a server that never answers is in the replay as patient as it was in the run.
func TestProgramGivesUp(t *testing.T) {
	asked := make(chan struct{}, 1)
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	for _, mode := range []Mode{Record, Replay} {
		var record []Exchange
		if mode == Replay {
			record = []Exchange{{Request: Request{Method: "GET", URL: "http://" + host + "/never"}, Error: errGaveUp}}
		}
		s := o.session(t, mode, record)
		ctx, giveUp := context.WithCancel(t.Context())
		req, _ := http.NewRequestWithContext(ctx, "GET", "http://"+host+"/never", nil)
		answered := make(chan error)
		go func() {
			resp, err := o.through(t, s).Do(req)
			if err == nil {
				resp.Body.Close()
			}
			answered <- err
		}()
		if mode == Record {
			<-asked
		} else {
			waitFor(t, func() bool { return s.transport.inFlight() == 1 })
		}
		giveUp()
		if err := <-answered; err == nil {
			t.Errorf("%s: want no answer", mode)
		}
		if mode == Record {
			waitFor(t, func() bool { return s.transport.inFlight() == 0 })
		}
		got := end(t, s)
		for i := range got {
			got[i].Request.Headers = nil
		}
		want := []Exchange{{Request: Request{Method: "GET", URL: "http://" + host + "/never"}, Error: errGaveUp}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", mode, diff)
		}
	}
}

// TestClosedInFlight: the run's end cuts calls off, and nothing comes after it.
func TestClosedInFlight(t *testing.T) {
	asked := make(chan struct{}, 3)
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			fmt.Fprint(w, "half")
			http.NewResponseController(w).Flush()
		}
		asked <- struct{}{}
		<-r.Context().Done()
	})
	s := o.session(t, Record, nil)
	c := o.through(t, s)
	answers := make(chan string)
	for _, url := range []string{"http://" + host + "/never", "https://" + host + "/never"} {
		go func() { answers <- ask(c, "GET", url, "") }()
		<-asked
	}
	resp, err := c.Get("http://" + host + "/half")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	half := make([]byte, 4)
	if _, err := io.ReadFull(resp.Body, half); err != nil {
		t.Fatal(err)
	}
	got := end(t, s)
	for range 2 {
		if a := <-answers; !strings.HasPrefix(a, "error: ") {
			t.Errorf("want no answer, got %q", a)
		}
	}
	if len(got) != 3 {
		t.Fatalf("want 3 exchanges, got %+v", got)
	}
	for _, e := range got {
		if e.Error != errEnded {
			t.Errorf("%s: want %q, got %q", e.Name(), errEnded, e.Error)
		}
	}
	if r := got[0].Response; r == nil || string(r.Body.Data) != "half" {
		t.Errorf("want the half that came, got %+v", r)
	}
	if a := ask(c, "GET", "http://"+host+"/count", ""); !strings.HasPrefix(a, "407 ") {
		t.Errorf("after the end: got %q", a)
	}
	if again, err := s.Close(); len(again) != 0 || err != nil {
		t.Errorf("closed again: want nothing, got %v, %v", again, err)
	}
}

// TestUpgradeIsRefused, and passes where nothing is recorded.
func TestUpgradeIsRefused(t *testing.T) {
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello")
	})
	for _, test := range []struct {
		mode   Mode
		status int
		kept   int
	}{{Record, 599, 1}, {Live, 101, 0}} {
		s := o.session(t, test.mode, nil)
		req, _ := http.NewRequest("GET", "http://"+host+"/socket", nil)
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", "websocket")
		resp, err := o.through(t, s).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		exchanges := end(t, s)
		if resp.StatusCode != test.status || len(exchanges) != test.kept {
			t.Errorf("%s: want %d and %d exchanges, got %d and %+v", test.mode, test.status, test.kept, resp.StatusCode, exchanges)
		}
		if test.kept == 1 && exchanges[0].Error != errUpgrade {
			t.Errorf("want %q, got %q", errUpgrade, exchanges[0].Error)
		}
	}
}

// tunnelTo opens a tunnel with CONNECT.
func tunnelTo(t *testing.T, o *outside, s *Session, authority string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", o.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	req, _ := http.NewRequest("CONNECT", "http://"+authority, nil)
	req.Host = authority
	credentials := &http.Request{Header: http.Header{}}
	credentials.SetBasicAuth(s.name, s.secret)
	req.Header.Set("Proxy-Authorization", credentials.Header.Get("Authorization"))
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
	head := make([]byte, len("HTTP/1.1 200 Connection established\r\n\r\n"))
	if _, err := io.ReadFull(conn, head); err != nil || !strings.HasPrefix(string(head), "HTTP/1.1 200") {
		t.Fatalf("CONNECT %s: %q, %v", authority, head, err)
	}
	return conn
}

// TestForeignTunnel: what is neither TLS nor HTTP passes where nothing is recorded, and is refused
// elsewhere.
func TestForeignTunnel(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	served := make(chan struct{})
	go func() {
		defer close(served)
		conn, err := server.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		io.Copy(conn, conn)
	}()
	o := newOutside(t, nil)

	s := o.session(t, Live, nil)
	conn := tunnelTo(t, o, s, server.Addr().String())
	fmt.Fprint(conn, "\x00\x01ping")
	conn.(*net.TCPConn).CloseWrite()
	if echo, err := io.ReadAll(conn); string(echo) != "\x00\x01ping" {
		t.Errorf("live: want an echo, got %q, %v", echo, err)
	}
	<-served
	end(t, s)

	s = o.session(t, Record, nil)
	conn = tunnelTo(t, o, s, server.Addr().String())
	fmt.Fprint(conn, "\x00\x01ping")
	if rest, _ := io.ReadAll(conn); len(rest) != 0 {
		t.Errorf("record: want nothing, got %q", rest)
	}
	got := end(t, s)
	want := []Exchange{{Request: Request{Method: "CONNECT", URL: "https://" + server.Addr().String()}, Error: errForeign}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exchanges (-want +got):\n%s", diff)
	}
}
