package report

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		name   string
		before func(*Report)
		after  func(*Report)
		want   []string
		worse  bool
	}{
		{name: "the same"},
		{name: "a new finding", after: func(r *Report) {
			r.Findings = append(r.Findings, Finding{Key: "abcdef0123", Workflow: "orders", Class: "volatile", Path: "/id", Count: 9})
		}, want: []string{"new finding abcdef01 orders volatile /id:  → 9 of 2,400"}, worse: true},
		{name: "a finding that is gone", after: func(r *Report) { r.Findings = r.Findings[1:] }, want: []string{"gone finding 4dcba048 orders violation /items/*/price|<script>alert(1)</script>: 2 of 2,400 → "}},
		{name: "a finding that the first may have left out", before: func(r *Report) { r.Figures.FindingsAll = 501 }, after: func(r *Report) {
			r.Findings = append(r.Findings, Finding{Key: "abcdef0123", Workflow: "orders", Class: "volatile", Path: "/id", Count: 9})
		}, want: []string{"not listed finding abcdef01 orders volatile /id: not listed → 9 of 2,400"}},
		{name: "a finding that the second may have left out", after: func(r *Report) { r.Findings, r.Figures.FindingsAll = r.Findings[1:], 501 },
			want: []string{"not listed finding 4dcba048 orders violation /items/*/price|<script>alert(1)</script>: 2 of 2,400 → not listed"}},
		{name: "a finding that is seen more often by chance", after: func(r *Report) { r.Findings[1].Count = 8 }},
		{name: "and by more than chance", after: func(r *Report) { r.Findings[1].Count = 40 },
			want: []string{"worse finding f471d227 orders volatile /at: 4 of 2,400 (0.167 %) → 40 of 2,400 (1.67 %)"}, worse: true},
		{name: "a leak that has become a violation", after: func(r *Report) { r.Findings[1].Class = "violation" },
			want: []string{"worse finding f471d227 orders violation /at: volatile, 4 of 2,400 → violation, 4 of 2,400"}, worse: true},
		{name: "violations that are gone", before: func(r *Report) { r.Figures.Total.Violation = 30 }, after: func(r *Report) { r.Figures.Total.Violation = 0 },
			want: []string{"better figure violations: 30 of 2,399 (1.25 %) → 0 of 2,399 (0 %)"}},
		{name: "a much longer soak, with the same rates", after: func(r *Report) {
			for _, n := range []*int64{&r.Figures.Total.Replays, &r.Figures.Total.Violation, &r.Figures.Total.Leak, &r.Findings[0].Count, &r.Findings[1].Count, &r.Findings[2].Count} {
				*n *= 10
			}
		},
			want: []string{"other figure replays: 2,400 → 24,000"}},
		{name: "no verdict any more", after: func(r *Report) { r.Verdict.Result = Inconclusive },
			want: []string{"better verdict verdict: NOT CERTIFIED → INCONCLUSIVE"}},
		{name: "certified no more", before: func(r *Report) { r.Verdict.Result = Certified },
			want: []string{"worse verdict verdict: CERTIFIED → NOT CERTIFIED"}, worse: true},
		{name: "a gate", before: func(r *Report) { r.Gates[4].Met = false }, want: []string{"better gate Goldens are whole: not met: 2,170 goldens whole, 439 KiB; 0 problems → met: 2,170 goldens whole, 439 KiB; 0 problems"}},
		{name: "times within half", after: func(r *Report) { r.RunTimes[0].P50 = 0.017 }},
		{name: "times", after: func(r *Report) { r.RunTimes[0].P50, r.RunTimes[0].P95 = 0.019, 0.02 },
			want: []string{"worse time orders, median: 12ms → 19ms", "better time orders, 95 of 100 at most: 35ms → 20ms"}, worse: true},
		{name: "times of few runs", after: func(r *Report) { r.RunTimes[0].P50, r.RunTimes[0].Runs = 0.019, 99 }},
		{name: "times below a millisecond apart", after: func(r *Report) { r.RunTimes[1].P50 = 0.0019 }},
		{name: "another workflow", after: func(r *Report) { r.RunTimes[1].Workflow = "stocks" },
			want: []string{"worse workflow not tested any more: prices: orders, prices → orders, stocks", "new time stocks:  → median 1ms"}, worse: true},
		{name: "a workflow that is left out, and its findings with it", before: func(r *Report) { r.Figures.Total.Violation = 30; r.Gates[2].Met = false },
			after: func(r *Report) {
				r.Verdict.Result, r.Gates[2].Met = Certified, true
				r.RunTimes, r.Figures.Total.Violation, r.Figures.Total.Replays = r.RunTimes[1:], 0, 800
				r.Findings = r.Findings[2:]
			}, want: []string{"worse workflow not tested any more: orders: orders, prices → prices",
				"not tested finding 4dcba048 orders violation /items/*/price|<script>alert(1)</script>: 2 of 2,400 → ",
				"not tested finding f471d227 orders volatile /at: 4 of 2,400 → ",
				"other verdict verdict: NOT CERTIFIED → CERTIFIED", "other gate No violation and no drift: not met: 3 violations and 0 drifts in 2,400 replays → met: 3 violations and 0 drifts in 2,400 replays",
				"other figure violations: 30 of 2,399 (1.25 %) → 0 of 799 (0 %)", "other figure replays: 2,400 → 800"}, worse: true},
		{name: "a finding as before, where only its workflow is left", before: func(r *Report) { r.Findings[1].Count = 40 }, after: func(r *Report) {
			r.RunTimes, r.Findings, r.Findings[1].Count = r.RunTimes[:1], r.Findings[:2], 40
			r.Figures.Total.Replays = 1440
		}, want: []string{"worse workflow not tested any more: prices: orders, prices → orders",
			"not tested finding 99d17e7c prices violation (the whole): 1 of 2,400 → ", "other figure replays: 2,400 → 1,440"}, worse: true},
		{name: "nothing was run", after: func(r *Report) { r.Figures.Total = Counts{} },
			want: []string{"other figure workflow runs: 2,160 → 0", "other figure replays: 2,400 → 0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before, after := sample(), sample()
			if test.before != nil {
				test.before(before)
			}
			if test.after != nil {
				test.after(after)
			}
			for _, r := range []*Report{before, after} {
				if r.Figures.FindingsAll == len(sample().Findings) {
					r.Figures.FindingsAll = len(r.Findings)
				}
			}
			c := Compare(before, after)
			var got []string
			for _, x := range c.Changes {
				got = append(got, fmt.Sprintf("%s %s %s: %s → %s", x.Trend, x.Kind, x.Name, x.Before, x.After))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if c.Worse != test.worse {
				t.Errorf("worse: %v, want %v", c.Worse, test.worse)
			}
		})
	}
}

// TestFisher holds it to values of R's fisher.test.
func TestFisher(t *testing.T) {
	for _, test := range []struct {
		a, n, b, m int64
		want       float64
	}{
		{0, 12, 12, 12, 7.396e-07}, {3, 10, 1, 10, 0.5820}, {1, 10, 11, 14, 0.002759}, {0, 5, 0, 5, 1}, {5, 5, 5, 5, 1}, {66, 199, 0, 299, 2.2e-30},
	} {
		if got := fisher(test.a, test.n, test.b, test.m); math.Abs(got-test.want) > 0.001*test.want && (test.want > 1e-20 || got > 1e-20) {
			t.Errorf("%d of %d, %d of %d: %v, want %v", test.a, test.n, test.b, test.m, got, test.want)
		}
	}
}
