package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/replay"
)

// RunShare is how many of a soak's runs were one workflow's and took about equally long.
type RunShare struct {
	Workflow string
	Bucket   int // the first of the bounds that they do not exceed; their number where they exceed all
	Runs     int64
	Duration time.Duration // of all of them
}

// RunShares counts the runs that f chooses by workflow and duration, without those that were
// abandoned: they come again. It costs what f chooses.
func (r *Reader) RunShares(f Filter, bounds []time.Duration) ([]RunShare, error) {
	from, to := f.bounds()
	bucket := strings.Builder{}
	for i, bound := range bounds {
		fmt.Fprintf(&bucket, "WHEN r.duration_ns <= %d THEN %d ", int64(bound), i)
	}
	return list(r, func(rows *sql.Rows) (s RunShare, err error) {
		return s, rows.Scan(&s.Workflow, &s.Bucket, &s.Runs, &s.Duration)
	}, fmt.Sprintf(`SELECT w.name, s.bucket, s.runs, s.duration FROM (
		SELECT r.workflow, CASE %s ELSE %d END AS bucket, count(*) AS runs, sum(r.duration_ns) AS duration
		FROM runs r WHERE r.id BETWEEN ? AND ? AND r.status <> 'abandoned' GROUP BY 1, 2) s
		JOIN workflows w ON w.id = s.workflow WHERE ? IN ('', w.name) ORDER BY 1, 2`, bucket.String(), len(bounds)), from, to, f.Workflow)
}

// VerdictShare is how many of a soak's verdicts were of one kind, on one workflow.
type VerdictShare struct {
	Workflow string
	Verdict  replay.Verdict
	Replays  int64
}

// VerdictShares counts a soak's replays by workflow and verdict, but for those by hand, from after the
// one of an id on; 0: all. It also returns the id up to which it counted, and costs what it counts.
func (r *Reader) VerdictShares(soak SoakID, after int64) (shares []VerdictShare, upTo int64, err error) {
	upTo, err = first(r, "a replay", func(rows *sql.Rows) (id int64, err error) { return id, rows.Scan(&id) },
		"SELECT id FROM replays ORDER BY id DESC LIMIT 1")
	if errors.Is(err, ErrNotFound) {
		return nil, after, nil
	}
	if err != nil {
		return nil, after, err
	}
	from, to := Filter{Soak: soak}.bounds()
	// Without the plus SQLite would search by run, and go through all of the soak's each time.
	shares, err = list(r, func(rows *sql.Rows) (s VerdictShare, err error) {
		return s, rows.Scan(&s.Workflow, &s.Verdict, &s.Replays)
	}, `SELECT w.name, p.verdict, count(*) FROM replays p JOIN runs r ON r.id = p.run JOIN workflows w ON w.id = r.workflow
		WHERE p.id > ? AND p.id <= ? AND +p.run BETWEEN ? AND ? AND p.kind <> 'manual' GROUP BY 1, 2 ORDER BY 1, 2`, after, upTo, from, to)
	return shares, upTo, err
}
