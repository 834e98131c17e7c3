package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Appender adds rows to a ledger in short transactions, also while a soak of another
// process writes to it. Safe for concurrent use.
type Appender struct {
	c *connection
}

// Append opens the ledger at path for adding rows; it must exist. An older one is migrated.
func Append(path string) (*Appender, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	return newAppender(path, "rw", migrations())
}

func newAppender(path, mode string, steps []string) (*Appender, error) {
	c, err := connect(path, mode)
	if err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	if err := c.transact(func(ctx context.Context) error { return migrate(ctx, c.conn, steps) }); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return &Appender{c}, nil
}

// Close ends the Appender.
func (a *Appender) Close() error { return a.c.close() }

// Action is what an operator, or a program in an operator's stead, did.
type Action struct {
	ID     int64 // given when it is recorded
	At     time.Time
	Who    string
	What   string
	Detail string
}

// AppendAction records an action. No action is ever changed or removed.
func (a *Appender) AppendAction(x Action) error {
	return a.c.one("INSERT INTO actions (at_ns, who, what, detail) VALUES (?,?,?,?)", nanos(x.At), x.Who, x.What, x.Detail)
}

// Event is a change of a soak's state.
type Event struct {
	ID   int64  // given when it is recorded
	Soak SoakID // 0: of none
	At   time.Time
	Kind string
	Text string
}

// AppendEvent records an event.
func (a *Appender) AppendEvent(e Event) error {
	return a.c.one("INSERT INTO events (soak, at_ns, kind, text) VALUES (nullif(?, 0),?,?,?)", e.Soak, nanos(e.At), e.Kind, e.Text)
}

// Accept records that a finding is known and let be, or mended, and the action of doing so. A later
// acceptance of the same finding replaces an earlier one.
func (a *Appender) Accept(x Acceptance) error {
	return a.c.transact(func(ctx context.Context) error {
		known, err := a.c.number(ctx, "SELECT count(*) FROM (SELECT 1 FROM findings WHERE key = ? LIMIT 1)", x.Key)
		if err != nil {
			return err
		}
		if known == 0 {
			return fmt.Errorf("finding %q: %w; shadowrun findings lists what there is", x.Key, ErrNotFound)
		}
		if x.Reason == "" {
			return fmt.Errorf("accept finding %s: it takes a reason", x.Key)
		}
		if _, err := a.c.exec(ctx, "INSERT INTO acceptances (key, reason, until_ns, who, at_ns) VALUES (?,?,?,?,?)",
			x.Key, x.Reason, nanos(x.Until), x.Who, nanos(x.At)); err != nil {
			return err
		}
		what, detail := "accept", fmt.Sprintf("finding %s until %s: %s", x.Key, x.Until.UTC().Format(time.RFC3339), x.Reason)
		if x.Mended() {
			what, detail = "mend", fmt.Sprintf("finding %s: %s", x.Key, x.Reason)
		}
		_, err = a.c.exec(ctx, "INSERT INTO actions (at_ns, who, what, detail) VALUES (?,?,?,?)", nanos(x.At), x.Who, what, detail)
		return err
	})
}

// AppendReplay records a replay that was done by hand, and returns its id. It is in none
// of the soak's sums.
func (a *Appender) AppendReplay(p Replay) (int64, error) {
	var id int64
	err := a.c.transact(func(ctx context.Context) error {
		b, err := a.c.newBatch(ctx, p.Run.Soak, &progress{})
		if err != nil {
			return err
		}
		p.Kind, p.Cycle = ReplayManual, 0
		if err := b.replay(p); err != nil {
			return err
		}
		id = b.lastReplay
		return errors.Join(b.replays.flush(ctx), b.differences.flush(ctx))
	})
	return id, err
}
