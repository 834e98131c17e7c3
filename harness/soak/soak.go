package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// Options say what soak to carry out, and where.
type Options struct {
	Dir       string // the state folder
	Config    harness.Config
	Workflows []harness.Workflow
	SelfArgs  []string // see [harness.Runner]
	Version   string   // of shadowrun
	Cycles    int      // 0: no limit
	Duration  time.Duration
	Resume    bool // the latest soak; Cycles and Duration are then its own, unless set
	Now       func() time.Time
	Notify    func(harness.Event)
	Started   func(Session) // once the soak is known; nil: nobody asks
}

// Session is what is known of a soak when it starts or is resumed.
type Session struct {
	Soak      ledger.Soak
	Config    harness.Config
	Plan      *harness.Plan
	Tally     harness.Tally // of earlier sessions
	Active    time.Duration // of earlier sessions
	FirstPart bool          // it was not resumed
}

// ErrNothingToResume is what resuming is refused with where the latest soak has ended.
var ErrNothingToResume = errors.New("nothing to resume")

// session is a soak under way.
type session struct {
	o      Options
	ledger *ledger.Ledger
	store  *golden.Segments
	soak   ledger.Soak
	config harness.Config
	runner *harness.Runner
	record *record
	active time.Duration
}

// Run carries a soak out: the end of stop lets what is in flight finish, the end of ctx
// abandons it. What came of it is then in the ledger: see [Summarize]. Another soak on the
// same folder is refused with a [*ledger.HeldError].
func Run(ctx context.Context, stop <-chan struct{}, o Options) (id ledger.SoakID, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	host, err := os.Hostname()
	if err != nil {
		return 0, err
	}
	lock, err := ledger.LockState(o.Dir, ledger.Holder{PID: os.Getpid(), Host: host, Started: o.Now()})
	if err != nil {
		return 0, err
	}
	defer lock.Unlock()
	if err := clear(o.Dir); err != nil {
		return 0, err
	}
	ring, err := OpenRing(o.Dir, false)
	if err != nil {
		return 0, err
	}
	s := &session{o: o}
	if s.ledger, err = ledger.Open(LedgerPath(o.Dir)); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.ledger.Close()) }()
	if s.store, err = golden.OpenSegments(GoldenDir(o.Dir), ring, golden.SegmentOptions{}); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.store.Close()) }()
	if err := s.begin(host); err != nil {
		return s.soak.ID, err
	}
	return s.soak.ID, s.carryOut(ctx, stop)
}

// clear ends and removes what a killed soak left behind.
func clear(dir string) error {
	if _, err := proc.Sweep(dir); err != nil {
		return fmt.Errorf("processes of a killed soak: %w", err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "work")); err != nil {
		return err
	}
	return nil
}

// begin finds out what to do and records that it begins.
func (s *session) begin(host string) (err error) {
	if s.o.Resume {
		err = s.resume()
	} else {
		err = s.start(host)
	}
	if err != nil {
		return err
	}
	s.record = &record{session: s, host: host}
	s.runner = &harness.Runner{
		Config:    s.config,
		Workflows: s.o.Workflows,
		StateDir:  s.o.Dir,
		SoakID:    FolderName(s.soak.ID),
		SelfArgs:  s.o.SelfArgs,
		Record:    s.record,
		Notify:    s.notify,
		Now:       s.o.Now,
		Cycles:    s.soak.Cycles,
	}
	if err := s.position(); err != nil {
		return err
	}
	if err := s.runner.Prepare(); err != nil {
		return err
	}
	return s.ledger.AppendEvent(ledger.Event{Soak: s.soak.ID, At: s.o.Now(), Kind: "started",
		Text: fmt.Sprintf("pid %d, from cycle %d", os.Getpid(), s.runner.FirstCycle)})
}

func (s *session) start(host string) error {
	s.config = s.o.Config
	text, digest, err := storeConfig(s.config)
	if err != nil {
		return err
	}
	s.soak = ledger.Soak{
		BaseSeed: s.config.Seed, Config: text, ConfigDigest: digest, PlanDigest: harness.NewPlan(s.config).Digest(),
		Version: s.o.Version, Host: host, Started: s.o.Now(), Duration: s.o.Duration, Cycles: s.o.Cycles,
	}
	s.soak.ID, err = s.ledger.StartSoak(s.soak)
	return err
}

func (s *session) resume() (err error) {
	s.soak, err = s.ledger.Latest()
	if errors.Is(err, ledger.ErrNotFound) {
		return fmt.Errorf("%w: %s: %w", ErrNothingToResume, s.o.Dir, ErrNoSoak)
	}
	if err != nil {
		return err
	}
	if s.soak.Outcome != "" && s.soak.Outcome != string(Interrupted) && s.finishedPlan() {
		return fmt.Errorf("%w: soak %d ended %s at %s", ErrNothingToResume, s.soak.ID, s.soak.Outcome, s.soak.Ended.Format(time.RFC3339))
	}
	if s.config, err = RestoreConfig(s.soak.Config, s.o.Config); err != nil {
		return err
	}
	if got := harness.NewPlan(s.config).Digest(); got != s.soak.PlanDigest {
		return fmt.Errorf("the plan of soak %d can't be made again: it was %.12s and is %.12s; was it begun by another version?", s.soak.ID, s.soak.PlanDigest, got)
	}
	if s.o.Cycles > 0 {
		s.soak.Cycles = s.o.Cycles
	}
	if s.o.Duration > 0 {
		s.soak.Duration = s.o.Duration
	}
	return nil
}

// finishedPlan reports whether a soak got to the end that it was to have.
func (s *session) finishedPlan() bool {
	last, err := s.ledger.LastCheckpoint(s.soak.ID)
	if err != nil {
		return false
	}
	active, err := s.ledger.Active(s.soak.ID)
	if err != nil {
		return false
	}
	return finished(s.soak, last, active)
}

// finished reports whether a soak carried out all that it was to.
func finished(s ledger.Soak, last ledger.Checkpoint, active time.Duration) bool {
	if last.Abandoned > 0 {
		return false
	}
	return s.Cycles > 0 && last.Cycle >= s.Cycles || s.Duration > 0 && active >= s.Duration
}

// position finds out where in the plan to go on.
func (s *session) position() error {
	active, err := s.ledger.Active(s.soak.ID)
	if err != nil {
		return err
	}
	s.active = active
	if s.soak.Duration > 0 {
		s.runner.Remaining = max(s.soak.Duration-active, time.Nanosecond)
	}
	last, err := s.ledger.LastCheckpoint(s.soak.ID)
	if errors.Is(err, ledger.ErrNotFound) {
		s.runner.FirstCycle = 1
		return nil
	}
	if err != nil {
		return err
	}
	s.runner.FirstCycle = last.Cycle + 1
	s.runner.Tally = TallyOf(last.Counters)
	if last.Abandoned == 0 {
		return nil
	}
	for run, err := range s.ledger.Runs(ledger.Filter{Soak: s.soak.ID, FirstCycle: last.Cycle, LastCycle: last.Cycle}) {
		if err != nil {
			return err
		}
		if run.Status == golden.StatusAbandoned {
			s.runner.Abandoned = append(s.runner.Abandoned, run.Position)
		}
	}
	s.runner.FirstCycle = last.Cycle
	return nil
}

// TallyOf returns what a soak's watchers are told of its counters.
func TallyOf(c ledger.Counters) harness.Tally {
	return harness.Tally{
		Cycles: c.Cycles, Runs: c.Runs, Replays: c.Replays,
		Match: c.Match, Leak: c.Leak, Violation: c.Violation, Drift: c.Drift, Unknown: c.Unknown,
		Unfinished: c.Unfinished, Abandoned: c.Abandoned,
		Rechecks: c.Rechecks, RechecksSkipped: c.RechecksSkipped, Restorations: c.Restorations,
		Overruns: c.Overruns, Goldens: c.Goldens, GoldenBytes: c.GoldenBytes,
	}
}

// carryOut runs the plan, and records how the session ended.
func (s *session) carryOut(ctx context.Context, stop <-chan struct{}) error {
	if s.o.Started != nil {
		s.o.Started(Session{Soak: s.soak, Config: s.config, Plan: harness.NewPlan(s.config),
			Tally: s.runner.Tally, Active: s.active, FirstPart: !s.o.Resume})
	}
	if err := s.record.openSession(); err != nil {
		return err
	}
	runErr := s.runner.Run(ctx, stop)
	why := "finished"
	select {
	case <-stop:
		why = "stopped"
	default:
	}
	if ctx.Err() != nil {
		why = "stopped, and what was in flight abandoned"
	}
	if runErr != nil {
		why = "failed: " + runErr.Error()
	}
	end := s.o.Now()
	err := s.record.closeSession(end, why)
	if runErr != nil {
		return errors.Join(runErr, err)
	}
	if err != nil {
		return err
	}
	summary, err := summarize(s.ledger.Reader, s.soak, s.o.Dir, end)
	if err != nil {
		return err
	}
	if err := s.ledger.AppendEvent(ledger.Event{Soak: s.soak.ID, At: end, Kind: "ended", Text: why + ": " + string(summary.Outcome)}); err != nil {
		return err
	}
	return s.ledger.EndSoak(s.soak.ID, end, string(summary.Outcome))
}

// notify keeps changes of state in the ledger and passes everything on. The runner calls it from the
// goroutine that commits.
func (s *session) notify(e harness.Event) {
	if e.Kind != harness.EventCycle {
		// A failure to keep a notice shows at the next commit, which fails for the same reason.
		s.ledger.AppendEvent(ledger.Event{Soak: s.soak.ID, At: e.At, Kind: string(e.Kind), Text: e.Text})
	}
	if s.o.Notify != nil {
		s.o.Notify(e)
	}
}

// surroundings are what a session's runs have in common, kept once with the session.
type surroundings struct {
	Builds map[string]string `json:"builds"` // fingerprint by workflow
	Home   string            `json:"home"`
	User   string            `json:"user"`
}

func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
