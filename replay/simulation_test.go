package replay

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sebdah/goldie/v2"
)

// simulated is a workflow with one field that has its other value at some rate, in golden and
// replays alike.
type simulated struct {
	name    string
	rate    float64
	leaks   bool // another field holds the time
	rebuilt bool // the replays are of another build
	drifts  bool // in which a third field has another value
}

// chances are the probabilities of a check's verdicts.
type chances struct{ match, leak, violation, drift float64 }

// exact computes what [Checker] comes to. The golden has the other value at the rate p, q is
// 1-p. All seven runs have to look as if the golden alone stood out for the field to pass for
// drift; a leak is settled by the first two replays.
func (s simulated) exact() chances {
	p, q := s.rate, 1-s.rate
	alone := q*math.Pow(p, 6) + p*math.Pow(q, 6) // the golden against six replays
	first := 2 * p * q                           // the golden against one replay
	switch {
	case s.drifts: // every replay differs; drift needs six that agree
		agree := math.Pow(p, 6) + math.Pow(q, 6)
		return chances{drift: agree, violation: 1 - agree}
	case s.leaks: // the golden has to differ from one of two
		seen := 1 - q*q*q - p*p*p
		c := chances{leak: 1 - seen, violation: seen}
		if s.rebuilt {
			c.drift, c.violation = alone, seen-alone
		}
		return c
	case s.rebuilt:
		return chances{match: 1 - first, drift: alone, violation: first - alone}
	}
	return chances{match: 1 - first, violation: first}
}

// missed is the chance that none of n runs fails.
func (c chances) missed(n int) float64 { return math.Pow(c.match+c.leak, float64(n)) }

// value draws what one run writes.
func (s simulated) value(rng *rand.Rand, minute int, replay bool) string {
	field, build := "usual", "b1"
	if rng.Float64() < s.rate {
		field = "other"
	}
	if replay && s.drifts {
		build = "b2"
	}
	t := "steady"
	if s.leaks {
		t = fmt.Sprintf("2026-11-22T10:%02d:00Z", minute)
	}
	return fmt.Sprintf(`{"build":%q,"field":%q,"t":%q}`, build, field, t)
}

// run counts the verdicts of n checks.
func (s simulated) run(t *testing.T, rng *rand.Rand, n int) chances {
	attempts := map[string]Attempt{}
	attempt := func(minute int, replay bool) Attempt {
		build := "b1"
		if replay && s.rebuilt {
			build = "b2"
		}
		value := s.value(rng, minute, replay)
		a, known := attempts[value]
		if !known {
			a = attemptOf(t, value, nil)
			attempts[value] = a
		}
		a.Circumstances = later(minute, build)
		return a
	}
	counts := map[Verdict]float64{}
	for range n {
		checked, err := Checker{}.Check(t.Context(), attempt(0, false), func(_ context.Context, i int) (Attempt, error) {
			return attempt(i, true), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		counts[checked.Verdict] += 1 / float64(n)
	}
	return chances{counts[VerdictMatch], counts[VerdictLeak], counts[VerdictViolation], counts[VerdictDrift]}
}

// TestSimulatedVerdicts checks the logic of again-before-blaming against the exact chances,
// and keeps the table that the documents show: go test ./replay -run Simulated -update.
func TestSimulatedVerdicts(t *testing.T) {
	const checks = 2000
	rows := []simulated{
		{name: "steady"},
		{name: "1 of 2", rate: 0.5},
		{name: "1 of 20", rate: 0.05},
		{name: "1 of 200", rate: 0.005},
		{name: "steady, beside a clock", leaks: true},
		{name: "1 of 2, beside a clock", rate: 0.5, leaks: true},
		{name: "1 of 20, beside a clock", rate: 0.05, leaks: true},
		{name: "steady, other build", rebuilt: true},
		{name: "1 of 2, other build", rate: 0.5, rebuilt: true},
		{name: "1 of 20, other build", rate: 0.05, rebuilt: true},
		{name: "1 of 200, other build", rate: 0.005, rebuilt: true},
		{name: "1 of 20, beside a clock, other build", rate: 0.05, leaks: true, rebuilt: true},
		{name: "drifted", rebuilt: true, drifts: true},
		{name: "drifted, beside a clock", leaks: true, rebuilt: true, drifts: true},
		{name: "drifted, and 1 of 2", rate: 0.5, rebuilt: true, drifts: true},
		{name: "drifted, and 1 of 20", rate: 0.05, rebuilt: true, drifts: true},
	}
	var table strings.Builder
	fmt.Fprintf(&table, "| field | match | leak | violation | drift | missed in 1 run | in 59 | in 299 |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for i, s := range rows {
		rng := rand.New(rand.NewPCG(2, uint64(i)))
		got, want := s.run(t, rng, checks), s.exact()
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"match", got.match, want.match}, {"leak", got.leak, want.leak},
			{"violation", got.violation, want.violation}, {"drift", got.drift, want.drift},
		} {
			// Five standard deviations: sixty-four such checks fail by chance once in 30,000 seeds.
			if off := math.Abs(c.got - c.want); off > 5*math.Sqrt(c.want*(1-c.want)/checks)+1e-9 {
				t.Errorf("%s: %s in %.4f of %d checks, want %.4f", s.name, c.name, c.got, checks, c.want)
			}
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", s.name, cell(got.match, want.match), cell(got.leak, want.leak),
			cell(got.violation, want.violation), cell(got.drift, want.drift),
			missed(s, want, 1), missed(s, want, 59), missed(s, want, 299))
	}
	goldie.New(t, goldie.WithFixtureDir("testdata"), goldie.WithNameSuffix(".md")).Assert(t, "verdict-errors", []byte(table.String()))
}

// cell shows a simulated share and the exact one.
func cell(got, want float64) string {
	if want == 0 && got == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f %% (%.2f)", 100*got, 100*want)
}

// missed shows the chance that n runs show nothing of a field that does vary.
func missed(s simulated, c chances, n int) string {
	if s.rate == 0 && !s.drifts {
		return "–"
	}
	if m := 100 * c.missed(n); m >= 0.001 || m == 0 {
		return fmt.Sprintf("%.2g %%", m)
	}
	return "< 0.001 %"
}
