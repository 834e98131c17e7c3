package harness

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// CallError is what [Run.Call] returns where the call came to nothing: the same in the replay as
// in the run, so it holds the message alone.
type CallError struct {
	Name    string
	Message string
}

func (e *CallError) Error() string { return fmt.Sprintf("call %q: %s", e.Name, e.Message) }

// calls carries a Go workflow's calls to the outside.
type calls struct {
	mode   external.Mode
	record *CallRecord
	taken  map[string]int // of the record, by name and request

	mu        sync.Mutex
	transport *external.Transport // of what comes before the next checkpoint
	over      bool                // there are to be no more
}

func newCalls(mode external.Mode, record *CallRecord) *calls {
	return &calls{mode: mode, record: record, taken: map[string]int{}}
}

// resumed counts a call that was made before the run was killed as taken.
func (c *calls) resumed(e golden.Event) {
	if IsExchange(e) {
		return // those are counted by checkpoints
	}
	var call recordedCall
	if json.Unmarshal(e.Value, &call) == nil {
		c.taken[callKey(e.Name, call.Request)]++
	}
}

func callKey(name string, request jsontext.Value) string { return name + "\x00" + string(request) }

// open makes the transport for what follows so many checkpoints.
func (c *calls) open(checkpoints int, r redactor) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.transport = external.NewTransport(external.TransportOptions{Mode: c.mode, Record: c.record.after(checkpoints), Redact: r.bytes})
	if c.over {
		c.transport.Close()
	}
}

// end ends the calls in flight, and refuses later ones: a workflow may wait for them without its context.
func (c *calls) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	c.transport.Close()
}

// RoundTrip implements [http.RoundTripper].
func (c *calls) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	t := c.transport
	c.mu.Unlock()
	return t.RoundTrip(req)
}

// close ends the transport and returns what passed through it.
func (c *calls) close() ([]external.Exchange, error) {
	c.mu.Lock()
	t := c.transport
	c.mu.Unlock()
	return t.Close()
}

// answer returns the next recorded answer to a request; false where there is none.
func (c *calls) answer(name string, request jsontext.Value) (recordedCall, bool) {
	key := callKey(name, request)
	n := c.taken[key]
	c.taken[key]++
	if c.record == nil {
		return recordedCall{}, false
	}
	for _, call := range c.record.Calls {
		if call.Name != name || !bytes.Equal(call.Request, request) {
			continue
		}
		if n == 0 {
			return call, true
		}
		n--
	}
	return recordedCall{}, false
}

// HTTPClient returns a client whose exchanges belong to the trace: made and recorded in the run, and
// answered from that record in a replay, as the workflow's external: says. It may be used from several
// goroutines; what they ask stands in the trace sorted, before the next checkpoint or the end.
func (r *Run) HTTPClient() *http.Client { return &http.Client{Transport: r.calls} }

// Call makes a call to the outside and records the exchange. In a replay the recorded answer to
// the same request is given, and call is not called. What it answers is marshalled as JSON and read back into
// response, a pointer, in run and replay alike; nil takes no answer. Its error is a [*CallError].
func (r *Run) Call(ctx context.Context, name string, request, response any, call func(context.Context) (any, error)) error {
	asked, err := r.canonical(request)
	if err != nil {
		r.fail(fmt.Errorf("call %q: request: %w", name, err))
		return r.broken
	}
	var made recordedCall
	switch r.calls.mode {
	case external.Replay:
		var known bool
		if made, known = r.calls.answer(name, asked); !known {
			made.Error = "not in the record: the run made no such call, or not so often"
		}
	case external.Block:
		made.Error = "blocked (external: block)"
	default:
		made, err = r.ask(ctx, call)
		if err != nil {
			r.fail(fmt.Errorf("call %q: response: %w", name, err))
			return r.broken
		}
	}
	exchange := map[string]jsontext.Value{"request": asked}
	if made.Error != "" {
		exchange["error"], _ = json.Marshal(made.Error)
	} else {
		exchange["response"] = made.Response
	}
	r.add(golden.KindCall, name, exchange)
	if made.Error != "" {
		return &CallError{name, made.Error}
	}
	if response == nil || r.broken != nil {
		return r.broken
	}
	if err := json.Unmarshal(made.Response, response); err != nil {
		r.fail(fmt.Errorf("call %q: its response does not fit: %w", name, err))
	}
	return r.broken
}

// ask makes a call.
func (r *Run) ask(ctx context.Context, call func(context.Context) (any, error)) (made recordedCall, err error) {
	answer, failed := call(ctx)
	if failed != nil {
		made.Error = cmp.Or(r.redact.text(fmt.Sprint(failed)), "an error without a message")
		return made, nil
	}
	made.Response, err = r.canonical(answer)
	return made, err
}

// canonical returns a value as it stands in a trace.
func (r *Run) canonical(value any) (jsontext.Value, error) {
	text, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	canonical, err := golden.AppendCanonical(nil, text)
	if err != nil || len(r.redact.secrets) == 0 {
		return canonical, err
	}
	return r.redact.json(canonical), nil
}

// addExchanges ends what was asked until now and adds it to the trace.
func (r *Run) addExchanges() {
	exchanges, err := r.calls.close()
	if err != nil {
		r.fail(err)
		return
	}
	for _, e := range exchanges {
		value, err := e.Value()
		if err != nil {
			r.fail(err)
			return
		}
		r.put(golden.KindCall, e.Name(), value)
	}
}
