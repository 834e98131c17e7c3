package report

import (
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/harness/soak"
)

// interruptions are the sessions that ended before the soak did, and the gaps that they and others left.
func (g *gathering) interruptions() error {
	g.Interruptions, g.Gaps = []Interruption{}, []Gap{}
	for i, s := range g.sessions {
		last := i == len(g.sessions)-1
		if last && (g.summary.Finished || g.State == Running && s.Ended.IsZero()) {
			break
		}
		x, err := g.interruption(i)
		if err != nil {
			return err
		}
		g.Interruptions = append(g.Interruptions, x)
		if last && g.State == Running {
			g.Gaps = append(g.Gaps, Gap{What: fmt.Sprintf("nothing has run since session %d", s.N), From: x.Ended, Seconds: g.MadeAt.Sub(s.Ended).Seconds()})
		}
		if last || x.Ended == nil {
			continue
		}
		if idle := g.sessions[i+1].Started.Sub(s.Ended); idle >= time.Millisecond {
			g.Gaps = append(g.Gaps, Gap{What: fmt.Sprintf("nothing ran between sessions %d and %d", s.N, g.sessions[i+1].N), From: x.Ended, Seconds: idle.Seconds()})
		}
	}
	c := g.Figures.Total
	for _, gap := range []Gap{
		{What: "runs that left no golden: timed out, over a limit, or never started", Count: c.Unfinished},
		{What: "runs of the last cycle that wait " + g.until(), Count: c.Abandoned},
		{What: "replays that came to no verdict", Count: c.Unknown},
		{What: "older runs that were to be checked again, and whose goldens had been pruned", Count: c.RechecksSkipped},
		{What: "cycles that were promised and not run", Count: max(0, int64(g.Figures.PromisedOf)-c.Cycles)},
	} {
		if gap.Count > 0 {
			g.Gaps = append(g.Gaps, gap)
		}
	}
	if short := g.Figures.Promised - g.Figures.Active; g.Figures.Promised > 0 && short > 0 && g.State != Finished {
		g.Gaps = append(g.Gaps, Gap{What: "active time that was promised and not reached", Seconds: short})
	}
	return nil
}

// interruption is a session that ended before the soak did. Its process outlives it where an emergency stop ended it, and goes on
// once that is lifted.
func (g *gathering) interruption(i int) (Interruption, error) {
	s := g.sessions[i]
	x := Interruption{Session: s.N, Host: s.Host, PID: s.PID, Started: s.Started, Why: s.EndedWhy}
	if s.Ended.IsZero() {
		x.Why = "killed, or its machine was: it did not say that it ended"
		return x, nil
	}
	x.Ended = &s.Ended
	goesOn := g.State == Running
	if i+1 < len(g.sessions) {
		next := g.sessions[i+1]
		goesOn = next.PID == s.PID && next.Boot == s.Boot && next.Host == s.Host
	}
	if goesOn {
		return x, nil
	}
	ended, err := g.saidToEnd(s.Ended)
	if !ended {
		x.Why += "; killed, or its machine was, while it stood still: it did not say that it ended"
	}
	return x, err
}

// saidToEnd reports whether the process whose session ended then entered that it carries the soak on no longer, before another one
// entered that it does: that may have waited for the stop's end in vain, and have no session.
func (g *gathering) saidToEnd(at time.Time) (bool, error) {
	for e, err := range g.state.Ledger.Events(g.soak.ID) {
		if err != nil {
			return false, err
		}
		if !e.At.Before(at) && (e.Kind == soak.EventBegan || e.Kind == soak.EventEnded) {
			return e.Kind == soak.EventEnded, nil
		}
	}
	return false, nil
}
