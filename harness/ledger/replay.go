package ledger

import (
	"database/sql"
	"iter"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// ReplayKind says what a replay was done for.
type ReplayKind string

const (
	ReplayCycle   ReplayKind = "cycle"   // in the run's own cycle
	ReplayRecheck ReplayKind = "recheck" // in a later one, as planned
	ReplayManual  ReplayKind = "manual"  // by hand, outside the soak's sums
)

// Replay is a run done again under a variant, and what came of it.
type Replay struct {
	ID           int64 // given when it is recorded
	Run          RunKey
	Cycle        int // in which it was done; 0 where manual
	Kind         ReplayKind
	Variant      string
	Verdict      replay.Verdict
	Replays      int           // how often it was done to reach the verdict
	Differing    int           // how many of those differed
	Differences  int           // how many were found, also where fewer are kept
	GotDigest    golden.Digest // of the first that differed; zero: the run's own
	GotPlace     string        // of its trace in the store; empty: not kept
	Why          string
	Started      time.Time
	Duration     time.Duration
	Restorations int

	// Found is what to record under the replay, the first [MaxDifferences] of it. Nothing
	// is recorded under a match. Reading leaves it nil: see [Reader.Differences].
	Found []Difference
}

const replayColumns = `SELECT p.id, p.run, p.cycle, p.kind, p.variant, p.verdict, p.replays, p.differing,
	p.differences, p.got_digest, p.got_place, p.why, p.started_ns, p.duration_ns, p.restorations FROM replays p`

// Replays returns the replays of a run, in the order in which they were recorded.
func (r *Reader) Replays(run RunKey) ([]Replay, error) {
	if err := run.check(); err != nil {
		return nil, err
	}
	return list(r, scanReplay, replayColumns+" WHERE p.run = ? ORDER BY p.id", run.id())
}

// NotMatching yields the replays, of the runs that f chooses, that came to another verdict
// than match, in the plan's order. It costs what it yields, not what the soak did.
func (r *Reader) NotMatching(f Filter) iter.Seq2[Replay, error] {
	from, to := f.bounds()
	return each(r, scanReplay, replayColumns+` JOIN runs r ON r.id = p.run JOIN workflows w ON w.id = r.workflow
		WHERE p.verdict <> 'match' AND p.run BETWEEN ? AND ? AND ? IN ('', w.name) ORDER BY p.run, p.id`, from, to, f.Workflow)
}

func scanReplay(rows *sql.Rows) (p Replay, err error) {
	var run, started int64
	var digest []byte
	var place, why sql.NullString
	err = rows.Scan(&p.ID, &run, &p.Cycle, &p.Kind, &p.Variant, &p.Verdict, &p.Replays, &p.Differing,
		&p.Differences, &digest, &place, &why, &started, &p.Duration, &p.Restorations)
	p.Run, p.Started, p.GotPlace, p.Why = runKey(run), instant(started), place.String, why.String
	if err == nil {
		p.GotDigest, err = scanDigest(digest)
	}
	return p, err
}
