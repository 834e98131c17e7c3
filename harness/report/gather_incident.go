package report

import (
	"fmt"

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
