package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sound is a report that certifies.
func sound() *Report {
	r := sample()
	r.Figures.Total.Violation, r.Figures.Total.Mismatches, r.Figures.Total.Unfinished = 0, 4, 0
	r.Findings, r.Figures.FindingsAll = r.Findings[1:2], 1
	for i := range r.Tabletop.Steps {
		r.Tabletop.Steps[i].Verdict, r.Tabletop.Steps[i].Asserted = "pass", true
	}
	r.Tabletop.Verdict, r.Tabletop.Why = Certified, nil
	r.Coverage = r.Coverage[:1]
	return r
}

func TestJudge(t *testing.T) {
	accepted := &Accepted{Who: "mara", Until: noon}
	for _, test := range []struct {
		name    string
		change  func(*Report)
		want    Result
		reasons []string
	}{
		{"all is as it should be", func(*Report) {}, Certified, []string{}},
		{"shorter than promised", func(r *Report) { r.Figures.Active = 7199 }, NotCertified, []string{"As long as promised: 1h59m59s of active time, 240 cycles"}},
		{"interrupted", func(r *Report) { r.State = Interrupted }, NotCertified, []string{"As long as promised: 2h0m2s of active time, 240 cycles, then it was interrupted"}},
		{"running", func(r *Report) { r.State = Running }, NotCertified, []string{"As long as promised: 2h0m2s of active time, 240 cycles, and it runs on"}},
		{"as many cycles as promised", func(r *Report) { r.Figures.Promised, r.Figures.PromisedOf = 0, 240 }, Certified, []string{}},
		{"a cycle less", func(r *Report) { r.Figures.Promised, r.Figures.PromisedOf = 0, 241 }, NotCertified, []string{"As long as promised: 2h0m2s of active time, 240 cycles"}},
		{"no length was promised", func(r *Report) { r.Figures.Promised = 0 }, NotCertified, []string{"As long as promised: 2h0m2s of active time, 240 cycles"}},
		{"a violation", func(r *Report) { r.Figures.Total.Violation = 1; r.Findings[0].Class = "violation" }, NotCertified, []string{"No violation and no drift: 1 violation and 0 drifts in 2,400 replays"}},
		{"a drift", func(r *Report) { r.Figures.Total.Drift = 1; r.Findings[0].Class = "violation" }, NotCertified, []string{"No violation and no drift: 0 violations and 1 drift in 2,400 replays"}},
		{"a violation without a finding", func(r *Report) { r.Figures.Total.Violation = 1; r.Findings, r.Figures.FindingsAll = nil, 0 }, NotCertified, []string{"No violation and no drift: 1 violation and 0 drifts in 2,400 replays"}},
		{"a violation that somebody accepted", func(r *Report) {
			r.Figures.Total.Violation = 1
			r.Findings[0].Class, r.Findings[0].Accepted = "violation", accepted
		}, Certified, []string{}},
		{"a leak, where fail_on is leak", func(r *Report) { r.Ran.FailOn = "leak" }, NotCertified, []string{"No leak: 4 leaks in 2,400 replays"}},
		{"an accepted one", func(r *Report) { r.Ran.FailOn = "leak"; r.Findings[0].Accepted = accepted }, Certified, []string{}},
		{"unknowns above the rate", func(r *Report) { r.Figures.Total.Unknown = 3 }, Inconclusive, []string{"Few unknowns: 3 of 2,400, which is 0.125 %"}},
		{"unknowns below it", func(r *Report) { r.Figures.Total.Unknown = 2 }, Certified, []string{}},
		{"runs without a golden count like them", func(r *Report) { r.Figures.Total.Unfinished = 2 }, Inconclusive, []string{"Few unknowns: 3 of 2,402, which is 0.125 %"}},
		{"unknowns, and a violation", func(r *Report) { r.Figures.Total.Unknown = 3; r.State = Interrupted }, NotCertified,
			[]string{"As long as promised: 2h0m2s of active time, 240 cycles, then it was interrupted", "Few unknowns: 3 of 2,400, which is 0.125 %"}},
		{"a golden of another soak that was changed", func(r *Report) { r.Store.Elsewhere = 1 }, Certified, []string{}},
		{"a golden that was changed", func(r *Report) { r.Store.Wrong = 1 }, NotCertified, []string{"Goldens are whole: 2,170 goldens whole, 439 KiB; 1 problem"}},
		{"no golden is left", func(r *Report) { r.Store = Store{} }, Inconclusive, []string{"Goldens are whole: there is none to verify"}},
		{"an emergency stop stands", func(r *Report) { r.StopStands = "by ada since noon" }, NotCertified, []string{"No emergency stop stands: by ada since noon"}},
		{"no drill", func(r *Report) { r.Tabletop = nil }, NotCertified, []string{"Automated runbook test: there is no journal of a drill"}},
		{"a step that was not carried out", func(r *Report) { r.Tabletop.Steps[2].Verdict = "not_reached" }, NotCertified, []string{"Automated runbook test: CERTIFIED; 2 of 3 steps"}},
		{"a step of which nothing was asserted", func(r *Report) { r.Tabletop.Steps[2].Asserted = false }, NotCertified, []string{"Automated runbook test: CERTIFIED; 2 of 3 steps"}},
		{"a drill that was cut short", func(r *Report) { r.Tabletop.Verdict, r.Tabletop.Why = Inconclusive, []string{"it has no end"} }, NotCertified,
			[]string{"Automated runbook test: INCONCLUSIVE; 3 of 3 steps; it has no end"}},
		{"no step is required", func(r *Report) { r.Tabletop.Steps = nil }, NotCertified, []string{"Automated runbook test: CERTIFIED; 0 of 0 steps"}},
		{"a runbook of which not all is known to work", func(r *Report) { r.Coverage[0].Complete, r.Coverage[0].Percent = false, 99 }, NotCertified, []string{"Runbook coverage: pipeline 99 %"}},
		{"no runbook", func(r *Report) { r.Coverage = nil }, NotCertified, []string{"Runbook coverage: no runbook was looked at"}},
		{"judged again, all of it", func(r *Report) { r.Verdict.Rejudged = &Rejudged{} }, Certified, []string{}},
		{"judged again, but for what was hidden", func(r *Report) { r.Verdict.Rejudged = &Rejudged{NotJudged: 2} }, Inconclusive,
			[]string{"All could be judged again: 2 differences hidden by such rules, and not kept"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := sound()
			test.change(r)
			Judge(r)
			if diff := cmp.Diff(Verdict{test.want, test.reasons, r.Verdict.Rejudged}, r.Verdict); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			Judge(r)
			if again := r.Verdict; again.Result != test.want || len(again.Reasons) != len(test.reasons) {
				t.Errorf("judged once more it is %+v", again)
			}
		})
	}
}

// TestZeroSamplesAreInconclusive, whatever else is missing.
func TestZeroSamplesAreInconclusive(t *testing.T) {
	r := &Report{}
	Judge(r)
	if r.Verdict.Result != Inconclusive {
		t.Errorf("nothing at all is %s", r.Verdict.Result)
	}
	r = sound()
	r.Figures.Total = Counts{Replays: 9, Unknown: 9}
	Judge(r)
	if r.Verdict.Result != Inconclusive {
		t.Errorf("nine unknowns are %s", r.Verdict.Result)
	}
}

func TestExitStatus(t *testing.T) {
	got := map[Result]int{}
	for _, r := range []Result{Certified, NotCertified, Inconclusive} {
		got[r] = r.ExitStatus()
	}
	if diff := cmp.Diff(map[Result]int{Certified: 0, NotCertified: 1, Inconclusive: 3}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOneCycleIsOne(t *testing.T) {
	r := sound()
	r.Figures.Promised, r.Figures.PromisedOf = 0, 1
	Judge(r)
	if got := r.Gates[0].Required; got != "1 cycle" {
		t.Errorf("required: %q, want 1 cycle", got)
	}
}
