package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (g *gathering) ran() error {
	policy := soak.PolicyOf(g.config)
	g.Ran = Ran{Configuration: g.soak.Config, ConfigDigest: g.soak.ConfigDigest, PlanDigest: g.soak.PlanDigest, BaseSeed: g.soak.BaseSeed,
		Shadowrun: g.soak.Version, Versions: append([]Named{}, g.Versions...), Workflows: []Workflow{}, Builds: []Build{}, Environments: []Environment{},
		FailOn: g.config.FailOn, UnknownRate: policy.UnknownRate}
	for _, w := range g.config.Workflows {
		of := Workflow{Name: w.Name, Command: w.Command}
		for _, v := range w.Variants {
			of.Variants = append(of.Variants, string(v))
		}
		g.Ran.Workflows = append(g.Ran.Workflows, of)
	}
	for _, s := range g.sessions {
		if err := g.session(s); err != nil {
			return fmt.Errorf("session %d: %w", s.N, err)
		}
	}
	return nil
}

// session adds a session's builds and environment to those that are known.
func (g *gathering) session(s ledger.Session) error {
	builds, err := soak.BuildsOf(s)
	if err != nil {
		return err
	}
	for _, w := range g.config.Workflows {
		digest, there := builds[w.Name]
		if !there {
			continue
		}
		at := slices.IndexFunc(g.Ran.Builds, func(b Build) bool { return b.Workflow == w.Name && b.Digest == digest })
		if at < 0 {
			at = len(g.Ran.Builds)
			g.Ran.Builds = append(g.Ran.Builds, Build{Workflow: w.Name, Digest: digest})
		}
		g.Ran.Builds[at].Sessions = append(g.Ran.Builds[at].Sessions, s.N)
	}
	e := Environment{Host: s.Host}
	if len(s.Environment) > 0 {
		if err := json.Unmarshal(s.Environment, &e); err != nil {
			return fmt.Errorf("its environment: %w", err)
		}
	}
	at := slices.IndexFunc(g.Ran.Environments, func(x Environment) bool { return x.String() == e.String() })
	if at < 0 {
		at = len(g.Ran.Environments)
		g.Ran.Environments = append(g.Ran.Environments, e)
	}
	g.Ran.Environments[at].Sessions = append(g.Ran.Environments[at].Sessions, s.N)
	return nil
}

// String names an environment without its sessions.
func (e Environment) String() string {
	return fmt.Sprintf("%s (%s/%s, kernel %s, %d CPUs)", e.Host, e.OS, e.Arch, e.Kernel, e.CPUs)
}

func (g *gathering) figures() error {
	s := g.summary
	g.Figures = Figures{Started: g.soak.Started, Promised: g.soak.Duration.Seconds(), Active: s.Active.Seconds(), PromisedOf: g.soak.Cycles,
		Total: newCounts(s.Counters)}
	g.Figures.rate()
	lasted := s.Active
	if !s.Last.IsZero() {
		g.Figures.Last = &s.Last
		lasted = s.Last.Sub(g.soak.Started)
	}
	every := period(lasted)
	periods, err := g.state.Ledger.Progression(g.soak.ID, every)
	if err != nil {
		return err
	}
	g.Figures.Progression = Progression{Every: every.Seconds(), Periods: []Period{}}
	for _, p := range periods {
		g.Figures.Progression.Periods = append(g.Figures.Progression.Periods, Period{p.N + 1, p.Start, newCounts(p.Done), newCounts(p.Total)})
	}
	return nil
}

// rate sets the rate of mismatches among the replays that were checked.
func (f *Figures) rate() {
	f.Rate = 0
	if checked := f.Total.checked(); checked > 0 {
		f.Rate = float64(f.Total.Mismatches) / float64(checked)
	}
}

// checked is how many replays came to a verdict.
func (c Counts) checked() int64 { return c.Replays - c.Unknown }

// period returns of what length the periods of a progression are, of a soak that lasted so long: hours, but for those that
// would be one or two, or hundreds.
func period(lasted time.Duration) time.Duration {
	for _, p := range []struct{ upTo, every time.Duration }{
		{3 * time.Minute, 10 * time.Second}, {20 * time.Minute, time.Minute}, {2 * time.Hour, 10 * time.Minute},
		{3 * 24 * time.Hour, time.Hour}, {14 * 24 * time.Hour, 6 * time.Hour},
	} {
		if lasted < p.upTo {
			return p.every
		}
	}
	return 24 * time.Hour
}

func newCounts(c ledger.Counters) Counts {
	return Counts{Cycles: c.Cycles, Overruns: c.Overruns, Runs: c.Runs, Unfinished: c.Unfinished, Abandoned: c.Abandoned, Replays: c.Replays,
		Mismatches: c.Leak + c.Violation + c.Drift, Match: c.Match, Leak: c.Leak, Violation: c.Violation, Drift: c.Drift, Unknown: c.Unknown,
		Rechecks: c.Rechecks, RechecksSkipped: c.RechecksSkipped, Restorations: c.Restorations, Goldens: c.Goldens,
		GoldenBytes: c.GoldenBytes, TraceBytes: c.TraceBytes}
}

// buckets are the bounds of the histograms of run times: 1, 2 and 5 of each power of ten.
var buckets = func() (bounds []time.Duration) {
	for decade := time.Millisecond; decade <= 1000*time.Second; decade *= 10 {
		bounds = append(bounds, decade, 2*decade, 5*decade)
	}
	return bounds
}()

func (g *gathering) times() error {
	spreads, err := g.state.Ledger.RunSpreads(g.soak.ID)
	if err != nil {
		return err
	}
	shares, err := g.state.Ledger.RunShares(ledger.Filter{Soak: g.soak.ID}, buckets)
	if err != nil {
		return err
	}
	g.RunTimes = []RunTime{}
	for _, s := range spreads {
		t := RunTime{Workflow: s.Workflow, Runs: s.Runs, Min: s.Min.Seconds(), P50: s.P50.Seconds(), P95: s.P95.Seconds(), Max: s.Max.Seconds()}
		for _, share := range shares {
			if share.Workflow != s.Workflow {
				continue
			}
			b := Bucket{Runs: share.Runs}
			if share.Bucket < len(buckets) {
				b.UpTo = buckets[share.Bucket].Seconds()
			}
			t.Histogram = append(t.Histogram, b)
		}
		g.RunTimes = append(g.RunTimes, t)
	}
	return nil
}

func (g *gathering) bound() error {
	g.Bound = Bound{Rate95: 1, Environments: []string{}}
	for _, e := range g.Ran.Environments {
		g.Bound.Environments = append(g.Bound.Environments, e.String())
	}
	var err error
	if g.Bound.Clean, err = g.state.Ledger.CleanRuns(g.soak.ID); err != nil {
		return err
	}
	if g.Figures.Total.Violation+g.Figures.Total.Drift == 0 {
		g.Bound.Rate95 = soak.Bound(g.Bound.Clean)
	}
	return nil
}
