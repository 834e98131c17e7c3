package ledger

import (
	"database/sql"
	"iter"
	"slices"
)

// Mark is how far somebody who follows a soak has read. The zero value is its beginning.
type Mark struct {
	Event, Action int64
	Checkpoint    int
}

// News is what a soak's ledger has that somebody has not read, each kind oldest first.
type News struct {
	Events      []Event
	Actions     []Action
	Checkpoints []Checkpoint
}

// Last returns the last n of each kind. It costs what it returns.
func (r *Reader) Last(soak SoakID, n int) (news News, err error) {
	if news.Events, err = r.LastEvents(soak, n); err != nil {
		return news, err
	}
	if news.Actions, err = r.LastActions(n); err != nil {
		return news, err
	}
	news.Checkpoints, err = list(r, scanCheckpoint, checkpointColumns+" ORDER BY n DESC LIMIT ?", soak, n)
	slices.Reverse(news.Checkpoints)
	return news, err
}

// Since returns all that came after a mark.
func (r *Reader) Since(soak SoakID, m Mark) (news News, err error) {
	if news.Events, err = list(r, scanEvent, eventColumns+" AND id > ? ORDER BY id", soak, m.Event); err != nil {
		return news, err
	}
	if news.Actions, err = list(r, scanAction, actionColumns+" WHERE id > ? ORDER BY id", m.Action); err != nil {
		return news, err
	}
	news.Checkpoints, err = list(r, scanCheckpoint, checkpointColumns+" AND n > ? ORDER BY n", soak, m.Checkpoint)
	return news, err
}

// Move returns the mark of somebody who has read the news.
func (m Mark) Move(news News) Mark {
	for _, e := range news.Events {
		m.Event = max(m.Event, e.ID)
	}
	for _, x := range news.Actions {
		m.Action = max(m.Action, x.ID)
	}
	for _, c := range news.Checkpoints {
		m.Checkpoint = max(m.Checkpoint, c.N)
	}
	return m
}

// Checkpoint returns one of a soak's, or [ErrNotFound].
func (r *Reader) Checkpoint(soak SoakID, n int) (Checkpoint, error) {
	return first(r, "the checkpoint", scanCheckpoint, checkpointColumns+" AND n = ?", soak, n)
}

// Cycles yields when each cycle of a soak began and ended and by how much it overran its interval, in
// order; the rest of it is left empty.
func (r *Reader) Cycles(soak SoakID) iter.Seq2[Cycle, error] {
	return each(r, func(rows *sql.Rows) (c Cycle, err error) {
		var started, ended int64
		err = rows.Scan(&c.N, &started, &ended, &c.Overrun)
		c.Started, c.Ended = instant(started), instant(ended)
		return c, err
	}, "SELECT n, started_ns, ended_ns, overrun_ns FROM cycles WHERE soak = ? ORDER BY n", soak)
}
