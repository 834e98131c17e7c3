package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/internal/proc"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// Options say what soak to carry out, and where.
type Options struct {
	Dir        string // the state folder
	Config     harness.Config
	Workflows  []harness.Workflow
	SelfArgs   []string // see [harness.Runner]
	Version    string   // of shadowrun
	Cycles     int      // 0: no limit
	Duration   time.Duration
	Resume     bool // the latest soak; Cycles and Duration are then its own, unless set
	ExitOnStop bool // at an emergency stop, rather than wait until it is over
	Now        func() time.Time
	Notify     func(harness.Event)
	Started    func(Session) // once the soak is known; nil: nobody asks
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
	clock  func() time.Time // steady

	ran       time.Time  // when the plan's part ended; explaining what is left then is no active time
	explainer *explainer // nil: findings are not explained
	notifying sync.Mutex
	latest    harness.Event // that the runner told
}

// Run carries a soak out: the end of stop lets what is in flight finish, the end of ctx
// abandons it. While an emergency stop stands nothing is started. What came of it is then in the
// ledger: see [Summarize]. Another soak on the same folder is refused with a [*ledger.HeldError].
func Run(ctx context.Context, stop <-chan struct{}, o Options) (id ledger.SoakID, err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := refuse(o); err != nil {
		return 0, err
	}
	host, err := os.Hostname()
	if err != nil {
		return 0, err
	}
	lock, err := ledger.LockState(o.Dir, ledger.Holder{PID: os.Getpid(), Host: host, Started: o.Now(), Soak: true})
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
	s := &session{o: o, clock: harness.Steady(o.Now)}
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

// clear ends and removes what a killed soak left behind, and lets a replay by hand go on.
func clear(dir string) error {
	for _, owner := range []string{dir, explainOwner(dir)} {
		if _, err := proc.Sweep(owner); err != nil {
			return fmt.Errorf("processes of a killed soak: %w", err)
		}
	}
	return harness.RemoveRunDirs(filepath.Join(dir, "work"))
}

// begin finds out what to do, makes ready for it, and records that it begins. The soak's number
// stays 0 where it did not come to that.
func (s *session) begin(host string) (err error) {
	var next ledger.SoakID
	if s.o.Resume {
		next, err = s.resume()
	} else {
		next, err = s.plan(host)
	}
	if err != nil {
		return err
	}
	s.record = &record{session: s, host: host}
	if err := s.prepare(next); err != nil {
		return err
	}
	if s.o.Resume {
		s.soak.ID = next
		err = s.ledger.SetLimits(next, s.soak.Duration, s.soak.Cycles)
	} else {
		s.soak.ID, err = s.ledger.StartSoak(s.soak)
	}
	if err != nil {
		return err
	}
	if err := s.position(); err != nil {
		return err
	}
	return s.event(EventBegan, fmt.Sprintf("pid %d, from cycle %d", os.Getpid(), s.runner.FirstCycle))
}

// prepare makes the runner of a part of the soak.
func (s *session) prepare(id ledger.SoakID) error {
	s.runner = &harness.Runner{
		Config:    s.config,
		Workflows: s.o.Workflows,
		StateDir:  s.o.Dir,
		SoakID:    FolderName(id),
		SelfArgs:  s.o.SelfArgs,
		Record:    s.record,
		Notify:    s.notify,
		Now:       s.o.Now,
		Cycles:    s.soak.Cycles,
	}
	return s.runner.Prepare()
}

// plan makes a new soak, and returns the number that it will have: the lock keeps others off.
func (s *session) plan(host string) (ledger.SoakID, error) {
	s.config = s.o.Config
	text, digest, err := storeConfig(s.config)
	if err != nil {
		return 0, err
	}
	s.soak = ledger.Soak{
		BaseSeed: s.config.Seed, Config: text, ConfigDigest: digest, PlanDigest: harness.NewPlan(s.config).Digest(),
		Version: s.o.Version, Host: host, Started: s.clock(), Duration: s.o.Duration, Cycles: s.o.Cycles,
	}
	latest, err := s.ledger.Latest()
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return 0, err
	}
	return latest.ID + 1, nil
}

// TallyOf returns what a soak's watchers are told of its counters.
func TallyOf(c ledger.Counters) harness.Tally {
	return harness.Tally{
		Cycles: c.Cycles, Runs: c.Runs, Replays: c.Replays,
		Match: c.Match, Leak: c.Leak, Violation: c.Violation, Drift: c.Drift, Unknown: c.Unknown,
		Unfinished: c.Unfinished, Abandoned: c.Abandoned,
		Rechecks: c.Rechecks, RechecksSkipped: c.RechecksSkipped, Restorations: c.Restorations,
		Overruns: c.Overruns, Goldens: c.Goldens,
	}
}

// event keeps a change of the soak's state in the ledger.
func (s *session) event(kind, text string) error {
	return s.ledger.AppendEvent(ledger.Event{Soak: s.soak.ID, At: s.clock(), Kind: kind, Text: text})
}

// notify keeps notices in the ledger, which has verdicts and failures already, and passes
// everything on. The runner calls it from the goroutine that commits.
func (s *session) notify(e harness.Event) {
	s.notifying.Lock()
	defer s.notifying.Unlock()
	s.latest = e
	s.pass(e)
}

// remark passes a notice on that is not the runner's.
func (s *session) remark(format string, args ...any) { s.tell(harness.EventNotice, format, args...) }

func (s *session) tell(kind harness.EventKind, format string, args ...any) {
	s.notifying.Lock()
	defer s.notifying.Unlock()
	s.pass(harness.Event{At: s.clock(), Kind: kind, Cycle: s.latest.Cycle, Tally: s.latest.Tally, Text: fmt.Sprintf(format, args...)})
}

func (s *session) pass(e harness.Event) {
	switch e.Kind {
	case harness.EventNotice, harness.EventHalt, harness.EventStopped, harness.EventGoesOn:
		// A failure to keep it shows at the next commit, which fails for the same reason.
		s.event(string(e.Kind), e.Text)
	}
	if s.o.Notify != nil {
		s.o.Notify(e)
	}
}

// notices says what is the matter with the goldens that are there, and what a resumed soak does not
// take from the configuration at hand.
func (s *session) notices() {
	if found := s.store.Takeover(); found.Damage != nil {
		s.notify(harness.Event{At: s.clock(), Kind: harness.EventNotice, Cycle: s.runner.FirstCycle, Tally: s.runner.Tally,
			Text: "the goldens of an earlier session are damaged, and are left as they are: " + found.Damage.Error() + StateFlag(s.o.Dir)})
	}
	if keys := changedKeys(s.config, s.o.Config); s.o.Resume && len(keys) > 0 {
		s.notify(harness.Event{At: s.clock(), Kind: harness.EventNotice, Cycle: s.runner.FirstCycle, Tally: s.runner.Tally,
			Text: fmt.Sprintf("soak %d goes on with the configuration that it began with; the one at hand differs in: %s",
				s.soak.ID, strings.Join(keys, ", "))})
	}
}
