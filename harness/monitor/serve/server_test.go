package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

// begin serves what look sees until the test ends.
func begin(t *testing.T, look func() monitor.Status) (base string) {
	t.Helper()
	s, err := Listen(Options{Address: "127.0.0.1:0", Version: "v1", Look: look, Forms: plain})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s.URL()
}

// get returns status and text of an answer. Its connection stays open, as a browser's does.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestRoutes(t *testing.T) {
	type answer struct {
		Status int
		Text   string
	}
	unread := monitor.Status{Observation: monitor.Observation{Unread: errors.New("ledger is torn")}, Health: monitor.Health{State: monitor.Unknown}}
	none := monitor.Status{Observation: monitor.Observation{Dir: "/s"}, Health: monitor.Health{State: monitor.Unknown}}
	there, _ := soakStatus(t)
	for _, test := range []struct {
		name string
		seen monitor.Status
		path string
		want answer
	}{
		{"the process serves", unread, "healthz", answer{200, "ok\n"}},
		{"a soak is to be seen", there, "readyz", answer{200, "ok\n"}},
		{"its ledger can't be read", unread, "readyz", answer{503, "no soak's ledger can be read\n"}},
		{"there is none", none, "readyz", answer{503, "no soak's ledger can be read\n"}},
		{"status", there, "api/v1/status", answer{200, `{"status":"HEALTHY"}` + "\n"}},
		{"status without a ledger", unread, "api/v1/status", answer{200, `{"status":"UNKNOWN"}` + "\n"}},
		{"findings", there, "api/v1/findings", answer{200, `{"findings":1}` + "\n"}},
		{"findings without a ledger", unread, "api/v1/findings", answer{503, "ledger is torn\n"}},
		{"findings without a soak", none, "api/v1/findings", answer{503, "no soak has run in /s\n"}},
		{"a finding by its beginning", there, "api/v1/findings/" + there.Findings[0].Key[:6], answer{200, `{"finding":"` + there.Findings[0].Key + `"}` + "\n"}},
		{"no such finding", there, "api/v1/findings/zz", answer{404, `0 findings begin with "zz"; want one: not in the ledger: file does not exist` + "\n"}},
		{"progress", there, "api/v1/progress", answer{200, `{"points":2}` + "\n"}},
		{"elsewhere", there, "favicon.ico", answer{404, "404 page not found\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := get(t, begin(t, func() monitor.Status { return test.seen })+test.path)
			if diff := cmp.Diff(test.want, answer{status, text}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestListenRefuses(t *testing.T) {
	taken, err := Listen(Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer taken.listener.Close()
	for _, test := range []struct {
		name    string
		options Options
		want    error
	}{
		{"a port that is taken", Options{Address: taken.listener.Addr().String()}, ErrPortTaken},
		{"all addresses without a token", Options{Address: ":0"}, ErrNoToken},
		{"another address without a token", Options{Address: "0.0.0.0:0"}, ErrNoToken},
		{"all addresses with one", Options{Address: ":0", Token: "correct horse battery"}, nil},
		{"this machine by name", Options{Address: "localhost:0"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Listen(test.options)
			if !errors.Is(err, test.want) || (test.want == nil) != (err == nil) {
				t.Errorf("err = %v, want %v", err, test.want)
			}
			if s != nil {
				s.listener.Close()
			}
		})
	}
	if _, err := Listen(Options{Address: "9464"}); err == nil {
		t.Error("9464: want an error, as it has no port")
	}
}

// An answer that is being made when the soak ends is waited for, and nothing of it runs on. Closing its
// connection alone, as net/http does, would leave it with a ledger open.
func TestServeEndsWithItsAnswers(t *testing.T) {
	looking, goOn := make(chan struct{}), make(chan struct{})
	s, err := Listen(Options{Address: "127.0.0.1:0", Forms: plain, Look: func() monitor.Status {
		close(looking)
		<-goOn
		return monitor.Status{}
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		if response, err := http.Get(s.URL() + "readyz"); err == nil {
			response.Body.Close()
		}
		http.DefaultClient.CloseIdleConnections()
	}()
	<-looking
	cancel()
	<-asked // its connection was closed
	defer close(goOn)
	select {
	case <-ended:
		t.Fatal("it ended while an answer was being made")
	case <-time.After(50 * time.Millisecond): // in which it would have
	}
	goOn <- struct{}{}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestSoakIsLookedAtOnceASecond(t *testing.T) {
	now, looks := noon, 0
	s := &sight{now: func() time.Time { return now }, look: func() monitor.Status { looks++; return monitor.Status{} }}
	for _, step := range []struct {
		name string
		wait time.Duration
		want int
	}{
		{"the first asks", 0, 1},
		{"another at once", 0, 1},
		{"within the second", 999 * time.Millisecond, 1},
		{"after it", time.Millisecond, 2},
		{"the clock was set back", -time.Hour, 3},
	} {
		now = now.Add(step.wait)
		if s.get(); looks != step.want {
			t.Errorf("%s: looked %d times, want %d", step.name, looks, step.want)
		}
	}
}
