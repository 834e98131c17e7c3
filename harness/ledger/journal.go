package ledger

import (
	"database/sql"
	"iter"
	"slices"
)

const (
	actionColumns = "SELECT id, at_ns, who, what, detail FROM actions"
	eventColumns  = "SELECT id, ifnull(soak, 0), at_ns, kind, text FROM events WHERE soak IS nullif(?, 0)"
)

// Actions yields what operators did, oldest first.
func (r *Reader) Actions() iter.Seq2[Action, error] {
	return each(r, scanAction, actionColumns+" ORDER BY id")
}

// LastActions returns the last n things that operators did, oldest first. It costs what it
// returns.
func (r *Reader) LastActions(n int) ([]Action, error) {
	actions, err := list(r, scanAction, actionColumns+" ORDER BY id DESC LIMIT ?", n)
	slices.Reverse(actions)
	return actions, err
}

// Events yields the events of a soak, oldest first; of soak 0, those of none.
func (r *Reader) Events(soak SoakID) iter.Seq2[Event, error] {
	return each(r, scanEvent, eventColumns+" ORDER BY id", soak)
}

// LastEvents returns the last n events of a soak, oldest first. It costs what it returns.
func (r *Reader) LastEvents(soak SoakID, n int) ([]Event, error) {
	events, err := list(r, scanEvent, eventColumns+" ORDER BY id DESC LIMIT ?", soak, n)
	slices.Reverse(events)
	return events, err
}

func scanAction(rows *sql.Rows) (a Action, err error) {
	var at int64
	err = rows.Scan(&a.ID, &at, &a.Who, &a.What, &a.Detail)
	a.At = instant(at)
	return a, err
}

func scanEvent(rows *sql.Rows) (e Event, err error) {
	var at int64
	err = rows.Scan(&e.ID, &e.Soak, &at, &e.Kind, &e.Text)
	e.At = instant(at)
	return e, err
}
