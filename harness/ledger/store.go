package ledger

import (
	"database/sql"

	"github.com/shadowrun/shadowrun/replay"
)

// StoreFigures are what a soak's runs say of the goldens' store.
type StoreFigures struct {
	Goldens int64 // of runs, still there
	Bytes   int64 // of their traces
	Pruned  int64 // of runs, not there any more
	Got     int64 // traces that differing replays left
}

// Store adds up a soak's goldens. It goes through all runs: a second for a million.
func (r *Reader) Store(soak SoakID) (StoreFigures, error) {
	from, to := Filter{Soak: soak}.bounds()
	return first(r, "goldens", func(rows *sql.Rows) (f StoreFigures, err error) {
		return f, rows.Scan(&f.Goldens, &f.Bytes, &f.Pruned, &f.Got)
	}, `SELECT count(place), ifnull(sum(iif(place IS NULL, 0, size)), 0), ifnull(sum(digest IS NOT NULL AND place IS NULL), 0),
		(SELECT count(*) FROM replays WHERE verdict <> 'match' AND run BETWEEN ?1 AND ?2 AND got_place IS NOT NULL)
		FROM runs WHERE id BETWEEN ?1 AND ?2`, from, to)
}

// Largest returns the n runs with the largest goldens that are still there. It goes through all runs.
func (r *Reader) Largest(soak SoakID, n int) ([]Run, error) {
	from, to := Filter{Soak: soak}.bounds()
	return list(r, scanRun, runColumns+" WHERE r.id BETWEEN ? AND ? AND r.place IS NOT NULL ORDER BY r.size DESC, r.id LIMIT ?", from, to, n)
}

// Newest returns the last n runs whose goldens are still there, the last one first.
func (r *Reader) Newest(soak SoakID, n int) ([]Run, error) {
	from, to := Filter{Soak: soak}.bounds()
	return list(r, scanRun, runColumns+" WHERE r.id BETWEEN ? AND ? AND r.place IS NOT NULL ORDER BY r.id DESC LIMIT ?", from, to, n)
}

// LastReplays returns the last n replays, by runs, that came to a verdict other than match, the last one
// first. It costs what the soak has of other such verdicts.
func (r *Reader) LastReplays(soak SoakID, verdict replay.Verdict, n int) ([]Replay, error) {
	from, to := Filter{Soak: soak}.bounds()
	return list(r, scanReplay, replayColumns+` WHERE p.verdict <> 'match' AND p.verdict = ? AND p.run BETWEEN ? AND ?
		ORDER BY p.run DESC, p.id DESC LIMIT ?`, verdict, from, to, n)
}
