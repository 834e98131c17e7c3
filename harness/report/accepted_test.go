package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/ledger"
)

// let is a report in which all violations are of findings that people let be.
func let(who ...string) *Report {
	r := sound()
	r.Figures.Total.Violation, r.Figures.Total.Mismatches = 101, 105
	for i, w := range who {
		r.Findings = append(r.Findings, Finding{Key: fmt.Sprintf("%08d", i), Class: "violation", Accepted: &Accepted{"known", noon.AddDate(0, 1, 0), w}})
	}
	r.Figures.FindingsAll = len(r.Findings)
	return r
}

func TestWhoeverSignsIsToldWhatWasAccepted(t *testing.T) {
	for _, test := range []struct {
		name string
		r    *Report
		want string // empty: nothing is said of acceptance
	}{
		{"by two people", let("mara", "ada", "mara"), "101 violations, all of 3 findings that were accepted by ada, mara."},
		{"by one", let("ada"), "101 violations, all of 1 finding that was accepted by ada."},
		{"only some", func() *Report { r := let("ada", "ada"); r.Findings[2].Accepted = nil; return r }(), ""},
		{"none", sound(), ""},
		{"leaks", func() *Report { r := sound(); r.Findings[0].Accepted = &Accepted{Who: "eve"}; return r }(), "4 leaks, all of 1 finding that was accepted by eve."},
		{"more than are listed", func() *Report { r := let("ada"); r.Figures.FindingsAll++; return r }(), "101 violations, all of at least 1 finding that was accepted by ada."},
	} {
		t.Run(test.name, func(t *testing.T) {
			Judge(test.r)
			for where, text := range map[string]string{"statement": test.r.Statement, "lead": string(Markdown(test.r)[:400])} {
				if test.want == "" && strings.Contains(text, "accepted by") || !strings.Contains(text, test.want) {
					t.Errorf("the %s says %q, want %q", where, text, test.want)
				}
			}
		})
	}
}

// What was mended since was not when it ran: no acceptance makes this soak a good one.
func TestMendedSinceIsNotAccepted(t *testing.T) {
	for _, test := range []struct {
		name             string
		until            time.Time
		accepted, mended bool
	}{
		{"accepted", noon.Add(time.Hour), true, false},
		{"mended", noon, false, true},
		{"accepted until a minute ago", noon.Add(time.Minute), false, false},
	} {
		said := &ledger.Acceptance{Reason: "fixed the seed", Who: "ada", At: noon, Until: test.until}
		f := newFinding(ledger.Finding{Sighting: ledger.Sighting{Key: "k"}, Accepted: said}, noon.Add(2*time.Minute), "")
		if (f.Accepted != nil) != test.accepted || (f.Mended != nil) != test.mended {
			t.Errorf("%s: %+v", test.name, f)
		}
	}
}

func TestAViolationComesBeforeWhatIsLess(t *testing.T) {
	accepted := &Accepted{Who: "ada"}
	var got []string
	for _, f := range gravestFirst([]Finding{{Key: "leak", Class: "volatile"}, {Key: "accepted leak", Class: "volatile", Accepted: accepted},
		{Key: "accepted violation", Class: "violation", Accepted: accepted}, {Key: "violation", Class: "violation"}}) {
		got = append(got, f.Key)
	}
	if diff := cmp.Diff([]string{"violation", "accepted violation", "leak", "accepted leak"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnlyWhatIsAcceptedIsCutOff(t *testing.T) {
	var all []Finding
	for range maxFindings {
		all = append(all, Finding{Class: "violation", Accepted: &Accepted{Who: "ada"}})
	}
	cut := gravestFirst(append(all, Finding{Class: "volatile"}))
	if r := (&Report{Findings: cut}); len(cut) != maxFindings || !r.open(leaking...) {
		t.Errorf("%d findings, a leak that nobody accepted is among them: %v", len(cut), r.open(leaking...))
	}
}

func TestADayIsSaidAsItWasTyped(t *testing.T) {
	typed := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	if got := (Accepted{Until: typed.AddDate(0, 0, 1)}).day(); got != "2027-01-31" {
		t.Errorf("until %s, want 2027-01-31", got)
	}
}
