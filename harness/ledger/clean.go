package ledger

import "database/sql"

// CleanRuns counts a soak's runs that a replay in their own cycle found equal, or different by readings of the world alone: what
// the bound on the rate of violation counts. It goes through all replays: a second or two for a million.
func (r *Reader) CleanRuns(soak SoakID) (int64, error) {
	from, to := Filter{Soak: soak}.bounds()
	return first(r, "replays", func(rows *sql.Rows) (n int64, err error) { return n, rows.Scan(&n) },
		"SELECT count(DISTINCT run) FROM replays WHERE kind = 'cycle' AND verdict IN ('match', 'leak') AND run BETWEEN ? AND ?", from, to)
}
