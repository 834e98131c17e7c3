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

// RunSpreads returns how long a soak's runs took, by workflow, without those that were abandoned. SQLite sorts them, in
// files where they are many: five seconds for a million.
func (r *Reader) RunSpreads(soak SoakID) ([]RunSpread, error) {
	from, to := Filter{Soak: soak}.bounds()
	return list(r, func(rows *sql.Rows) (s RunSpread, err error) {
		return s, rows.Scan(&s.Workflow, &s.Runs, &s.Min, &s.P50, &s.P95, &s.Max)
	}, `WITH counts (workflow, runs) AS (
			SELECT workflow, count(*) FROM runs WHERE id BETWEEN ?1 AND ?2 AND status <> 'abandoned' GROUP BY 1),
		ranked (workflow, took, rank) AS (
			SELECT workflow, duration_ns, row_number() OVER (PARTITION BY workflow ORDER BY duration_ns)
			FROM runs WHERE id BETWEEN ?1 AND ?2 AND status <> 'abandoned')
		SELECT w.name, c.runs, min(k.took), max(iif(k.rank = (c.runs * 50 + 99) / 100, k.took, 0)),
			max(iif(k.rank = (c.runs * 95 + 99) / 100, k.took, 0)), max(k.took)
		FROM ranked k JOIN counts c ON c.workflow = k.workflow JOIN workflows w ON w.id = k.workflow GROUP BY k.workflow ORDER BY 1`, from, to)
}
