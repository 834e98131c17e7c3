package ledger

import (
	"database/sql"
	"time"
)

// RunSpread is how long a workflow's runs took.
type RunSpread struct {
	Workflow           string
	Runs               int64
	Min, P50, P95, Max time.Duration // P50 and P95 by nearest rank: of a run that there was
}

// RunSpreads returns how long a soak's runs took, by workflow, without those that were abandoned. SQLite sorts them, in files
// where they are many: a few seconds for a million, half of what a window function takes.
func (r *Reader) RunSpreads(soak SoakID) ([]RunSpread, error) {
	from, to := Filter{Soak: soak}.bounds()
	const chosen = " FROM runs WHERE id BETWEEN ? AND ? AND status <> 'abandoned' "
	type row struct {
		workflow int64
		value    time.Duration
	}
	// What a soak commits meanwhile is not counted, and so is not to be ranked.
	to, err := first(r, "a run", func(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) }, "SELECT ifnull(max(id), 0) FROM runs WHERE id BETWEEN ? AND ?", from, to)
	if err != nil {
		return nil, err
	}
	scan := func(rows *sql.Rows) (x row, err error) { return x, rows.Scan(&x.workflow, &x.value) }
	counts, err := list(r, scan, "SELECT workflow, count(*)"+chosen+"GROUP BY 1", from, to)
	if err != nil {
		return nil, err
	}
	runs := map[int64]int64{}
	for _, c := range counts {
		runs[c.workflow] = int64(c.value)
	}
	spreads := map[int64]*RunSpread{}
	rank, last := int64(0), int64(0)
	for x, err := range each(r, scan, "SELECT workflow, duration_ns"+chosen+"ORDER BY 1, 2", from, to) {
		if err != nil {
			return nil, err
		}
		if x.workflow != last {
			rank, last = 0, x.workflow
			spreads[last] = &RunSpread{Runs: runs[last], Min: x.value}
		}
		rank++
		s := spreads[last]
		s.at(rank, x.value)
	}
	var all []RunSpread
	names := func(rows *sql.Rows) (s RunSpread, err error) {
		var id int64
		err = rows.Scan(&id, &s.Workflow)
		if of := spreads[id]; of != nil {
			of.Workflow = s.Workflow
			all = append(all, *of)
		}
		return s, err
	}
	_, err = list(r, names, "SELECT id, name FROM workflows ORDER BY name")
	return all, err
}

// at takes the value of a rank, from 1.
func (s *RunSpread) at(rank int64, took time.Duration) {
	if rank == (s.Runs*50+99)/100 {
		s.P50 = took
	}
	if rank == (s.Runs*95+99)/100 {
		s.P95 = took
	}
	s.Max = took
}
