package soak

import (
	"errors"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// Summary is what a soak came to, or has come to so far: all from its ledger.
type Summary struct {
	Soak     ledger.Soak
	State    string
	Outcome  Outcome
	Why      string
	Finished bool
	Running  *ledger.Holder // who carries the soak on now; nil: nobody
	Active   time.Duration
	Last     time.Time // of the last acknowledged cycle; zero: none
	Counters ledger.Counters
	Findings []ledger.Finding
	Rules    []ledger.RuleAudit
	Hours    []ledger.Hour
	Failed   []ledger.Run // some of the runs that left no golden, the first
	Failing  []ledger.Run // of each workflow whose runs all ended, and none with exit status 0, the first
	Seedless []Seedless   // workflows on which the seed had no effect, but for those

	sound []string // workflows that are not all failing
}

// maxFailed is how many runs without a golden a summary names.
const maxFailed = 5

// Summarize returns the summary of a soak at a time.
func Summarize(s *State, of ledger.Soak, at time.Time) (Summary, error) {
	summary, err := summarize(s.Ledger, of, s.Dir, at)
	if err != nil {
		return summary, err
	}
	if summary.Seedless, err = s.seedless(of.ID, summary.sound); err != nil {
		return summary, err
	}
	latest, err := s.Ledger.Latest()
	if err != nil || latest.ID != of.ID {
		return summary, err
	}
	holder, held, err := ledger.HolderOf(s.Dir)
	if held {
		summary.Running = &holder
	}
	return summary, err
}

func summarize(l *ledger.Reader, of ledger.Soak, dir string, at time.Time) (s Summary, err error) {
	s = Summary{Soak: of, State: dir}
	last, err := l.LastCheckpoint(of.ID)
	if err != nil && !errors.Is(err, ledger.ErrNotFound) {
		return s, err
	}
	s.Counters, s.Last = last.Counters, last.Committed
	if s.Active, err = l.Active(of.ID); err != nil {
		return s, err
	}
	if s.Findings, err = l.Findings(of.ID); err != nil {
		return s, err
	}
	if s.Rules, err = l.RuleAudits(of.ID); err != nil {
		return s, err
	}
	if s.Hours, err = l.Hourly(of.ID); err != nil {
		return s, err
	}
	if s.Counters.Unfinished > 0 {
		if s.Failed, err = failed(l, of.ID); err != nil {
			return s, err
		}
	}
	config, err := ReadConfig(of.Config)
	if err != nil {
		return s, err
	}
	for _, w := range config.Workflows {
		switch run, err := l.NeverOK(of.ID, w.Name); {
		case err == nil:
			s.Failing = append(s.Failing, run)
		case !errors.Is(err, ledger.ErrNotFound):
			return s, err
		default:
			s.sound = append(s.sound, w.Name)
		}
	}
	s.Finished = finished(of, last, s.Active)
	s.Outcome, s.Why = PolicyOf(config).Judge(s.Counters, s.Findings, s.Finished, at)
	return s, nil
}

func failed(l *ledger.Reader, id ledger.SoakID) (runs []ledger.Run, err error) {
	for run, err := range l.WithoutGolden(ledger.Filter{Soak: id}) {
		if err != nil {
			return nil, err
		}
		if run.Status == golden.StatusAbandoned {
			continue
		}
		if runs = append(runs, run); len(runs) == maxFailed {
			break
		}
	}
	return runs, nil
}
