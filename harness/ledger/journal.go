package ledger

import (
	"database/sql"
	"iter"
)

// Actions yields what operators did, oldest first.
func (r *Reader) Actions() iter.Seq2[Action, error] {
	return each(r, func(rows *sql.Rows) (a Action, err error) {
		var at int64
		err = rows.Scan(&a.ID, &at, &a.Who, &a.What, &a.Detail)
		a.At = instant(at)
		return a, err
	}, "SELECT id, at_ns, who, what, detail FROM actions ORDER BY id")
}

// Events yields the events of a soak, oldest first; of soak 0, those of none.
func (r *Reader) Events(soak SoakID) iter.Seq2[Event, error] {
	return each(r, func(rows *sql.Rows) (e Event, err error) {
		var at int64
		err = rows.Scan(&e.ID, &e.Soak, &at, &e.Kind, &e.Text)
		e.At = instant(at)
		return e, err
	}, "SELECT id, ifnull(soak, 0), at_ns, kind, text FROM events WHERE soak IS nullif(?, 0) ORDER BY id", soak)
}
