package ledger

import (
	"database/sql"
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/shadowrun/shadowrun/golden"
)

// RunKey is where in the plan a run is. It names the run in every method.
type RunKey struct {
	Soak     SoakID
	Cycle    int // 0 to 268,435,455
	Position int // in its cycle; 0 to 1,048,575
}

const (
	cycleBits    = 28
	positionBits = 20
	maxCycle     = 1<<cycleBits - 1
	maxPosition  = 1<<positionBits - 1
)

// String returns the run's id, such as "c12r3", which is unique within its soak.
func (k RunKey) String() string { return fmt.Sprintf("c%dr%d", k.Cycle, k.Position) }

// IsZero reports whether k was never set.
func (k RunKey) IsZero() bool { return k == RunKey{} }

func (k RunKey) check() error {
	if k.Soak < 1 || k.Soak > maxSoak || k.Cycle < 0 || k.Cycle > maxCycle || k.Position < 0 || k.Position > maxPosition {
		return fmt.Errorf("run %s of soak %d: want a soak of 1 to %d, a cycle of 0 to %d, a position of 0 to %d",
			k, k.Soak, maxSoak, maxCycle, maxPosition)
	}
	return nil
}

// id is the run's key in the file; the schema says how it is packed, and why.
func (k RunKey) id() int64 {
	return int64(k.Soak)<<(cycleBits+positionBits) | int64(k.Cycle)<<positionBits | int64(k.Position)
}

func runKey(id int64) RunKey {
	return RunKey{
		Soak:     SoakID(id >> (cycleBits + positionBits)),
		Cycle:    int(id >> positionBits & maxCycle),
		Position: int(id & maxPosition),
	}
}

// Run is one execution of a workflow with one seed.
type Run struct {
	RunKey
	Workflow      string
	Seed          uint64
	Status        golden.Status
	Exit          int
	Signal        string
	Message       string        // what to tell people of how it ended
	Digest        golden.Digest // zero: it left no golden
	Place         string        // of the golden in its store; empty beside a digest: pruned since
	Size          int64         // of the trace, in bytes
	Started       time.Time
	Duration      time.Duration
	PID           int
	Stderr        []byte         // its tail; what is over [MaxStderr] is cut off in front
	Circumstances jsontext.Value // nil: none kept
}

// MaxStderr is how much of a run's standard error is kept, in bytes.
const MaxStderr = 8 << 10

// Filter chooses runs or replays of one soak. The zero value of a field chooses all.
type Filter struct {
	Soak       SoakID // required
	Workflow   string
	FirstCycle int // of the run
	LastCycle  int // of the run; 0: the last there is
}

// bounds returns the range of run keys that f allows.
func (f Filter) bounds() (from, to int64) {
	last := f.LastCycle
	if last == 0 {
		last = maxCycle
	}
	return RunKey{f.Soak, f.FirstCycle, 0}.id(), RunKey{f.Soak, last, maxPosition}.id()
}

const runColumns = `SELECT r.id, w.name, r.seed, r.status, r.exit, r.signal, r.message, r.digest, r.place, r.size,
	r.started_ns, r.duration_ns, r.pid, r.stderr, r.circumstances FROM runs r JOIN workflows w ON w.id = r.workflow`

// Runs yields the runs that f chooses, in the plan's order.
func (r *Reader) Runs(f Filter) iter.Seq2[Run, error] {
	from, to := f.bounds()
	return each(r, scanRun, runColumns+` WHERE r.id BETWEEN ? AND ? AND ? IN ('', w.name) ORDER BY r.id`, from, to, f.Workflow)
}

// WithoutGolden yields, of the runs that f chooses, those that left no golden: timed out,
// over a limit, never started, abandoned. It costs what it yields, not what the soak did.
func (r *Reader) WithoutGolden(f Filter) iter.Seq2[Run, error] {
	from, to := f.bounds()
	return each(r, scanRun, runColumns+` WHERE r.digest IS NULL AND r.id BETWEEN ? AND ? AND ? IN ('', w.name) ORDER BY r.id`, from, to, f.Workflow)
}

// NeverOK returns the first run of a workflow in a soak that left a golden, or [ErrNotFound] if there is none, or if one
// of them ended with exit status 0. It costs a row where the first one did.
func (r *Reader) NeverOK(soak SoakID, workflow string) (Run, error) {
	from, to := Filter{Soak: soak}.bounds()
	of := func(alias string) string {
		return fmt.Sprintf("%s.workflow = (SELECT id FROM workflows WHERE name = ?) AND %[1]s.digest IS NOT NULL AND %[1]s.id BETWEEN ? AND ?", alias)
	}
	return first(r, "run of "+workflow+" that failed as all of them did", scanRun,
		runColumns+" WHERE "+of("r")+" AND NOT EXISTS (SELECT 1 FROM runs z WHERE "+of("z")+" AND z.status = ?) ORDER BY r.id LIMIT 1",
		workflow, from, to, workflow, from, to, golden.StatusOK)
}

// Run returns one run, or [ErrNotFound].
func (r *Reader) Run(k RunKey) (Run, error) {
	if err := k.check(); err != nil {
		return Run{}, err
	}
	return first(r, fmt.Sprintf("run %s of soak %d", k, k.Soak), scanRun, runColumns+" WHERE r.id = ?", k.id())
}

func scanRun(rows *sql.Rows) (run Run, err error) {
	var id, seed, started int64
	var signal, message, place, circumstances sql.NullString
	var digest []byte
	err = rows.Scan(&id, &run.Workflow, &seed, &run.Status, &run.Exit, &signal, &message, &digest, &place,
		&run.Size, &started, &run.Duration, &run.PID, &run.Stderr, &circumstances)
	run.RunKey, run.Seed, run.Started = runKey(id), uint64(seed), instant(started)
	run.Signal, run.Message, run.Place = signal.String, message.String, place.String
	run.Circumstances = jsontext.Value(nilIfNull(circumstances))
	if err == nil {
		run.Digest, err = scanDigest(digest)
	}
	return run, err
}

// scanDigest reads a digest column; NULL is the zero digest.
func scanDigest(b []byte) (d golden.Digest, err error) {
	if b == nil {
		return d, nil
	}
	if len(b) != len(d) {
		return d, fmt.Errorf("a digest of %d bytes, want %d: the ledger is damaged", len(b), len(d))
	}
	return golden.Digest(b), nil
}

func nilIfNull(s sql.NullString) []byte {
	if !s.Valid {
		return nil
	}
	return []byte(s.String)
}
