package external

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTransport is a Go workflow's way: in process, loopback too.
func TestTransport(t *testing.T) {
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/count", http.StatusFound)
		case "/echo":
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, `{"n": %d, "body": %s}`, n, body)
		default:
			fmt.Fprintf(w, "answer %d", n)
		}
	}))
	defer server.Close()
	execute := func(mode Mode, record []Exchange) (string, []Exchange) {
		transport := NewTransport(TransportOptions{Mode: mode, Record: record})
		var out strings.Builder
		if err := goClient(&http.Client{Transport: transport}, server.URL, &out); err != nil {
			t.Fatal(err)
		}
		exchanges, err := transport.Close()
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), exchanges
	}
	out, record := execute(Record, nil)
	if n != 5 || len(record) != 5 {
		t.Fatalf("want 5 calls, got %d, and %d recorded", n, len(record))
	}
	again, replayed := execute(Replay, reread(t, record))
	if diff := cmp.Diff(out, again); diff != "" {
		t.Errorf("output (-run +replay):\n%s", diff)
	}
	if diff := cmp.Diff(record, replayed); diff != "" {
		t.Errorf("exchanges (-run +replay):\n%s", diff)
	}
	if n != 5 {
		t.Errorf("the replay asked the server %d times", n-5)
	}
	if live, none := execute(Live, nil); len(none) != 0 || !strings.HasPrefix(live, "answer 6\n") {
		t.Errorf("live: got %q and %+v", live, none)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func TestTransportFailure(t *testing.T) {
	record := []Exchange(nil)
	for _, mode := range []Mode{Record, Replay} {
		transport := NewTransport(TransportOptions{Mode: mode, Record: record})
		_, err := (&http.Client{Transport: transport}).Get("http://127.0.0.1:1/")
		var failure *Failure
		if !errors.As(err, &failure) || failure.Reason != "the server failed: connection refused" {
			t.Errorf("%s: got %v", mode, err)
		}
		exchanges, err := transport.Close()
		if err != nil || len(exchanges) != 1 || exchanges[0].Error != "the server failed: connection refused" {
			t.Errorf("%s: got %+v, %v", mode, exchanges, err)
		}
		record = exchanges
		if _, err := (&http.Client{Transport: transport}).Get("http://127.0.0.1:1/"); !errors.Is(err, ErrClosed) {
			t.Errorf("%s, closed: got %v", mode, err)
		}
	}
}

// TestTransportBodyLeftUnread: a workflow may close an answer that it has not read.
func TestTransportBodyLeftUnread(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "first")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	record := []Exchange(nil)
	for _, mode := range []Mode{Record, Replay} {
		transport := NewTransport(TransportOptions{Mode: mode, Record: record, Base: base})
		resp, err := (&http.Client{Transport: transport}).Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, 5)
		_, err = io.ReadFull(resp.Body, got)
		resp.Body.Close()
		if string(got) != "first" || err != nil {
			t.Errorf("%s: got %q, %v", mode, got, err)
		}
		exchanges, err := transport.Close()
		if err != nil || len(exchanges) != 1 || exchanges[0].Error != errGaveUp || string(exchanges[0].Response.Body.Data) != "first" {
			t.Errorf("%s: got %+v, %v", mode, exchanges, err)
		}
		record = exchanges
	}
}

// TestTransportCancelled: the error is the context's, as without us.
func TestTransportCancelled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	transport := NewTransport(TransportOptions{Mode: Record, Base: base})
	req, _ := http.NewRequestWithContext(ctx, "GET", server.URL, nil)
	if _, err := transport.RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("want %v, got %v", context.Canceled, err)
	}
	if got, _ := transport.Close(); len(got) != 1 || got[0].Error != errGaveUp {
		t.Errorf("got %+v", got)
	}
}
