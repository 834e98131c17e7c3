package report

import (
	"database/sql"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// TestRejudge judges the soak with faults by other configurations than its own.
func TestRejudge(t *testing.T) {
	s, of := viewFaulty(t)
	own := faultyConfig(scratch)
	was := gather(t, s.Dir, Options{At: of.Ended})
	var hid int64
	for _, r := range was.Rules {
		hid += r.Hid
	}
	if hid == 0 {
		t.Fatal("no rule hid anything")
	}
	rules := func(more ...harness.RuleConfig) harness.Config {
		c := own
		c.Rules = append(append([]harness.RuleConfig{}, own.Rules...), more...)
		return c
	}
	forgetful, strict := own, own
	forgetful.Rules = nil
	strict.FailOn = "leak"
	total := was.Figures.Total
	for _, test := range []struct {
		name                   string
		config                 harness.Config
		leak, violation, match int64
		findings               []string
		notJudged              int64
		unmet                  string // a gate, but for those that are not met anyway
	}{
		{"its own", own, total.Leak, total.Violation, total.Match, []string{"random /n/n", "stamped /order/at"}, 0, "No violation and no drift"},
		{"a rule for what is random", rules(harness.RuleConfig{Ignore: "/n/n", Workflow: "random", Reason: "known"}), total.Leak, 0, total.Match + total.Violation, []string{"stamped /order/at"}, 0, ""},
		{"rules for all", rules(harness.RuleConfig{Ignore: "/n/n", Reason: "known"}, harness.RuleConfig{Volatile: "/order/at", Reason: "known"}), 0, 0, total.Match + total.Mismatches, nil, 0, ""},
		{"a rule for another workflow", rules(harness.RuleConfig{Ignore: "/n/n", Workflow: "slow", Reason: "no"}), total.Leak, total.Violation, total.Match, []string{"random /n/n", "stamped /order/at"}, 0, "No violation and no drift"},
		{"leaks fail", strict, total.Leak, total.Violation, total.Match, []string{"random /n/n", "stamped /order/at"}, 0, "No leak"},
		{"without the rule that hid ids", forgetful, 0, total.Violation + total.Leak, total.Match, []string{"random /n/n", "stamped /order/at", "stamped /order/id"}, hid, "All could be judged again"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := gather(t, s.Dir, Options{At: of.Ended, Rejudge: &Today{File: "shadowrun.yaml", Digest: "d", Config: test.config}})
			c := r.Figures.Total
			if diff := cmp.Diff([]int64{test.leak, test.violation, test.match, total.Replays}, []int64{c.Leak, c.Violation, c.Match, c.Match + c.Leak + c.Violation + c.Drift + c.Unknown}); diff != "" {
				t.Errorf("leak, violation, match, all (-want +got):\n%s", diff)
			}
			if got := r.Verdict.Rejudged; got.NotJudged != test.notJudged || got.Changed != (abs(test.leak-total.Leak)+abs(test.violation-total.Violation)+abs(test.match-total.Match))/2 {
				t.Errorf("rejudged: %+v", got)
			}
			found := map[string]bool{}
			for _, f := range r.Findings {
				found[f.Workflow+" "+f.Path] = true
			}
			want := map[string]bool{}
			for _, f := range test.findings {
				want[f] = true
			}
			if diff := cmp.Diff(want, found); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(was.Findings, r.Findings); test.name == "its own" && diff != "" {
				t.Errorf("findings, in full (-want +got):\n%s", diff)
			}
			unmet := map[string]bool{}
			for _, g := range r.Gates {
				unmet[g.Name] = !g.Met
			}
			if test.unmet != "" && !unmet[test.unmet] || test.unmet == "" && unmet["No violation and no drift"] {
				t.Errorf("not met: %v; want %q", unmet, test.unmet)
			}
		})
	}
}

// TestRejudgeOfDrift: the documents don't tell drift from a violation, the build's fingerprint did when it was recorded.
func TestRejudgeOfDrift(t *testing.T) {
	s, of := viewFaulty(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(s.Dir)); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", soak.LedgerPath(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"UPDATE replays SET verdict = 'drift' WHERE verdict = 'violation'", "UPDATE checkpoints SET drift = violation, violation = 0"} {
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	was := gather(t, s.Dir, Options{At: of.Ended}).Figures.Total
	ruled := faultyConfig(scratch)
	ruled.Rules = append(ruled.Rules, harness.RuleConfig{Ignore: "/n/n", Workflow: "random", Reason: "known"})
	type figures struct{ drift, violation, match int64 }
	for _, test := range []struct {
		name   string
		config harness.Config
		want   figures
	}{
		{"stays drift", faultyConfig(scratch), figures{was.Violation, 0, was.Match}},
		{"is hidden by a rule", ruled, figures{0, 0, was.Match + was.Violation}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := gather(t, dir, Options{At: of.Ended, Rejudge: &Today{File: "shadowrun.yaml", Digest: "d", Config: test.config}}).Figures.Total
			if got := (figures{c.Drift, c.Violation, c.Match}); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func abs(n int64) int64 { return max(n, -n) }
