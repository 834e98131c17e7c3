package soak

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// ErrNothingToResume is what resuming is refused with where the latest soak has ended.
var ErrNothingToResume = errors.New("nothing to resume")

// resume takes up the latest soak, with the limits that are now asked for, and returns its
// number.
func (s *session) resume() (ledger.SoakID, error) {
	of, err := s.ledger.Latest()
	if errors.Is(err, ledger.ErrNotFound) {
		return 0, fmt.Errorf("%w: %s: %w", ErrNothingToResume, s.o.Dir, ErrNoSoak)
	}
	if err != nil {
		return 0, err
	}
	id := of.ID
	if s.o.Cycles > 0 {
		of.Cycles = s.o.Cycles
	}
	if s.o.Duration > 0 {
		of.Duration = s.o.Duration
	}
	if of.Outcome != "" && of.Outcome != string(Interrupted) {
		if done, err := finishedNow(s.ledger.Reader, of); err != nil {
			return 0, err
		} else if done {
			return 0, fmt.Errorf("%w: soak %d ended %s at %s; %s makes it longer",
				ErrNothingToResume, id, of.Outcome, of.Ended.Format(time.RFC3339), longer(of))
		}
	}
	if s.config, err = RestoreConfig(of.Config, s.o.Config); err != nil {
		return 0, err
	}
	if got := harness.NewPlan(s.config).Digest(); got != of.PlanDigest {
		return 0, fmt.Errorf("the plan of soak %d can't be made again: it was %.12s and is %.12s; was it begun by another version?", id, of.PlanDigest, got)
	}
	s.soak = of
	s.soak.ID = 0 // until it is recorded that it goes on
	return id, nil
}

// longer names the flags that would make a soak longer: every limit that it has binds.
func longer(of ledger.Soak) string {
	var flags []string
	if of.Cycles > 0 {
		flags = append(flags, fmt.Sprintf("--cycles with more than %d", of.Cycles))
	}
	if of.Duration > 0 {
		flags = append(flags, fmt.Sprintf("--duration with more than %v", of.Duration))
	}
	return strings.Join(flags, " and ")
}

// finishedNow reports whether a soak carried out all that it was to, by the ledger.
func finishedNow(l *ledger.Reader, of ledger.Soak) (bool, error) {
	last, err := l.LastCheckpoint(of.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return false, err
	}
	active, err := l.Active(of.ID)
	return err == nil && finished(of, last, active), err
}

func finished(s ledger.Soak, last ledger.Checkpoint, active time.Duration) bool {
	if last.Abandoned > 0 {
		return false
	}
	return s.Cycles > 0 && last.Cycle >= s.Cycles || s.Duration > 0 && active >= s.Duration
}

// position finds out where in the plan to go on.
func (s *session) position() (err error) {
	if s.active, err = s.ledger.Active(s.soak.ID); err != nil {
		return err
	}
	if s.soak.Duration > 0 {
		if s.runner.Remaining = s.soak.Duration - s.active; s.runner.Remaining == 0 {
			s.runner.Remaining = -1
		}
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
	if last.Abandoned > 0 {
		s.runner.FirstCycle = last.Cycle
		s.runner.Rest, err = s.rest(last.Cycle)
	}
	return err
}

// rest finds out what was left of a cycle that was stopped.
func (s *session) rest(cycle int) (*harness.Rest, error) {
	rest := new(harness.Rest)
	for run, err := range s.ledger.WithoutGolden(ledger.Filter{Soak: s.soak.ID, FirstCycle: cycle, LastCycle: cycle}) {
		if err != nil {
			return nil, err
		}
		if run.Status == golden.StatusAbandoned {
			rest.Runs = append(rest.Runs, run.Position)
		}
	}
	for _, p := range harness.NewPlan(s.config).Cycle(cycle).Rechecks {
		replays, err := s.ledger.Replays(s.record.key(p.Position))
		if err != nil {
			return nil, err
		}
		done := func(r ledger.Replay) bool { return r.Kind == ledger.ReplayRecheck && r.Cycle == cycle }
		if !slices.ContainsFunc(replays, done) {
			rest.Rechecks = append(rest.Rechecks, p.Position)
		}
	}
	return rest, nil
}
