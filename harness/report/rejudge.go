package report

import (
	"fmt"
	"slices"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// rejudging judges what a soak recorded by another configuration's rules and policy. Goldens and the traces that differed
// from them are compared again; nothing is run.
type rejudging struct {
	*gathering
	rules    map[string]*replay.RuleSet // by workflow
	known    map[string]ledger.Finding  // by key, as the soak recorded them
	findings map[string]*ledger.Finding // as they are now
	order    []string                   // their keys, as they were first seen
}

// rejudge replaces figures and findings by what today's configuration makes of the evidence, where that is asked for.
func (g *gathering) rejudge() error {
	if g.Rejudge == nil {
		return nil
	}
	today := g.Rejudge.Config.Defaults()
	r := &rejudging{gathering: g, rules: map[string]*replay.RuleSet{}, known: map[string]ledger.Finding{}, findings: map[string]*ledger.Finding{}}
	for _, f := range g.summary.Findings {
		r.known[f.Key] = f
	}
	for _, w := range g.config.Workflows {
		var err error
		if r.rules[w.Name], err = today.RuleSet(w.Name); err != nil {
			return fmt.Errorf("%s: %w", g.Rejudge.File, err)
		}
	}
	g.Verdict.Rejudged = &Rejudged{Configuration: g.Rejudge.File, Digest: g.Rejudge.Digest}
	if err := r.forgotten(today); err != nil {
		return err
	}
	for p, err := range g.state.Ledger.NotMatching(ledger.Filter{Soak: g.soak.ID}) {
		if err == nil && p.Verdict != replay.VerdictUnknown && p.Kind != ledger.ReplayManual {
			err = r.replay(p)
		}
		if err != nil {
			return err
		}
	}
	g.Ran.FailOn, g.Ran.UnknownRate = today.FailOn, *today.UnknownRate
	g.Figures.rate()
	g.Findings, g.Figures.FindingsAll = []Finding{}, len(r.order)
	for _, key := range r.order {
		g.Findings = append(g.Findings, newFinding(*r.findings[key], g.At, g.suffix))
	}
	g.Findings = gravestFirst(g.Findings)
	return nil
}

// forgotten counts what was hidden by rules that are none any more: it was not kept, so nobody can say what it was.
func (r *rejudging) forgotten(today harness.Config) error {
	now, err := reasonsOf(today)
	if err != nil {
		return err
	}
	for _, rule := range r.Rules {
		if _, still := now[rule.Rule]; !still {
			r.Verdict.Rejudged.NotJudged += rule.Hid
		}
	}
	return nil
}

// replay judges one replay again.
func (r *rejudging) replay(p ledger.Replay) error {
	run, err := r.state.Ledger.Run(p.Run)
	if err != nil {
		return err
	}
	recorded, err := r.state.Ledger.Differences(p.ID)
	if err != nil {
		return err
	}
	left, err := r.left(run, p, recorded)
	if err != nil {
		return fmt.Errorf("run %s: %w", p.Run, err)
	}
	verdict := replay.VerdictOf(left)
	if verdict == replay.VerdictViolation && p.Verdict == replay.VerdictDrift {
		verdict = p.Verdict
	}
	if verdict != p.Verdict {
		r.Verdict.Rejudged.Changed++
		r.move(p.Verdict, verdict)
	}
	for _, f := range replay.Group(run.Workflow, replay.Sighting{Size: run.Size}, left) {
		r.saw(f, run, p)
	}
	return nil
}

// move counts a replay under another verdict.
func (r *rejudging) move(from, to replay.Verdict) {
	c := &r.Figures.Total
	counts := map[replay.Verdict]*int64{replay.VerdictMatch: &c.Match, replay.VerdictLeak: &c.Leak, replay.VerdictViolation: &c.Violation, replay.VerdictDrift: &c.Drift}
	*counts[from]--
	*counts[to]++
	c.Mismatches = c.Leak + c.Violation + c.Drift
}

// saw counts a finding as it is now. One that was known keeps what people said of it.
func (r *rejudging) saw(f replay.Finding, run ledger.Run, p ledger.Replay) {
	at := ledger.Sight{Run: p.Run, At: p.Started}
	x := r.findings[f.Key]
	if x == nil {
		known, ok := r.known[f.Key]
		if !ok {
			known = ledger.Finding{Soak: p.Run.Soak, Sighting: ledger.Sighting{Key: f.Key, Workflow: f.Workflow, Cause: f.Cause, Pattern: f.Pattern,
				Shortest: p.Run, Size: run.Size, Reproduction: "shadowrun replay " + runName(p.Run) + " -n 10" + soak.StateFlag(r.state.Dir)}}
		}
		known.Class, known.Count, known.First = f.Class, 0, at
		x = &known
		r.findings[f.Key] = x
		r.order = append(r.order, f.Key)
	}
	x.Count++
	x.Last = at
	if f.Class == replay.ClassViolation {
		x.Class = f.Class
	}
}

// left returns the differences of a replay that today's rules leave. Of the replays that one verdict took, the trace of the
// first that differed was kept. What only others showed is left too, unless its like is covered there.
func (r *rejudging) left(run ledger.Run, p ledger.Replay, recorded []ledger.Difference) ([]replay.Difference, error) {
	var before []replay.Difference
	for _, d := range recorded {
		if d.Rule == "" {
			before = append(before, d.Difference)
		}
	}
	if run.Place == "" || p.GotPlace == "" {
		return before, nil // pruned, or never kept: as it was judged then
	}
	want, err := r.text(golden.Ref{Digest: run.Digest, Place: run.Place})
	if err != nil {
		return nil, err
	}
	got, err := r.text(golden.Ref{Digest: p.GotDigest, Place: p.GotPlace})
	if err != nil {
		return nil, err
	}
	compared, err := replay.CompareTraces(want, got, replay.Options{Rules: r.rules[run.Workflow]})
	if err != nil {
		return nil, err
	}
	left := replay.Classify(compared.Differences, replay.Evidence{WantDoc: want, GotDoc: got})
	for i, d := range left { // what was known when it was recorded is more than the documents tell
		if at := slices.IndexFunc(recorded, func(x ledger.Difference) bool { return x.Path == d.Path && x.Kind == d.Kind }); at >= 0 {
			left[i] = recorded[at].Difference
		}
	}
	settled := map[string]bool{}
	for _, d := range compared.Covered {
		settled[replay.Pattern(d.Path)] = true
	}
	for _, d := range left {
		settled[replay.Pattern(d.Path)] = true
	}
	for _, d := range before {
		if !settled[replay.Pattern(d.Path)] {
			left = append(left, d)
		}
	}
	return left, nil
}

func (r *rejudging) text(ref golden.Ref) ([]byte, error) {
	trace, err := r.state.Golden.Get(ref)
	if err != nil {
		return nil, err
	}
	defer trace.Close()
	return trace.Bytes()
}

// reasonsOf returns why a configuration has its rules, by their texts in the ledger.
func reasonsOf(c harness.Config) (map[string]string, error) {
	reasons := map[string]string{}
	for _, of := range c.Rules {
		rule, err := of.Rule()
		if err != nil {
			return nil, err
		}
		reasons[soak.RuleText(rule)] = rule.Reason
	}
	return reasons, nil
}
