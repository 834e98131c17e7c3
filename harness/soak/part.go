package soak

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	emergency "github.com/shadowrun/shadowrun/harness/stop"
)

// Why a part of a soak ended, in its session of the ledger.
const (
	whyFinished  = "finished"
	whyStopped   = "stopped"
	whyAbandoned = "stopped, and what was in flight abandoned"
	whyEmergency = "emergency stop "
)

// Kinds of the ledger's events that say that a process carries a soak on, and that it does no longer.
const (
	EventBegan = "started"
	EventEnded = "ended"
)

// carryOut runs the plan, a part of it between any two emergency stops, and records what came of it.
func (s *session) carryOut(ctx context.Context, stop <-chan struct{}) error {
	s.latest = harness.Event{Cycle: s.runner.FirstCycle, Tally: s.runner.Tally}
	if s.o.Started != nil {
		s.o.Started(Session{Soak: s.soak, Config: s.config, Plan: harness.NewPlan(s.config),
			Tally: s.runner.Tally, Active: s.active, FirstPart: !s.o.Resume})
	}
	s.notices()
	why, err := s.parts(ctx, stop)
	if err != nil {
		return err
	}
	end := s.clock()
	summary, err := summarize(s.ledger.Reader, s.soak, s.o.Dir, end)
	if err != nil {
		return err
	}
	if err := s.event(EventEnded, why+": "+string(summary.Outcome)); err != nil {
		return err
	}
	return s.ledger.EndSoak(s.soak.ID, end, string(summary.Outcome))
}

// parts runs the plan to its end, waiting while an emergency stop stands, and returns why it went no further. Each part is a
// session of the ledger's, and goes on with what the one before left, as a resumed soak does.
func (s *session) parts(ctx context.Context, stop <-chan struct{}) (why string, err error) {
	var seen emergency.State
	for {
		if !s.awaitNone(ctx, stop, seen) {
			return whyStopped, nil
		}
		if seen.On {
			if err := s.again(); err != nil {
				return "", err
			}
		}
		if seen, why, err = s.part(ctx, stop); err != nil || !seen.On {
			return why, err
		}
		done, err := finishedNow(s.ledger.Reader, s.soak)
		if done {
			return whyFinished, err
		}
		if err != nil || s.o.ExitOnStop {
			return why, err
		}
	}
}

// again makes ready for another part.
func (s *session) again() error {
	if err := s.prepare(s.soak.ID); err != nil {
		return err
	}
	return s.position()
}

// part runs the plan until its end, a stop, or an emergency stop, which it returns: there is none where another reason to end
// it came first.
func (s *session) part(ctx context.Context, stop <-chan struct{}) (seen emergency.State, why string, err error) {
	if err := s.record.openSession(s.runner.Builds(), s.clock()); err != nil {
		return seen, "", err
	}
	running, abandon := context.WithCancelCause(ctx)
	defer abandon(nil)
	watching, end := context.WithCancel(ctx)
	defer end()
	halt := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		state, err := emergency.Await(watching, s.o.Dir, true)
		if err != nil {
			return
		}
		close(halt)
		if s.config.Stop.InFlight == harness.InFlightAbandon {
			abandon(harness.ErrStopped)
		}
		seen = state
		s.sees(state)
	})
	s.runner.Halt = halt
	err = s.runAndExplain(running, stop, halt)
	end()
	watch.Wait()
	switch {
	case err != nil:
		why = "failed: " + err.Error()
	case ctx.Err() != nil:
		seen, why = emergency.State{}, whyAbandoned
	case isClosed(stop):
		seen, why = emergency.State{}, whyStopped
	case seen.On:
		why = whyEmergency + seen.String()
	default:
		why = whyFinished
	}
	return seen, why, errors.Join(err, s.record.closeSession(s.ran, why))
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// runAndExplain runs the plan and explains what it finds. A soak that comes to its end goes on with that for
// the time of one explanation at most, however many findings wait; one that is stopped does not.
func (s *session) runAndExplain(ctx context.Context, stop, halt <-chan struct{}) error {
	s.ran = s.clock()
	explainer, err := newExplainer(s)
	if err != nil {
		return err
	}
	if s.explainer = explainer; explainer == nil {
		err := s.runner.Run(ctx, stop)
		s.ran = s.clock()
		return err
	}
	explaining, end := context.WithCancel(ctx)
	defer end()
	launching, release := harness.Halting(explaining, halt)
	defer release()
	var wait sync.WaitGroup
	wait.Go(func() {
		defer end()
		explainer.run(launching)
	})
	wait.Go(func() {
		select {
		case <-stop:
			end()
		case <-explaining.Done():
		}
	})
	err = s.runner.Run(ctx, stop)
	s.ran = s.clock()
	if err != nil {
		end()
	}
	explainer.finish()
	last := time.AfterFunc(s.config.Budget.Time, end)
	defer last.Stop()
	wait.Wait()
	return err
}
