package runbook

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// sound is a journal that certifies its two steps.
func sound() *Journal {
	return &Journal{
		Header: Header{Version: 1, ID: "d1", Started: noon, Who: "ada"},
		Steps: []CarriedOut{
			{Scenario: "s", Book: "b", Step: "look", Asserted: true, Verdict: Pass},
			{Scenario: "s", Book: "b", Step: "turn", Asserted: true, Verdict: Pass},
		},
		Scenarios: []ScenarioEnd{{Scenario: "s", Verdict: Pass}},
		End:       &End{Ended: noon},
	}
}

func TestJudge(t *testing.T) {
	both := []string{"look", "b:turn"}
	for _, test := range []struct {
		name     string
		change   func(*Journal)
		required []string
		want     Verdict
		why      []string
	}{
		{"all as it should be", func(j *Journal) {}, both, Certified, nil},
		{"one that is not there", func(j *Journal) {}, []string{"look", "close"}, NotCertified, []string{"step close: not carried out"}},
		{"one of another book", func(j *Journal) {}, []string{"c:look"}, NotCertified, []string{"step c:look: not carried out"}},
		{"one that was left to a person", func(j *Journal) { j.Steps[0].Verdict, j.Steps[0].Why = ByHand, "it is heavy" }, both,
			NotCertified, []string{"step look: left to a person: it is heavy"}},
		{"one that was not reached", func(j *Journal) { j.Steps[0].Verdict = NotReached }, both, NotCertified, []string{"step look: not reached"}},
		{"one that nothing asserts", func(j *Journal) { j.Steps[1].Asserted = false }, both,
			NotCertified, []string{"step b:turn: carried out, but nothing asserts what it did"}},
		{"one that failed", func(j *Journal) { j.Steps[1].Verdict, j.Steps[1].Why = Fail, "exit status 1" }, both,
			NotCertified, []string{"step b:turn: failed: exit status 1"}},
		{"one that passed and failed", func(j *Journal) {
			j.Steps = append(j.Steps, CarriedOut{Scenario: "t", Book: "b", Step: "look", Verdict: Fail})
		}, both, NotCertified, []string{"step b:look in scenario t: failed"}},
		{"one that passed once it was asserted", func(j *Journal) {
			j.Steps = append([]CarriedOut{{Scenario: "s", Book: "b", Step: "look", Verdict: Pass}}, j.Steps...)
		}, both, Certified, nil},
		{"a verdict that is none", func(j *Journal) { j.Steps[0].Verdict = "PASS" }, both, NotCertified, []string{"step look: failed"}},
		{"a scenario that was skipped", func(j *Journal) { j.Scenarios[0].Verdict = Skipped }, both[:1], NotCertified, []string{"step look: scenario s: skipped"}},
		{"a scenario without its end", func(j *Journal) { j.Scenarios = nil }, both[:1], NotCertified, []string{"step look: scenario s has no end"}},
		{"another scenario that failed", func(j *Journal) {
			j.Scenarios = append(j.Scenarios, ScenarioEnd{Scenario: "t", Verdict: Fail, Why: "no file"})
		}, both, NotCertified, []string{"scenario t: failed: no file"}},
		{"a line that can't be read", func(j *Journal) { j.Damaged = []DamagedLine{{Line: 3, Why: "bad"}} }, both, NotCertified, []string{"line 3 of the journal: bad"}},
		{"nothing was done", func(j *Journal) { j.Steps = nil }, both, Inconclusive, []string{"no step was carried out"}},
		{"nothing was reached", func(j *Journal) { j.Steps[0].Verdict, j.Steps[1].Verdict = NotReached, ByHand }, both, Inconclusive, []string{"no step was carried out"}},
		{"nothing was required", func(j *Journal) {}, nil, Inconclusive, []string{"no step was required"}},
		{"no end", func(j *Journal) { j.End = nil }, both, Inconclusive, []string{"the drill has no end: it was cut short, or is under way"}},
		{"an end that says less", func(j *Journal) { j.End.Verdict, j.End.Why = NotCertified, []string{"the lights went out"} }, both,
			NotCertified, []string{"the drill's end says NOT CERTIFIED: the lights went out"}},
		{"an end that says more", func(j *Journal) { j.End.Verdict, j.Steps[0].Verdict = Certified, Fail }, both, NotCertified, []string{"step look: failed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			j := sound()
			test.change(j)
			got, why := Judge(j, test.required)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(test.why, why); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
