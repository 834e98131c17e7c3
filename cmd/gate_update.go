package cmd

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// updateGate shows what may be accepted and accepts it. The report that it returns is what is left.
func (a *app) updateGate(ctx context.Context, g *gate.Gate, report gate.Report, f *gateFlags) (gate.Report, []gate.Accepted, error) {
	var pending gate.Report
	for _, r := range report.Results {
		if r.Acceptable() {
			pending.Results = append(pending.Results, r)
		}
	}
	if len(pending.Results) == 0 {
		return report, nil, nil
	}
	if !a.json {
		fmt.Fprintln(a.out, "To be accepted:")
		for _, group := range pending.Identical() {
			a.writeAcceptable(group, f.all)
		}
		fmt.Fprintln(a.out)
	}
	accepted, err := g.Accept(ctx, pending.Results)
	if err != nil {
		if ctx.Err() != nil {
			return report, nil, failure{err, soak.Interrupted.ExitStatus(), nil}
		}
		return report, nil, failure{err, exitInconclusive, nil}
	}
	a.warnFailed(accepted)
	a.hintSigning(g)
	left := after(report, accepted)
	if left.Problems, err = g.Problems(); err != nil {
		return report, accepted, failure{err, exitInconclusive, nil}
	}
	return left, accepted, nil
}

// after returns a report as the next gate's is, when these were accepted: what this build does is what the golden says, and
// was compared with that.
func after(report gate.Report, accepted []gate.Accepted) gate.Report {
	known := map[gate.Case]gate.Accepted{}
	for _, a := range accepted {
		known[a.Case] = a
	}
	left := report
	left.Results = nil
	for _, r := range report.Results {
		a, ok := known[r.Case]
		switch {
		case !ok:
		case a.Err != nil:
			r.Verdict, r.Agrees, r.Damaged, r.Why = replay.VerdictViolation, false, false, a.Err.Error()
		case a.Removed:
			continue
		default:
			r = a.Next
		}
		left.Results = append(left.Results, r)
	}
	return left
}

// warnFailed names the goldens that are now of runs that failed: most often nobody wanted those.
func (a *app) warnFailed(accepted []gate.Accepted) {
	for _, x := range accepted {
		if x.Err == nil && x.Failed != "" {
			a.warn("%s records a run that failed: %s", x.Golden, x.Failed)
		}
	}
}

// hintSigning says so where the goldens are signed: their signature is of what they were.
func (a *app) hintSigning(g *gate.Gate) {
	keys, err := filepath.Glob(filepath.Join(g.Dir(), "keys", "*.pub"))
	if err != nil || len(keys) == 0 {
		return
	}
	a.hint("the goldens are signed: '%s' signs them as they are now", g.Signing())
}
