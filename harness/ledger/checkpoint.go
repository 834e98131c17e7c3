package ledger

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// Counters are a soak's sums. Replays by hand are in none of them.
type Counters struct {
	Cycles          int64
	Overruns        int64 // cycles that took longer than their interval
	Runs            int64 // recorded, however they ended
	Unfinished      int64 // of those: timed out, over a limit, or never started
	Abandoned       int64 // of those: given up when the soak was stopped, and not made up for since
	Goldens         int64 // stored, also where pruned since
	TraceBytes      int64 // of the goldens' traces
	GoldenBytes     int64 // that their store grew by
	Replays         int64 // rechecks among them; each is in one of the next five
	Match           int64
	Leak            int64
	Violation       int64
	Drift           int64
	Unknown         int64
	Rechecks        int64 // of runs of older cycles
	RechecksSkipped int64 // planned, but the golden had been pruned
	Restorations    int64 // from a checkpoint of a workflow
}

// fields are the counters in the order of [counterColumns].
func (c *Counters) fields() []any {
	return []any{&c.Cycles, &c.Overruns, &c.Runs, &c.Unfinished, &c.Abandoned, &c.Goldens, &c.TraceBytes, &c.GoldenBytes,
		&c.Replays, &c.Match, &c.Leak, &c.Violation, &c.Drift, &c.Unknown, &c.Rechecks, &c.RechecksSkipped, &c.Restorations}
}

// values are the counters themselves, in the same order.
func (c *Counters) values() []any {
	values := c.fields()
	for i, field := range values {
		values[i] = *field.(*int64)
	}
	return values
}

const counterColumns = `cycles, overruns, runs, unfinished, abandoned, goldens, trace_bytes, golden_bytes,
	replays, match, leak, violation, drift, unknown, rechecks, rechecks_skipped, restorations`

// Minus returns how far c is past earlier.
func (c Counters) Minus(earlier Counters) Counters {
	to, from := c.fields(), earlier.fields()
	for i := range to {
		*to[i].(*int64) -= *from[i].(*int64)
	}
	return c
}

func (c *Counters) addRun(r Run, sign int64) {
	c.Runs += sign
	switch {
	case r.Status == golden.StatusAbandoned:
		c.Abandoned += sign
	case !r.Status.Replayable():
		c.Unfinished += sign
	}
	if !r.Digest.IsZero() {
		c.Goldens += sign
		c.TraceBytes += sign * r.Size
	}
}

func (c *Counters) addReplay(p Replay) error {
	c.Replays++
	c.Restorations += int64(p.Restorations)
	switch p.Kind {
	case ReplayCycle:
	case ReplayRecheck:
		c.Rechecks++
	default:
		return fmt.Errorf("replay of %s: kind %q, want %q or %q", p.Run, p.Kind, ReplayCycle, ReplayRecheck)
	}
	switch p.Verdict {
	case replay.VerdictMatch:
		c.Match++
	case replay.VerdictLeak:
		c.Leak++
	case replay.VerdictViolation:
		c.Violation++
	case replay.VerdictDrift:
		c.Drift++
	case replay.VerdictUnknown:
		c.Unknown++
	default:
		return fmt.Errorf("replay of %s: no such verdict as %q", p.Run, p.Verdict)
	}
	return nil
}

// Checkpoint says how far a soak had got at one of its commits.
type Checkpoint struct {
	N         int // from 1
	Session   int
	Cycle     int // the last one committed
	Committed time.Time
	Counters  // since the soak began
}

const checkpointColumns = "SELECT n, session, cycle, committed_ns, " + counterColumns + " FROM checkpoints WHERE soak = ?"

// LastCheckpoint returns how far a soak has got, or [ErrNotFound] before its first commit.
func (r *Reader) LastCheckpoint(soak SoakID) (Checkpoint, error) {
	return first(r, fmt.Sprintf("a checkpoint of soak %d", soak), scanCheckpoint, checkpointColumns+" ORDER BY n DESC LIMIT 1", soak)
}

// LastCycle returns when the last cycle of a soak that was committed began and ended, and by
// how much it overran its interval; the rest of it is left empty. It is [ErrNotFound] before
// the first.
func (r *Reader) LastCycle(soak SoakID) (Cycle, error) {
	return first(r, fmt.Sprintf("a cycle of soak %d", soak), func(rows *sql.Rows) (c Cycle, err error) {
		var started, ended int64
		err = rows.Scan(&c.N, &started, &ended, &c.Overrun)
		c.Started, c.Ended = instant(started), instant(ended)
		return c, err
	}, "SELECT n, started_ns, ended_ns, overrun_ns FROM cycles WHERE soak = ? ORDER BY n DESC LIMIT 1", soak)
}

// Totals returns a soak's sums, all zero before its first commit. It is one look-up,
// however many runs there are.
func (r *Reader) Totals(soak SoakID) (Counters, error) {
	all, err := list(r, scanCheckpoint, checkpointColumns+" ORDER BY n DESC LIMIT 1", soak)
	if err != nil || len(all) == 0 {
		return Counters{}, err
	}
	return all[0].Counters, nil
}

func scanCheckpoint(rows *sql.Rows) (c Checkpoint, err error) {
	var at int64
	err = rows.Scan(append([]any{&c.N, &c.Session, &c.Cycle, &at}, c.fields()...)...)
	c.Committed = instant(at)
	return c, err
}

// Hour is what a soak did in one hour since its start, or in another period.
type Hour struct {
	N     int // from 0; hours in which nothing was committed are left out
	Start time.Time
	Done  Counters // within the hour
	Total Counters // by its end
}

// Hourly returns the progression of a soak by hours of wall-clock time since it started.
func (r *Reader) Hourly(soak SoakID) ([]Hour, error) { return r.Progression(soak, time.Hour) }

// Progression is [Reader.Hourly] by other periods.
func (r *Reader) Progression(soak SoakID, every time.Duration) ([]Hour, error) {
	s, err := r.Soak(soak)
	if err != nil {
		return nil, err
	}
	var periods []Hour
	var before Counters
	// SQLite takes the other columns from the row that holds the maximum.
	query := `SELECT max(n), session, cycle, committed_ns, ` + counterColumns + ` FROM checkpoints WHERE soak = ?
		GROUP BY max(0, committed_ns - ?) / ? ORDER BY 1`
	for c, err := range each(r, scanCheckpoint, query, soak, nanos(s.Started), int64(every)) {
		if err != nil {
			return nil, err
		}
		n := int(max(0, c.Committed.Sub(s.Started)) / every)
		periods = append(periods, Hour{N: n, Start: s.Started.Add(time.Duration(n) * every), Done: c.Minus(before), Total: c.Counters})
		before = c.Counters
	}
	return periods, nil
}
