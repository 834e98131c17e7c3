package alert

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
)

// Daemon looks at a soak again and again, and tells who is to be told of what changed.
type Daemon struct {
	Interval  time.Duration // from one look's start to the next's
	Look      func() monitor.Status
	Origin    Origin
	Receivers []*Receiver
	Ping      *Ping                                    // nil: there is no dead-man's switch
	Ledger    string                                   // its path
	Log       func(line string)                        // of what changes; safe for concurrent use
	Syslog    func(severity string, line string) error // nil: it is not told
	Looked    func(monitor.Status)                     // after each look that is told of; nil: nobody asks
	Now       func() time.Time

	book     *Book
	outboxes []*outbox
	unpinged string     // why the dead-man's switch could not be told; "": it was
	mu       sync.Mutex // of the rest
	unkept   []ledger.AlertMessage
	tries    map[string]ledger.Delivery // that the ledger does not know yet, by message and receiver
	blind    string                     // why nothing can be kept; "": it can
}

// Run looks until ctx ends. It returns an error only where it can't begin.
func (d *Daemon) Run(ctx context.Context) error {
	if err := d.begin(); err != nil {
		return err
	}
	var wait sync.WaitGroup
	defer wait.Wait()
	ctx, end := context.WithCancel(ctx)
	defer end()
	for _, o := range d.outboxes {
		wait.Go(func() { o.run(ctx) })
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			timer.Reset(d.Interval)
		}
		d.look(ctx)
	}
}

// begin reads what earlier daemons told, and what they left to deliver.
func (d *Daemon) begin() error {
	d.tries = map[string]ledger.Delivery{}
	alerts, waiting, err := d.read()
	host := d.Origin.Host
	if err != nil {
		d.Log("what was told before can't be read, and may be told again: " + err.Error())
		host += d.Now().String() // the past is not counted: what is told now must not be taken for what was told then
	}
	d.book = NewBook(host, alerts)
	client := newClient()
	for _, r := range d.Receivers {
		o := newOutbox(r, client, d.Origin, d.Now, func(m Message, tries int, err error) { d.tried(r, m, tries, err) })
		for _, w := range waiting {
			if w.Receiver == r.Name {
				o.add(messageOf(w.AlertMessage), w.Tries)
			}
		}
		d.outboxes = append(d.outboxes, o)
	}
	d.tellOfFormer(waiting)
	return nil
}

// tellOfFormer says what waits for receivers that the configuration names no more: nobody delivers it.
func (d *Daemon) tellOfFormer(waiting []ledger.Delivery) {
	former := map[string]int{}
	for _, w := range waiting {
		if !slices.ContainsFunc(d.Receivers, func(r *Receiver) bool { return r.Name == w.Receiver }) {
			former[w.Receiver]++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(former)) {
		d.Log(fmt.Sprintf("warning: messages for %s are not delivered (%d): the configuration names it no more", name, former[name]))
	}
}

func (d *Daemon) read() (alerts []ledger.Alert, waiting []ledger.Delivery, err error) {
	reader, err := ledger.View(d.Ledger)
	if errors.Is(err, ledger.ErrOlder) || errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil // nothing was told there yet
	}
	if err != nil {
		return nil, nil, err
	}
	defer reader.Close()
	if alerts, err = reader.Alerts(); err != nil {
		return nil, nil, err
	}
	waiting, err = reader.Waiting()
	return alerts, waiting, err
}

func messageOf(m ledger.AlertMessage) Message {
	return Message{Kind(m.Kind), m.Alert.Messages, m.At, m.Alert}
}

// look looks once, and tells of it.
func (d *Daemon) look(ctx context.Context) {
	s := d.Look()
	for _, m := range d.book.Step(s) {
		d.mu.Lock()
		d.unkept = append(d.unkept, ledger.AlertMessage{Alert: m.Alert, Kind: string(m.Kind), At: m.At})
		d.mu.Unlock()
		d.keep() // before anybody is told
		d.Log(m.Line())
		if d.Syslog != nil {
			if err := d.Syslog(m.Alert.Severity, m.Line()); err != nil {
				d.Log("the system's log could not be told: " + err.Error())
			}
		}
		for _, o := range d.outboxes {
			o.add(m, 0)
		}
	}
	d.keep()
	if d.Ping != nil {
		d.ping(ctx, s)
	}
	if d.Looked != nil {
		d.Looked(s)
	}
}

// ping tells the dead-man's switch. That it can't be told is logged when that begins, and when it is over.
func (d *Daemon) ping(ctx context.Context, s monitor.Status) {
	why := ""
	if err := d.Ping.after(ctx, s); err != nil {
		why = err.Error()
	}
	switch {
	case ctx.Err() != nil || why == d.unpinged:
		return
	case why == "":
		d.Log("the dead-man's switch is told again")
	default:
		d.Log("the dead-man's switch could not be told: " + why)
	}
	d.unpinged = why
}

// tried is told of every attempt to deliver.
func (d *Daemon) tried(r *Receiver, m Message, tries int, err error) {
	delivery := ledger.Delivery{AlertMessage: ledger.AlertMessage{Alert: m.Alert, Kind: string(m.Kind), At: m.At}, Receiver: r.Name, Tries: tries}
	if err == nil {
		delivery.Delivered = d.Now()
		d.Log(fmt.Sprintf("delivered %s to %s, attempt %d", m.ID(), r.Name, tries))
	} else {
		delivery.Error = err.Error()
		if tries == 1 {
			d.Log(fmt.Sprintf("%s to %s: %v; it is tried again until it is taken", m.ID(), r.Name, err))
		}
	}
	d.mu.Lock()
	d.tries[m.ID()+" "+r.Name] = delivery
	d.mu.Unlock()
	d.keep()
}

// keep puts what the ledger does not know yet into it. Where it can't be written, that stays in memory until it can.
func (d *Daemon) keep() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.unkept) == 0 && len(d.tries) == 0 {
		return
	}
	err := d.append()
	why := ""
	if err != nil {
		why = err.Error()
	}
	if why != d.blind && why != "" {
		d.Log("alerts are kept in memory only, and told nevertheless: " + why)
	}
	d.blind = why
}

func (d *Daemon) append() error {
	a, err := ledger.Append(d.Ledger)
	if err != nil {
		return err
	}
	defer a.Close()
	var names []string
	for _, r := range d.Receivers {
		names = append(names, r.Name)
	}
	if err := a.AppendAlerts(d.unkept, names); err != nil {
		return err
	}
	d.unkept = nil
	for key, delivery := range d.tries {
		if err := a.RecordDelivery(delivery); err != nil {
			return err
		}
		delete(d.tries, key)
	}
	return nil
}
