package harness

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// numbering answers every request with another number.
func numbering(t *testing.T) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"n":%d,"path":%q}`, asked.Add(1), r.URL.Path)
	}))
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Close()
	})
	return server.URL, asked
}

// asker is a Python program that prints what it is answered.
const asker = `import os, sys, urllib.request, urllib.error
for path in sys.argv[1:]:
    try:
        print(urllib.request.urlopen(path).read().decode())
    except urllib.error.HTTPError as e:
        print(e.code, e.headers["X-Shadowrun"])
`

// A replay is answered by what the run was answered, and a call that the run did not make is told apart.
func TestCommandCallsAreReplayed(t *testing.T) {
	needs(t, "python3")
	url, asked := numbering(t)
	command := func(mode external.Mode, paths ...string) *commandExecutor {
		argv := []string{"python3", "-c", asker}
		for _, p := range paths {
			argv = append(argv, url+p)
		}
		return commandOf(t, WorkflowConfig{Command: argv, Timeout: Duration(time.Minute), External: mode})
	}
	x := command(external.Record, "/a", "/b", "/a")
	run := x.execute(t.Context(), planned("hostile", 5))
	defer run.Close()
	if run.Status != golden.StatusOK || asked.Load() != 3 {
		t.Fatalf("%s %s, %d requests: %s", run.Status, run.Message, asked.Load(), run.Stderr)
	}
	record, err := RecordOf(run.Trace)
	if err != nil {
		t.Fatal(err)
	}
	again := planned("hostile", 5)
	again.record = record
	replay := x.execute(t.Context(), again)
	defer replay.Close()
	if diff := cmp.Diff(seenIn(t, run), seenIn(t, replay)); diff != "" || asked.Load() != 3 {
		t.Errorf("%d requests; run -, replay +:\n%s", asked.Load(), diff)
	}

	other := command(external.Record, "/a", "/c")
	got := see(t, other, again)
	if want := []string{`599 not in the record\n`, `out "{\"n\":1`}; len(got.Trace) != 4 || !strings.Contains(strings.Join(got.Trace, "\n"), want[0]) ||
		!strings.HasPrefix(got.Trace[0], want[1]) || asked.Load() != 3 {
		t.Errorf("%d requests: %q", asked.Load(), got.Trace)
	}
	blocked := see(t, command(external.Block, "/a"), planned("hostile", 5))
	if !strings.Contains(blocked.Trace[0], `599`) || asked.Load() != 3 {
		t.Errorf("blocked, %d requests: %q", asked.Load(), blocked.Trace)
	}
	live := see(t, command(external.Live, "/a"), planned("hostile", 5))
	if len(live.Trace) != 1 || asked.Load() != 4 {
		t.Errorf("live, %d requests: %q", asked.Load(), live.Trace)
	}
}

// A Go workflow's calls, by Call and by HTTPClient, in the run, in a replay and in one that is killed
// between them and resumed.
func TestGoCallsAreReplayed(t *testing.T) {
	url, asked := numbering(t)
	x := goExecutorOf(t, calling{}, func(c *Config) { c.Redact = nil })
	t.Setenv("CALLING_URL", url)
	run := x.execute(t.Context(), planned("calling", 5))
	defer run.Close()
	want := seen{Status: golden.StatusOK, Trace: []string{
		`call "before" {"request":{"n":1},"response":1}`,
		`step "got" {"body":"{\"n\":2,\"path\":\"/first\"}","n":1}`,
	}}
	got := seenIn(t, run)
	if got.Status != golden.StatusOK || len(got.Trace) != 7 || asked.Load() != 4 {
		t.Fatalf("%s, %d requests: %q", got.Message, asked.Load(), got.Trace)
	}
	if diff := cmp.Diff(want.Trace, got.Trace[:2]); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	record, err := RecordOf(run.Trace)
	if err != nil {
		t.Fatal(err)
	}
	for name, killAfter := range map[string]int{"again": 0, "resumed": 1} {
		again := planned("calling", 5)
		again.record, again.killAfter = record, killAfter
		replay := x.execute(t.Context(), again)
		if diff := cmp.Diff(got, seenIn(t, replay)); diff != "" || asked.Load() != 4 || replay.Restorations != killAfter {
			t.Errorf("%s: %d requests, %d restorations; run -, replay +:\n%s%s", name, asked.Load(), replay.Restorations, diff, replay.Stderr)
		}
		replay.Close()
	}
	empty := planned("calling", 5)
	empty.record = &CallRecord{}
	lost := x.execute(t.Context(), empty)
	defer lost.Close()
	if got := seenIn(t, lost); got.Status != golden.StatusExit || !strings.Contains(got.Message, "not in the record") {
		t.Errorf("without a record: %+v", got)
	}
}

// calling asks twice in each way, with a checkpoint between.
type calling struct{}

func (calling) Name() string { return "calling" }
func (calling) Resumable()   {}

func (calling) Run(ctx context.Context, r *Run) error {
	stage := ""
	if _, err := r.Resume(&stage); err != nil {
		return err
	}
	for _, name := range []string{"before", "after"} {
		if stage == "before" && name == "before" {
			continue
		}
		if err := callBoth(ctx, r, name); err != nil {
			return err
		}
		if name == "before" {
			if err := r.Checkpoint(name); err != nil {
				return err
			}
		}
	}
	return nil
}

func callBoth(ctx context.Context, r *Run, name string) error {
	url := os.Getenv("CALLING_URL")
	var n int
	err := r.Call(ctx, name, map[string]int{"n": 1}, &n, func(context.Context) (any, error) {
		response, err := http.Get(url + "/call")
		if err != nil {
			return nil, err
		}
		return 1, response.Body.Close()
	})
	if err != nil {
		return err
	}
	response, err := r.HTTPClient().Get(url + "/first")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	r.Record("got", map[string]any{"n": n, "body": string(body)})
	return nil
}

// A Go workflow that waits for an answer without its context is ended with its time-out, in the run and where it
// waits for a recorded answer that never came, and leaves no goroutine behind.
func TestCallsEndWithTheRun(t *testing.T) {
	asked := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	var failed []error
	patient := steps("patient", func(ctx context.Context, r *Run) error {
		_, err := r.HTTPClient().Get(server.URL)
		_ = r.Checkpoint(1) // with a transport of its own for what follows
		_, again := r.HTTPClient().Get(server.URL)
		failed = append(failed, err, again)
		return err
	})
	x := goExecutorOf(t, patient, func(c *Config) { c.Timeout = Duration(200 * time.Millisecond) })
	answered := planned("patient", 5)
	answered.record = &CallRecord{Exchanges: [][]external.Exchange{{{
		Request: external.Request{Method: "GET", URL: server.URL}, Error: "the program gave up",
	}}}}
	for name, j := range map[string]job{"asking": planned("patient", 5), "answered": answered} {
		e := x.execute(t.Context(), j)
		if e.Status != golden.StatusTimeout || strings.Contains(e.Message, "still running") {
			t.Errorf("%s: %s: %s", name, e.Status, e.Message)
		}
	}
	if len(asked) != 1 || len(failed) != 4 {
		t.Errorf("%d requests; %d calls came to an end: %v", len(asked), len(failed), failed)
	}
}

// What Run.Call recorded is no exchange over HTTP, even where it looks like one.
func TestCallThatLooksLikeAnExchange(t *testing.T) {
	asks := 0
	x := goExecutorOf(t, steps("lookalike", func(ctx context.Context, r *Run) error {
		var answer map[string]any
		return r.Call(ctx, "fetch", map[string]string{"method": "GET", "url": "http://svc/"}, &answer, func(context.Context) (any, error) {
			asks++
			return map[string]any{"status": 200}, nil
		})
	}))
	run := x.execute(t.Context(), planned("lookalike", 5))
	defer run.Close()
	record, err := RecordOf(run.Trace)
	if err != nil {
		t.Fatal(err)
	}
	if len(record.Calls) != 1 || len(record.Exchanges[0]) != 0 {
		t.Fatalf("%+v", record)
	}
	c := newCalls(external.Replay, record)
	for line, err := range run.Trace.Lines() {
		if e, parsed := golden.ParseEvent(line); err == nil && parsed == nil && e.Kind == golden.KindCall {
			c.resumed(e)
		}
	}
	if _, known := c.answer("fetch", record.Calls[0].Request); known {
		t.Error("a run that is resumed was answered what it had been answered before it was killed")
	}
}
