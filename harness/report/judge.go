package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/shadowrun/shadowrun/replay"
)

// Judge fills in gates, verdict and statement from the rest of the report.
//
// The first that applies is the verdict: INCONCLUSIVE where nothing was checked; NOT CERTIFIED where a gate says so that is not
// met; INCONCLUSIVE where another is not met; CERTIFIED.
func Judge(r *Report) {
	r.Gates = []Gate{}
	for _, gate := range []func(*Report) (Gate, bool){
		lengthGate, checkedGate, violationGate, leakGate, unknownGate, goldensGate, stopGate, tabletopGate, coverageGate, rejudgedGate,
	} {
		if g, applies := gate(r); applies {
			r.Gates = append(r.Gates, g)
		}
	}
	r.Verdict.Result, r.Verdict.Reasons = Certified, []string{}
	for _, g := range r.Gates {
		if g.Met {
			continue
		}
		r.Verdict.Reasons = append(r.Verdict.Reasons, g.Name+": "+g.Measured)
		if g.Else == NotCertified || r.Verdict.Result == Certified {
			r.Verdict.Result = g.Else
		}
	}
	if r.Figures.Total.checked() == 0 {
		r.Verdict.Result = Inconclusive
	}
	r.Statement, r.SignaturesNote = statement(r), signaturesNote
}

func lengthGate(r *Report) (Gate, bool) {
	f := r.Figures
	g := Gate{Name: "As long as promised", Required: "a length that is promised", Else: NotCertified, Evidence: "sessions and checkpoints in the ledger",
		Measured: fmt.Sprintf("%s of active time, %s", lasted(f.Active), quantity(f.Total.Cycles, "cycle"))}
	switch {
	case f.Promised > 0 && f.PromisedOf > 0:
		g.Required = fmt.Sprintf("%s of active time, or %s", lasted(f.Promised), quantity(f.PromisedOf, "cycle"))
	case f.Promised > 0:
		g.Required = lasted(f.Promised) + " of active time"
	case f.PromisedOf > 0:
		g.Required = quantity(f.PromisedOf, "cycle")
	}
	g.Met = r.State == Finished && (f.Promised > 0 && f.Active >= f.Promised || f.PromisedOf > 0 && f.Total.Cycles >= int64(f.PromisedOf))
	switch r.State {
	case Running:
		g.Measured += ", and it runs on"
	case Interrupted:
		g.Measured += ", then it was interrupted"
	}
	return g, true
}

func checkedGate(r *Report) (Gate, bool) {
	n := r.Figures.Total.checked()
	return Gate{Name: "Something was checked", Required: "at least one replay with a verdict", Else: Inconclusive, Met: n > 0,
		Measured: quantity(n, "replay"), Evidence: "the sums of the last checkpoint in the ledger"}, true
}

func violationGate(r *Report) (Gate, bool) {
	c := r.Figures.Total
	g := Gate{Name: "No violation and no drift", Required: "none, but for findings that somebody accepted", Else: NotCertified, Met: c.Violation+c.Drift == 0,
		Measured: fmt.Sprintf("%s and %s in %s", quantity(c.Violation, "violation"), quantity(c.Drift, "drift"), quantity(c.Replays, "replay")),
		Evidence: "verdicts in the ledger; the findings below"}
	if let := r.accepted(c.Violation+c.Drift, replay.ClassViolation); !g.Met && let != "" {
		g.Met = true
		g.Measured += ", " + let
	}
	return g, true
}

func leakGate(r *Report) (Gate, bool) {
	c := r.Figures.Total
	g := Gate{Name: "No leak", Required: "none, since fail_on is leak, but for findings that somebody accepted", Else: NotCertified,
		Measured: fmt.Sprintf("%s in %s", quantity(c.Leak, "leak"), quantity(c.Replays, "replay")), Evidence: "verdicts in the ledger; the findings below"}
	g.Met = c.Leak == 0 || !r.open(leaking...)
	if let := r.accepted(c.Leak, leaking...); let != "" {
		g.Measured += ", " + let
	}
	return g, r.Ran.FailOn == string(replay.VerdictLeak)
}

func unknownGate(r *Report) (Gate, bool) {
	c := r.Figures.Total
	unchecked, of := c.Unknown+c.Unfinished, c.Replays+c.Unfinished
	rate := 0.0
	if of > 0 {
		rate = float64(unchecked) / float64(of)
	}
	return Gate{Name: "Few unknowns", Required: fmt.Sprintf("at most %s could not be checked", percent(r.Ran.UnknownRate)), Else: Inconclusive,
		Met: rate <= r.Ran.UnknownRate, Measured: fmt.Sprintf("%s of %s, which is %s", number(unchecked), number(of), percent(rate)),
		Evidence: "verdicts and runs without a golden in the ledger"}, true
}

func goldensGate(r *Report) (Gate, bool) {
	s := r.Store
	of := quantity(s.Goldens, "golden")
	if s.Traces > 0 || s.InStore > s.Goldens {
		of = fmt.Sprintf("%s of this soak and %s of its replays, of %s in the store,", of, quantity(s.Traces, "trace"), number(s.InStore))
	}
	g := Gate{Name: "Goldens are whole", Required: "each as recorded, and signed by a known key", Else: NotCertified, Met: s.Wrong == 0 && s.Goldens > 0,
		Measured: fmt.Sprintf("%s whole, %s; %s", of, humanize.IBytes(uint64(s.Bytes)), quantity(s.Wrong, "problem")),
		Evidence: "shadowrun golden verify, as the report was made"}
	if s.Goldens == 0 && s.Wrong == 0 {
		g.Measured, g.Else = "there is none to verify", Inconclusive
	}
	return g, true
}

func stopGate(r *Report) (Gate, bool) {
	g := Gate{Name: "No emergency stop stands", Required: "none", Else: NotCertified, Met: r.StopStands == "", Measured: "none stands",
		Evidence: "the state folder; the audit log in the ledger"}
	if !g.Met {
		g.Measured = r.StopStands
	}
	return g, true
}

func tabletopGate(r *Report) (Gate, bool) {
	g := Gate{Name: "Automated runbook test", Required: "CERTIFIED, with every required step carried out, asserted and passed", Else: NotCertified,
		Measured: "there is no journal of a drill", Evidence: "none"}
	t := r.Tabletop
	if t == nil {
		return g, true
	}
	passed := 0
	for _, s := range t.Steps {
		if s.Verdict == "pass" && s.Asserted {
			passed++
		}
	}
	g.Met = t.Verdict == Certified && passed == len(t.Steps) && passed > 0
	g.Measured = fmt.Sprintf("%s; %d of %d steps", t.Verdict, passed, len(t.Steps))
	if len(t.Why) > 0 {
		g.Measured += "; " + firstLine(t.Why[0])
	}
	g.Evidence = "the journal " + t.Journals[len(t.Journals)-1]
	return g, true
}

func coverageGate(r *Report) (Gate, bool) {
	g := Gate{Name: "Runbook coverage", Required: "every step but manual ones (at most one in ten) asserted by a scenario that reviewed it", Else: NotCertified,
		Met: len(r.Coverage) > 0, Evidence: "shadowrun runbook coverage, as the report was made"}
	var books []string
	for _, c := range r.Coverage {
		g.Met = g.Met && c.Complete
		books = append(books, fmt.Sprintf("%s %d %%", c.Book, c.Percent))
	}
	if g.Measured = strings.Join(books, ", "); g.Measured == "" {
		g.Measured = "no runbook was looked at"
	}
	return g, true
}

func rejudgedGate(r *Report) (Gate, bool) {
	j := r.Verdict.Rejudged
	if j == nil {
		return Gate{}, false
	}
	return Gate{Name: "All could be judged again", Required: "nothing was hidden by a rule that is none any more", Else: Inconclusive, Met: j.NotJudged == 0,
		Measured: fmt.Sprintf("%s hidden by such rules, and not kept", quantity(j.NotJudged, "difference")), Evidence: "the audit of the rules in the ledger"}, true
}

// signaturesNote says what signatures are worth.
const signaturesNote = "A signature shows that the evidence has not changed since it was signed, and by whose key. The machine's signature does not show " +
	"that the machine told the truth: whoever controls the soak's host can make one. A person's signature is a statement about this evidence, " +
	"not a proof that it is honest. Neither says anything of environments other than those named here."

// statement is what a person signs.
func statement(r *Report) string {
	f := r.Figures
	text := fmt.Sprintf("%s. Soak %d on %s (configuration %s, plan %s) ran for %s of active time: %s, %s, of which %s (%s violation, %s drift, %s leak) and %s came to no verdict.",
		r.Verdict.Result, r.Soak, host(r), short(r.Ran.ConfigDigest), short(r.Ran.PlanDigest), lasted(f.Active), quantity(f.Total.Runs, "workflow run"),
		quantity(f.Total.Replays, "replay"), quantity(f.Total.Mismatches, "mismatch"), number(f.Total.Violation), number(f.Total.Drift), number(f.Total.Leak), number(f.Total.Unknown))
	for _, accepted := range Acceptance(r) {
		text += " " + accepted + "."
	}
	if t := r.Tabletop; t != nil {
		text += fmt.Sprintf(" An automated runbook test (%s, %s) came to %s.", t.Environment, t.Started.UTC().Format(time.DateOnly), t.Verdict)
	} else {
		text += " There was no automated runbook test."
	}
	return text + " Whoever signs has read this report and states that, as far as they know, it describes what was done."
}

func host(r *Report) string {
	if len(r.Ran.Environments) == 0 {
		return "an unknown host"
	}
	return r.Ran.Environments[0].Host
}
