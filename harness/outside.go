package harness

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
)

// outside is the proxy through which commands make their calls. It is started when the first of
// them may make one.
type outside struct {
	dir    string
	redact func(text []byte) []byte

	mu    sync.Mutex
	proxy *external.Proxy
}

// session begins an execution's use of the proxy, by the name of its run.
func (o *outside) session(name string, mode external.Mode, record []external.Exchange) (*external.Session, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.proxy == nil {
		proxy, err := external.Start(external.Options{Dir: o.dir, Redact: o.redact})
		if err != nil {
			return nil, err
		}
		o.proxy = proxy
	}
	return o.proxy.Session(name, mode, record)
}

// close ends the proxy; the next session starts it again.
func (o *outside) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.proxy == nil {
		return nil
	}
	err := o.proxy.Close()
	o.proxy = nil
	return err
}

// connect lets the run find the proxy, where its calls are not simply made. What the configuration
// itself sets for a proxy is left as it is.
func (e *execution) connect() error {
	mode := e.job.callMode(e.x.config.External)
	if mode == external.Live {
		return nil
	}
	var record []external.Exchange
	if e.job.record != nil {
		record = slices.Concat(e.job.record.Exchanges...)
	}
	session, err := e.x.outside.session(e.job.ID, mode, record)
	if err != nil {
		return err
	}
	e.session, e.record = session, record
	e.env = session.Env(e.env)
	for i, entry := range e.env {
		name, _, _ := strings.Cut(entry, "=")
		if own, set := e.x.env[name]; set && !slices.Contains(extendedOptions, name) {
			e.env[i] = name + "=" + own
		}
	}
	slices.Sort(e.env)
	return nil
}

// extendedOptions are variables to whose value a session adds its own.
var extendedOptions = []string{"NODE_OPTIONS", "JAVA_TOOL_OPTIONS"}

// reconnect gives the process that resumes a run the record from its beginning: whether it asks again
// what the killed one had asked is its own affair.
func (e *execution) reconnect() error {
	if e.session == nil {
		return nil
	}
	asked, err := e.session.Close()
	if err != nil {
		return err
	}
	e.asked = asked
	e.session, err = e.x.outside.session(e.job.ID, e.job.callMode(e.x.config.External), e.record)
	return err
}

// resumedExchanges returns what a run that was killed and resumed asked, put together: of the
// record, what either process asked, and what the record lacks.
func resumedExchanges(record, first, second []external.Exchange) []external.Exchange {
	asked, recorded := map[external.Key]int{}, map[external.Key]bool{}
	for _, e := range slices.Concat(first, second) {
		asked[e.Request.Key()]++
	}
	var all []external.Exchange
	for _, e := range record {
		k := e.Request.Key()
		recorded[k] = true
		if asked[k] > 0 {
			asked[k]--
			all = append(all, e)
		}
	}
	for _, e := range slices.Concat(first, second) {
		if k := e.Request.Key(); !recorded[k] {
			recorded[k] = true
			all = append(all, e)
		}
	}
	external.Sort(all)
	return all
}

// disconnect ends the run's calls and adds them to the trace. One that the record names and could not
// keep is missing: the run is then not replayable.
func (e *execution) disconnect(replayable bool) error {
	if e.session == nil {
		return nil
	}
	exchanges, err := e.session.Close()
	for _, server := range e.session.Passed() {
		e.lab.Uncovered = append(e.lab.Uncovered, "calls of "+server+", which speak neither HTTP nor TLS")
	}
	e.session = nil
	if !replayable || err != nil {
		return err
	}
	if e.restorations > 0 {
		exchanges = resumedExchanges(e.record, e.asked, exchanges)
	}
	for _, exchange := range exchanges {
		value, err := exchange.Value()
		if err != nil {
			return err
		}
		if err := e.builder.Add(golden.KindCall, exchange.Name(), value); err != nil {
			return fmt.Errorf("call %s: %w", exchange.Name(), err)
		}
	}
	return nil
}
