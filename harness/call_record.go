package harness

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// CallRecord is a run's calls, by which its replay is answered.
type CallRecord struct {
	// Exchanges over HTTP, by the number of checkpoints before them: a resumed run goes on with
	// those after its own.
	Exchanges [][]external.Exchange `json:"exchanges"`
	Calls     []recordedCall        `json:"calls"` // of [Run.Call], in their order
}

// recordedCall is the value of a call event that [Run.Call] added.
type recordedCall struct {
	Name     string         `json:"name"`
	Request  jsontext.Value `json:"request"`
	Response jsontext.Value `json:"response,omitzero"`
	Error    string         `json:"error,omitzero"`
}

// RecordOf reads a golden's calls. A run without any gives a record that answers none.
func RecordOf(t *golden.Trace) (*CallRecord, error) {
	record := &CallRecord{Exchanges: make([][]external.Exchange, 1)}
	for line, err := range t.Lines() {
		if err != nil {
			return nil, err
		}
		isCall := bytes.HasPrefix(line, []byte(`{"kind":"call"`))
		if !isCall && !bytes.HasPrefix(line, []byte(`{"kind":"checkpoint"`)) {
			continue
		}
		event, err := golden.ParseEvent(line)
		if err != nil {
			return nil, err
		}
		if !isCall {
			record.Exchanges = append(record.Exchanges, nil)
			continue
		}
		if e, ok := exchangeOf(event); ok {
			last := len(record.Exchanges) - 1
			record.Exchanges[last] = append(record.Exchanges[last], e)
			continue
		}
		call := recordedCall{}
		if err := json.Unmarshal(event.Value, &call); err != nil {
			return nil, fmt.Errorf("call %q: %w", event.Name, err)
		}
		call.Name = event.Name
		record.Calls = append(record.Calls, call.clone())
	}
	return record, nil
}

// exchangeOf tells an exchange over HTTP, whose event is named after its request, from what [Run.Call] recorded.
func exchangeOf(e golden.Event) (external.Exchange, bool) {
	if e.Kind != golden.KindCall {
		return external.Exchange{}, false
	}
	x, err := external.ParseExchange(e.Value)
	return x, err == nil && x.Name() == e.Name
}

// IsExchange reports whether an event of a golden is an exchange over HTTP.
func IsExchange(e golden.Event) bool {
	_, ok := exchangeOf(e)
	return ok
}

// clone returns a copy that shares no memory with the line it was read from.
func (c recordedCall) clone() recordedCall {
	c.Request, c.Response = c.Request.Clone(), c.Response.Clone()
	return c
}

// Len is the number of calls.
func (c *CallRecord) Len() (n int) {
	for _, e := range c.Exchanges {
		n += len(e)
	}
	return n + len(c.Calls)
}

// after returns the exchanges that follow so many checkpoints.
func (c *CallRecord) after(checkpoints int) []external.Exchange {
	if c == nil || checkpoints >= len(c.Exchanges) {
		return nil
	}
	return c.Exchanges[checkpoints]
}
