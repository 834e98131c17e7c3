package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/runbook"
)

// Options say what a report is made of beside a soak's state folder.
type Options struct {
	At       time.Time
	Versions []Named         // of what makes the report
	Journals []Journal       // of drills; the last is judged
	Required []string        // steps without which no drill is certified
	Books    []*runbook.Book // of which Extent says how far they are known to work
	Extent   *runbook.Extent
	Rejudge  *Today // nil: the configuration that the soak began with
}

// Journal is a drill's, and the file it was read from.
type Journal struct {
	File string
	*runbook.Journal
}

// Today is a configuration by which stored evidence is judged again.
type Today struct {
	File   string
	Digest string
	Config harness.Config
}

// How much a report lists. Its figures count all.
const (
	maxFindings = 500
	maxUnknowns = 50
	maxEntries  = 200 // of the audit log, of alerts, of problems
)

// gathering is a report that is being gathered.
type gathering struct {
	*Report
	Options
	state    *soak.State
	soak     ledger.Soak
	config   harness.Config
	summary  soak.Summary
	sessions []ledger.Session
	suffix   string // of commands to paste, where the state folder holds several soaks
}

// Gather reads all that a report says of a soak, but for its verdict: see [Judge]. A soak that runs meanwhile is not held up.
func Gather(ctx context.Context, s *soak.State, of ledger.Soak, o Options) (*Report, error) {
	g := &gathering{Report: &Report{}, Options: o, state: s, soak: of}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"summary", g.summarize}, {"what ran", g.ran}, {"figures", g.figures}, {"run times", g.times}, {"findings", g.findings},
		{"unknowns", g.unknowns}, {"rules", g.rules}, {"judging again", g.rejudge}, {"emergency stops", g.stops},
		{"interruptions", g.interruptions}, {"alerts", g.alerts}, {"goldens", g.goldens}, {"bound", g.bound}, {"drill", g.tabletop}, {"notes", g.notes},
	} {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		if err := step.do(); err != nil {
			return nil, fmt.Errorf("report: %s: %w", step.what, err)
		}
	}
	return g.Report, nil
}

// summarize reads what the other parts need, and names the report.
func (g *gathering) summarize() (err error) {
	if g.summary, err = soak.Summarize(g.state, g.soak, g.At); err != nil {
		return err
	}
	if g.sessions, err = g.state.Ledger.Sessions(g.soak.ID); err != nil {
		return err
	}
	if g.config, err = soak.ReadConfig(g.soak.Config); err != nil {
		return err
	}
	g.config = g.config.Defaults()
	latest, err := g.state.Soak(0)
	if err != nil {
		return err
	}
	if latest.ID > 1 {
		g.suffix = fmt.Sprintf(" --soak %d", g.soak.ID)
	}
	at := g.At.UTC()
	g.Header = Header{Version: Version, MadeAt: at, Soak: int64(g.soak.ID), State: Interrupted, Folder: g.state.Dir,
		ID: fmt.Sprintf("%s-soak%d-%s", g.soak.Host, g.soak.ID, at.Format("20060102T150405Z"))}
	switch {
	case g.summary.Running != nil:
		g.State = Running
	case g.summary.Finished:
		g.State = Finished
	}
	return nil
}

// findings lists the gravest first.
func (g *gathering) findings() error {
	g.Figures.FindingsAll = len(g.summary.Findings)
	g.Findings = []Finding{}
	for _, f := range g.summary.Findings {
		g.Findings = append(g.Findings, newFinding(f, g.At, g.suffix))
	}
	g.Findings = gravestFirst(g.Findings)
	return nil
}

func gravestFirst(findings []Finding) []Finding {
	// What is cut off is accepted, as long as something is: gates look for what is not.
	by := func(gravity func(Finding) int) {
		slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Compare(gravity(a), gravity(b)) })
	}
	by(func(f Finding) int {
		if f.Accepted != nil {
			return 4
		}
		return f.gravity()
	})
	findings = findings[:min(len(findings), maxFindings)]
	by(Finding.gravity)
	return findings
}

// cutFindings says whether there are findings that it counts and does not list.
func (r *Report) cutFindings() bool { return r.Figures.FindingsAll > len(r.Findings) }

// gravity puts violations first, and within a class those that nobody accepted.
func (f Finding) gravity() int {
	gravity := 0
	if f.Class != string(replay.ClassViolation) {
		gravity += 2
	}
	if f.Accepted != nil {
		gravity++
	}
	return gravity
}

func newFinding(f ledger.Finding, at time.Time, suffix string) Finding {
	x := Finding{Key: f.Key, Workflow: f.Workflow, Class: string(f.Class), Cause: string(f.Cause), Path: f.Pattern, Count: f.Count,
		First: Sight{runName(f.First.Run), f.First.At}, Last: Sight{runName(f.Last.Run), f.Last.At}, Shortest: runName(f.Shortest),
		Example: []byte(f.Example), Reproduction: f.Reproduction + suffix}
	if e := f.Explained; e != nil {
		x.Proven = &Proven{string(e.Class), string(e.Cause), e.Proof, e.Runs}
	}
	switch a := f.Accepted; {
	case a == nil:
	case a.Mended():
		x.Mended = &Mended{a.Reason, a.At, a.Who}
	case f.AcceptedAt(at):
		x.Accepted = &Accepted{a.Reason, a.Until, a.Who}
	}
	return x
}

func runName(k ledger.RunKey) string {
	if k.IsZero() {
		return ""
	}
	return harness.Position{Cycle: k.Cycle, Run: k.Position}.String()
}
