package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// SoakID numbers the soaks of a ledger from 1.
type SoakID int64

const maxSoak = 1<<15 - 1

// ErrNotFound is wrapped by the error for a soak, run or replay that is not in the ledger.
// It is an [fs.ErrNotExist].
var ErrNotFound = fmt.Errorf("not in the ledger: %w", fs.ErrNotExist)

// Soak is one invocation's worth of cycles, through all its resumptions.
type Soak struct {
	ID           SoakID // given by [Ledger.StartSoak]
	BaseSeed     uint64
	Config       string // the whole configuration, as YAML
	ConfigDigest string
	PlanDigest   string
	Version      string // of shadowrun
	Host         string
	Started      time.Time
	Duration     time.Duration // of active time; 0: no limit
	Cycles       int           // 0: no limit
	Ended        time.Time     // zero: has not ended
	Outcome      string        // empty: has not ended
}

// Session is the part of a soak that one process ran: the first, or a resumption.
type Session struct {
	N           int // from 1, given by [Ledger.StartSession]
	PID         int
	Host        string
	Boot        string // the host's boot id
	Build       string // fingerprint
	Environment jsontext.Value
	Started     time.Time
	Ended       time.Time // zero: running, or was killed and nobody resumed
	EndedWhy    string
}

// StartSoak records a new soak and returns its number. A session of it starts next.
func (l *Ledger) StartSoak(s Soak) (SoakID, error) {
	var id SoakID
	err := l.c.transact(func(ctx context.Context) error {
		last, err := l.c.number(ctx, "SELECT ifnull(max(id), 0) FROM soaks")
		if err != nil {
			return err
		}
		if id = SoakID(last + 1); id > maxSoak {
			return fmt.Errorf("it holds %d soaks already, the most it can; start a new state folder", last)
		}
		_, err = l.c.exec(ctx, `INSERT INTO soaks (id, base_seed, config, config_digest, plan_digest, version, host,
			started_ns, duration_ns, cycles) VALUES (?,?,?,?,?,?,?,?,?,?)`,
			id, int64(s.BaseSeed), s.Config, s.ConfigDigest, s.PlanDigest, s.Version, s.Host,
			nanos(s.Started), int64(s.Duration), s.Cycles)
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// StartSession records that a process starts or resumes a soak, and returns the session's
// number. A session before it that never ended was killed: it is said to have ended when
// it last committed. A soak that had ended goes on.
func (l *Ledger) StartSession(soak SoakID, s Session) (int, error) {
	var n int64
	err := l.c.transact(func(ctx context.Context) error {
		last, err := l.c.number(ctx, "SELECT ifnull(max(n), 0) FROM sessions WHERE soak = ?", soak)
		if err != nil {
			return err
		}
		n = last + 1
		if _, err := l.c.exec(ctx, `UPDATE sessions SET ended_why = 'killed', ended_ns = max(started_ns, ifnull(
			(SELECT max(committed_ns) FROM checkpoints c WHERE c.soak = sessions.soak AND c.session = sessions.n), 0))
			WHERE soak = ? AND ended_ns IS NULL`, soak); err != nil {
			return err
		}
		if _, err := l.c.exec(ctx, "UPDATE soaks SET ended_ns = NULL, outcome = NULL WHERE id = ?", soak); err != nil {
			return err
		}
		_, err = l.c.exec(ctx, `INSERT INTO sessions (soak, n, pid, host, boot, build, environment, started_ns)
			VALUES (?,?,?,?,?,?,?,?)`, soak, n, s.PID, s.Host, s.Boot, s.Build, string(s.Environment), nanos(s.Started))
		return err
	})
	if err != nil {
		return 0, err
	}
	delete(l.sums, soak) // its checkpoints now name another session
	return int(n), nil
}

// EndSession records when and why a session ended, in a word or two.
func (l *Ledger) EndSession(soak SoakID, n int, at time.Time, why string) error {
	return l.c.one("UPDATE sessions SET ended_ns = ?, ended_why = ? WHERE soak = ? AND n = ?", nanos(at), why, soak, n)
}

// SetLimits records how long a soak is to be, where a resumption makes it longer, say.
func (l *Ledger) SetLimits(soak SoakID, duration time.Duration, cycles int) error {
	return l.c.one("UPDATE soaks SET duration_ns = ?, cycles = ? WHERE id = ?", int64(duration), cycles, soak)
}

// EndSoak records a soak's outcome.
func (l *Ledger) EndSoak(soak SoakID, at time.Time, outcome string) error {
	return l.c.one("UPDATE soaks SET ended_ns = ?, outcome = ? WHERE id = ?", nanos(at), outcome, soak)
}

const soakColumns = `SELECT id, base_seed, config, config_digest, plan_digest, version, host, started_ns,
	duration_ns, cycles, ended_ns, ifnull(outcome, '') FROM soaks`

// Soaks returns every soak, oldest first.
func (r *Reader) Soaks() ([]Soak, error) {
	return list(r, scanSoak, soakColumns+" ORDER BY id")
}

// Soak returns one soak, or [ErrNotFound].
func (r *Reader) Soak(id SoakID) (Soak, error) {
	return first(r, fmt.Sprintf("soak %d", id), scanSoak, soakColumns+" WHERE id = ?", id)
}

// Latest returns the soak that started last, or [ErrNotFound].
func (r *Reader) Latest() (Soak, error) {
	return first(r, "any soak", scanSoak, soakColumns+" ORDER BY id DESC LIMIT 1")
}

func scanSoak(rows *sql.Rows) (s Soak, err error) {
	var seed, started int64
	var ended sql.NullInt64
	err = rows.Scan(&s.ID, &seed, &s.Config, &s.ConfigDigest, &s.PlanDigest, &s.Version, &s.Host,
		&started, &s.Duration, &s.Cycles, &ended, &s.Outcome)
	s.BaseSeed, s.Started, s.Ended = uint64(seed), instant(started), maybeInstant(ended)
	return s, err
}

// Sessions returns a soak's sessions in order.
func (r *Reader) Sessions(soak SoakID) ([]Session, error) {
	return list(r, func(rows *sql.Rows) (s Session, err error) {
		var environment string
		var started int64
		var ended sql.NullInt64
		err = rows.Scan(&s.N, &s.PID, &s.Host, &s.Boot, &s.Build, &environment, &started, &ended, &s.EndedWhy)
		s.Environment, s.Started, s.Ended = jsontext.Value(environment), instant(started), maybeInstant(ended)
		return s, err
	}, `SELECT n, pid, host, boot, build, environment, started_ns, ended_ns, ifnull(ended_why, '')
		FROM sessions WHERE soak = ? ORDER BY n`, soak)
}

// Active returns for how long a soak has been at work: the sum of its sessions. One that
// has not ended counts as far as its last checkpoint, which is the soak's last.
func (r *Reader) Active(soak SoakID) (time.Duration, error) {
	return first(r, fmt.Sprintf("soak %d", soak), func(rows *sql.Rows) (d time.Duration, err error) {
		return d, rows.Scan(&d)
	}, `WITH last (session, at) AS (SELECT session, committed_ns FROM checkpoints WHERE soak = ?1 ORDER BY n DESC LIMIT 1)
		SELECT ifnull(sum(coalesce(s.ended_ns, (SELECT at FROM last WHERE session = s.n), s.started_ns) - s.started_ns), 0)
		FROM sessions s WHERE s.soak = ?1`, soak)
}

// nanos is how a time is stored. The zero time is stored as 0, which no run sees.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

func maybeInstant(ns sql.NullInt64) time.Time { return instant(ns.Int64) }

// one runs an update in a transaction of its own that must change exactly one row.
func (c *connection) one(query string, args ...any) error {
	return c.transact(func(ctx context.Context) error {
		result, err := c.exec(ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, ErrNotFound)
		}
		return nil
	})
}

// number returns the one number that query yields.
func (c *connection) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return 0, err
	}
	return n, s.QueryRowContext(ctx, args...).Scan(&n)
}
