package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Alert is a condition that somebody is told of, from when it was first seen until it is over.
type Alert struct {
	ID        string
	Soak      SoakID // 0: there was none
	Condition string
	Severity  string
	Text      string
	Next      string // what to do about it
	Opened    time.Time
	Changed   time.Time
	Resolved  time.Time // zero: it is open
	Messages  int       // about it, so far
}

// AlertMessage is a change of an alert, with the alert as it then was.
type AlertMessage struct {
	Alert Alert // its Messages is the message's number
	Kind  string
	At    time.Time
}

// Delivery is a message to one receiver.
type Delivery struct {
	AlertMessage
	Receiver  string
	Tries     int
	Error     string    // of the last try
	Delivered time.Time // zero: it waits
}

// AppendAlerts records messages, the state of their alerts, and that each is to be delivered to these receivers. One
// that is recorded already stays as it is.
func (a *Appender) AppendAlerts(messages []AlertMessage, receivers []string) error {
	return a.c.transact(func(ctx context.Context) error {
		for _, m := range messages {
			x := m.Alert
			if _, err := a.c.exec(ctx, `INSERT INTO alerts (id, soak, condition, severity, text, next, opened_ns, changed_ns, resolved_ns, messages)
				VALUES (?,?,?,?,?,?,?,?,nullif(?, 0),?) ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, text = excluded.text,
				next = excluded.next, changed_ns = excluded.changed_ns, resolved_ns = excluded.resolved_ns, messages = excluded.messages
				WHERE excluded.messages > alerts.messages`, x.ID, x.Soak, x.Condition, x.Severity, x.Text, x.Next, nanos(x.Opened), nanos(x.Changed), nanos(x.Resolved), x.Messages); err != nil {
				return err
			}
			if _, err := a.c.exec(ctx, `INSERT OR IGNORE INTO alert_messages (alert, n, kind, at_ns, severity, text, next, resolved_ns)
				VALUES (?,?,?,?,?,?,?,nullif(?, 0))`, x.ID, x.Messages, m.Kind, nanos(m.At), x.Severity, x.Text, x.Next, nanos(x.Resolved)); err != nil {
				return err
			}
			for _, receiver := range receivers {
				if _, err := a.c.exec(ctx, `INSERT OR IGNORE INTO deliveries (message, receiver, tries)
					SELECT id, ?, 0 FROM alert_messages WHERE alert = ? AND n = ?`, receiver, x.ID, x.Messages); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// RecordDelivery records how far the delivery of a message to a receiver has come. Of a message that is not in the ledger, as
// in one that was made anew meanwhile, there is nothing to record.
func (a *Appender) RecordDelivery(d Delivery) error {
	err := a.c.one(`UPDATE deliveries SET tries = ?, error = nullif(?, ''), delivered_ns = nullif(?, 0)
		WHERE receiver = ? AND message = (SELECT id FROM alert_messages WHERE alert = ? AND n = ?)`,
		d.Tries, d.Error, nanos(d.Delivered), d.Receiver, d.Alert.ID, d.Alert.Messages)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

const alertColumns = `a.id, a.soak, a.condition, a.severity, a.text, a.next, a.opened_ns, a.changed_ns, a.resolved_ns, a.messages`

// Alerts returns all alerts, the oldest first.
func (r *Reader) Alerts() ([]Alert, error) {
	return list(r, func(rows *sql.Rows) (a Alert, err error) {
		var opened, changed int64
		var resolved sql.NullInt64
		err = rows.Scan(&a.ID, &a.Soak, &a.Condition, &a.Severity, &a.Text, &a.Next, &opened, &changed, &resolved, &a.Messages)
		a.Opened, a.Changed, a.Resolved = instant(opened), instant(changed), maybeInstant(resolved)
		return a, err
	}, "SELECT "+alertColumns+" FROM alerts a ORDER BY a.opened_ns, a.id")
}

// Waiting returns what is to be delivered yet, the oldest first.
func (r *Reader) Waiting() ([]Delivery, error) {
	return list(r, func(rows *sql.Rows) (d Delivery, err error) {
		var at, opened int64
		var resolved sql.NullInt64
		a := &d.Alert
		err = rows.Scan(&a.ID, &a.Soak, &a.Condition, &a.Severity, &a.Text, &a.Next, &opened, &resolved, &a.Messages, &d.Kind, &at, &d.Receiver, &d.Tries, &d.Error)
		d.At, a.Opened, a.Resolved = instant(at), instant(opened), maybeInstant(resolved)
		a.Changed = d.At
		return d, err
	}, `SELECT a.id, a.soak, a.condition, m.severity, m.text, m.next, a.opened_ns, m.resolved_ns, m.n, m.kind, m.at_ns, d.receiver, d.tries, ifnull(d.error, '')
		FROM deliveries d JOIN alert_messages m ON m.id = d.message JOIN alerts a ON a.id = m.alert
		WHERE d.delivered_ns IS NULL ORDER BY m.id, d.receiver`)
}
