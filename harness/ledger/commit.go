package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrAlreadyCommitted is wrapped by the error for a cycle that the ledger has.
var ErrAlreadyCommitted = errors.New("already committed")

// Cycle is all that came of one cycle.
type Cycle struct {
	N               int // from the plan; the soak's first may be any, each later one is the next
	Started, Ended  time.Time
	Overrun         time.Duration // past its interval; 0: none
	Runs            []Run         // RunKey.Soak and RunKey.Cycle may be left out
	Replays         []Replay      // of this cycle's runs, and rechecks of older ones
	Findings        []Sighting
	Rules           []RuleAudit
	RechecksSkipped int
	GoldenBytes     int64 // that the goldens' store grew by
}

// progress is how far a soak's commits have got.
type progress struct {
	checkpoint Checkpoint
	abandoned  int64 // runs of the last cycle
}

// Commit records cycles, in order, in one transaction: all of it is on disk when it
// returns nil, and nothing of it where it returns an error. A golden must be on disk
// before a run that names it is committed.
//
// Each cycle follows the one before it, so that none is lost; one that the ledger has
// already is refused with [ErrAlreadyCommitted], so that none is counted twice. The
// last cycle may come once more if runs of it were abandoned, to make up for them: it then
// brings only such runs, which take the abandoned ones' places, and their replays. (So a
// run whose replay was given up is to be recorded as abandoned too.)
func (l *Ledger) Commit(soak SoakID, at time.Time, cycles ...Cycle) error {
	var next progress
	err := l.c.transact(func(ctx context.Context) error {
		if l.sums[soak] == nil {
			p, err := l.c.resume(ctx, soak)
			if err != nil {
				return err
			}
			l.sums[soak] = p
		}
		next = *l.sums[soak]
		next.checkpoint.N++
		next.checkpoint.Committed = at
		b, err := l.c.newBatch(ctx, soak, &next)
		if err != nil {
			return err
		}
		for _, cycle := range cycles {
			if err := b.cycle(ctx, cycle); err != nil {
				return fmt.Errorf("commit cycle %d of soak %d: %w", cycle.N, soak, err)
			}
		}
		return b.finish(ctx, cycles)
	})
	if err == nil {
		l.sums[soak] = &next
	}
	return err
}

// resume reads how far a soak has got.
func (c *connection) resume(ctx context.Context, soak SoakID) (*progress, error) {
	session, err := c.number(ctx, "SELECT ifnull(max(n), 0) FROM sessions WHERE soak = ?", soak)
	if err != nil {
		return nil, err
	}
	if session == 0 {
		return nil, fmt.Errorf("a session of soak %d, to commit to: %w", soak, ErrNotFound)
	}
	p := &progress{}
	rows, err := c.conn.QueryContext(ctx, checkpointColumns+" ORDER BY n DESC LIMIT 1", soak)
	if err != nil {
		return nil, err
	}
	if rows.Next() {
		p.checkpoint, err = scanCheckpoint(rows)
	}
	if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	p.checkpoint.Session = int(session)
	from, to := RunKey{soak, p.checkpoint.Cycle, 0}.id(), RunKey{soak, p.checkpoint.Cycle, maxPosition}.id()
	p.abandoned, err = c.number(ctx, "SELECT count(*) FROM runs WHERE id BETWEEN ? AND ? AND status = 'abandoned'", from, to)
	return p, err
}
