package external

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask makes a call and returns status, body and the error's text, one after the other.
func ask(c *http.Client, method, url, body string) string {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	resp, err := c.Do(req)
	if err != nil {
		return "error: " + err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Sprintf("%d %s, then %v", resp.StatusCode, text, err)
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, text)
}

// inBoth runs calls in a run and then in its replay, and wants the same of both.
func (o *outside) inBoth(t *testing.T, calls func(c *http.Client) string) (seen string, record []Exchange) {
	t.Helper()
	s := o.session(t, Record, nil)
	seen = calls(o.through(t, s))
	record = end(t, s)
	asked := o.asked.Load()
	s = o.session(t, Replay, reread(t, record))
	again := calls(o.through(t, s))
	replayed := end(t, s)
	if diff := cmp.Diff(seen, again); diff != "" {
		t.Errorf("what the program saw (-run +replay):\n%s", diff)
	}
	if diff := cmp.Diff(record, replayed); diff != "" {
		t.Errorf("exchanges (-run +replay):\n%s", diff)
	}
	if more := o.asked.Load() - asked; more != 0 {
		t.Errorf("the replay asked the server %d times", more)
	}
	return seen, record
}

func TestModes(t *testing.T) {
	o := newOutside(t, nil)
	for _, test := range []struct {
		mode   Mode
		want   string
		errors []string // of the exchanges
		asked  int64
	}{
		{Live, "200 answer 1", nil, 1},
		{Record, "200 answer 2", []string{""}, 2},
		{Replay, "599 shadowrun: not in the record", []string{errNotRecorded}, 2},
		{Block, "599 shadowrun: blocked", []string{errBlocked}, 2},
	} {
		t.Run(string(test.mode), func(t *testing.T) {
			s := o.session(t, test.mode, nil)
			got := ask(o.through(t, s), "GET", "http://"+host+"/count", "")
			if !strings.HasPrefix(got, test.want) {
				t.Errorf("want %q, got %q", test.want, got)
			}
			var errs []string
			for _, e := range end(t, s) {
				errs = append(errs, e.Error)
			}
			if diff := cmp.Diff(test.errors, errs); diff != "" {
				t.Errorf("errors of the exchanges (-want +got):\n%s", diff)
			}
			if got := o.asked.Load(); got != test.asked {
				t.Errorf("want the server asked %d times in all, got %d", test.asked, got)
			}
		})
	}
}

func TestNotInTheRecord(t *testing.T) {
	o := newOutside(t, nil)
	s := o.session(t, Record, nil)
	ask(o.through(t, s), "GET", "http://"+host+"/count", "")
	ask(o.through(t, s), "POST", "http://"+host+"/echo", `{"a": 1}`)
	record := end(t, s)
	for _, test := range []struct {
		name, method, path, body string
		want                     []string
	}{
		{"another path", "GET", "/other", "", []string{"GET http://svc.example.com/other was asked", "GET http://svc.example.com/count"}},
		{"another body", "POST", "/echo", `{"a": 2}`, []string{"POST http://svc.example.com/echo", "only the body differs"}},
		{"another query", "GET", "/count?page=2", "", []string{"GET http://svc.example.com/count?page=2 was asked"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := o.session(t, Replay, record)
			got := ask(o.through(t, s), test.method, "http://"+host+test.path, test.body)
			for _, want := range append(test.want, "599 ") {
				if !strings.Contains(got, want) {
					t.Errorf("want %q in %q", want, got)
				}
			}
			exchanges := end(t, s)
			if len(exchanges) != 1 || exchanges[0].Error != errNotRecorded || exchanges[0].Response != nil {
				t.Errorf("want the call as an exchange without an answer, got %+v", exchanges)
			}
		})
	}
	t.Run("once more than in the run", func(t *testing.T) {
		s := o.session(t, Replay, record)
		c := o.through(t, s)
		first, second := ask(c, "GET", "http://"+host+"/count", ""), ask(c, "GET", "http://"+host+"/count", "")
		if first != "200 answer 1" || !strings.Contains(second, "asked 1 times in the run, and now for the 2. time") {
			t.Errorf("got %q, then %q", first, second)
		}
		end(t, s)
	})
}

// TestJSONByMeaning: a program may write its keys in any order.
func TestJSONByMeaning(t *testing.T) {
	o := newOutside(t, nil)
	s := o.session(t, Record, nil)
	ask(o.through(t, s), "POST", "http://"+host+"/echo", `{"a": 1.0, "b": 2}`)
	record := end(t, s)
	s = o.session(t, Replay, record)
	defer end(t, s)
	if got := ask(o.through(t, s), "POST", "http://"+host+"/echo", `{"b":2,"a":1.0}`); !strings.HasPrefix(got, "200 ") {
		t.Errorf("another order of keys: got %q", got)
	}
	if got := ask(o.through(t, s), "POST", "http://"+host+"/echo", `{"b":2,"a":1}`); !strings.HasPrefix(got, "599 ") {
		t.Errorf("another number: got %q", got)
	}
}

// TestOrderIsNotTheSchedulers asks side by side; the exchanges come by request all the same, and
// the n-th of a request gets the n-th answer.
func TestOrderIsNotTheSchedulers(t *testing.T) {
	o := newOutside(t, nil)
	calls := func(c *http.Client) string {
		var all sync.WaitGroup
		answers := make([]string, 40)
		for i := range answers {
			all.Go(func() { answers[i] = ask(c, "GET", fmt.Sprintf("http://%s/count?i=%02d", host, i/2), "") })
		}
		all.Wait()
		distinct := map[string]bool{}
		for _, a := range answers {
			distinct[a] = true
		}
		return fmt.Sprint(len(distinct))
	}
	seen, record := o.inBoth(t, calls)
	if seen != "40" {
		t.Errorf("want 40 distinct answers, got %s", seen)
	}
	for i, e := range record {
		if want := fmt.Sprintf("http://%s/count?i=%02d", host, i/2); e.Request.URL != want {
			t.Errorf("exchange %d: want %s, got %s", i, want, e.Request.URL)
		}
	}
}

func TestDeadServer(t *testing.T) {
	o := newOutside(t, nil)
	for _, test := range []struct{ name, url, want string }{
		{"refused", "http://127.0.0.1:1/", "502 shadowrun: the server failed: connection refused\n"},
		{"no such host", "http://no-such-host.invalid/", "502 shadowrun: the server failed: its name was not found\n"},
		{"refused below TLS", "https://127.0.0.1:1/", "502 shadowrun: the server failed: connection refused\n"},
		{"no TLS", "https://" + o.plain.Listener.Addr().String() + "/", "502 shadowrun: the server failed: it refused TLS\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen, record := o.inBoth(t, func(c *http.Client) string { return ask(c, "GET", test.url, "") })
			if seen != test.want || len(record) != 1 {
				t.Errorf("want %q and 1 exchange, got %q and %d", test.want, seen, len(record))
			}
		})
	}
}
