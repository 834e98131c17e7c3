package report

import (
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/harness/stop"
	"github.com/shadowrun/shadowrun/replay"
)

// unknowns lists the first runs that left no golden and the last replays that came to no verdict.
func (g *gathering) unknowns() error {
	g.Unknowns = []Unknown{}
	if g.summary.Counters.Unfinished > 0 {
		for run, err := range g.state.Ledger.WithoutGolden(ledger.Filter{Soak: g.soak.ID}) {
			if err != nil {
				return err
			}
			if run.Status == golden.StatusAbandoned {
				continue
			}
			if len(g.Unknowns) == maxUnknowns {
				break
			}
			g.Unknowns = append(g.Unknowns, Unknown{runName(run.RunKey), run.Workflow, "run", fmt.Sprintf("%s: %s", run.Status, run.Message)})
		}
	}
	if g.summary.Counters.Unknown == 0 {
		return nil
	}
	replays, err := g.state.Ledger.LastReplays(g.soak.ID, replay.VerdictUnknown, maxUnknowns)
	if err != nil {
		return err
	}
	for _, p := range replays {
		run, err := g.state.Ledger.Run(p.Run)
		if err != nil {
			return err
		}
		g.Unknowns = append(g.Unknowns, Unknown{runName(p.Run), run.Workflow, "replay", p.Why})
	}
	return nil
}

// interruptions are the sessions that ended before the soak did, and the gaps that they and others left.
func (g *gathering) interruptions() error {
	g.Interruptions, g.Gaps = []Interruption{}, []Gap{}
	for i, s := range g.sessions {
		last := i == len(g.sessions)-1
		if last && g.State != Interrupted {
			break
		}
		x := Interruption{Session: s.N, Host: s.Host, PID: s.PID, Started: s.Started, Why: s.EndedWhy}
		if s.Ended.IsZero() {
			x.Why = "killed, or its machine was: it did not say that it ended"
		} else {
			x.Ended = &s.Ended
		}
		g.Interruptions = append(g.Interruptions, x)
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
		{What: "runs that were given up when the soak was stopped", Count: c.Abandoned},
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

// rules puts reasons to what the ledger says of the rules.
func (g *gathering) rules() error {
	reasons, err := reasonsOf(g.config)
	if err != nil {
		return err
	}
	g.Rules = []Rule{}
	for _, a := range g.summary.Rules {
		g.Rules = append(g.Rules, Rule{a.Rule, reasons[a.Rule], a.Matched, a.Hid, a.EqualAnyway})
		delete(reasons, a.Rule)
	}
	for _, r := range g.config.Rules { // those that never came to anything
		rule, err := r.Rule()
		if err != nil {
			return err
		}
		name := soak.RuleText(rule)
		if reason, left := reasons[name]; left {
			g.Rules = append(g.Rules, Rule{Rule: name, Reason: reason})
		}
	}
	return nil
}

func (g *gathering) stops() error {
	g.Stops = []Action{}
	standing, err := stop.Read(g.state.Dir)
	if standing.On { // also where it can't be seen whether it does: who can't look assumes the worst
		g.StopStands = standing.String()
	} else if err != nil {
		return err
	}
	entries, err := stop.Log(g.state.Ledger)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.At.Before(g.soak.Started) && (g.soak.Ended.IsZero() || !e.At.After(g.soak.Ended)) {
			g.Stops = append(g.Stops, Action{e.At, e.Who, e.What, e.Detail})
		}
	}
	g.Figures.StopsAll = len(g.Stops)
	g.Stops = g.Stops[max(0, len(g.Stops)-maxEntries):]
	return nil
}

func (g *gathering) alerts() error {
	all, err := g.state.Ledger.Alerts()
	if err != nil {
		return err
	}
	g.Alerts = []Alert{}
	for _, a := range all {
		if a.Soak != g.soak.ID {
			continue
		}
		x := Alert{ID: a.ID, Condition: a.Condition, Severity: a.Severity, Text: a.Text, Opened: a.Opened}
		if !a.Resolved.IsZero() {
			x.Resolved = &a.Resolved
		}
		g.Alerts = append(g.Alerts, x)
	}
	g.Figures.AlertsAll = len(g.Alerts)
	g.Alerts = g.Alerts[max(0, len(g.Alerts)-maxEntries):]
	return nil
}
