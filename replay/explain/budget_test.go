package explain

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
)

// What takes three factors together is settled within the default budget though a rare difference would
// use it up: release comes to its turn.
func TestReleaseIsLeftItsRuns(t *testing.T) {
	settled := 0
	const n = 10
	for i := range n {
		fields := map[string]func(*world) any{"x": score("entropy", "address", "clock"), "rare": flip(0.25, "entropy"), "y": seeded_("y")}
		if brief(explain(t, newSimulated(uint64(i), fields), Options{Random: uint64(i)}))["/x"] == "violation rng+address+clock" {
			settled++
		}
	}
	if settled < 8 {
		t.Errorf("settled in %d of %d explanations", settled, n)
	}
}

// Where the budget does not reach, it is said what is known, and with which budget to try again; and with
// that one it is proven.
func TestSuggestedBudgetGetsThere(t *testing.T) {
	fields := map[string]func(*world) any{"x": score("entropy", "address", "clock"), "y": seeded_("y")}
	x := explain(t, newSimulated(1, fields), Options{MaxRuns: 70})
	var b bytes.Buffer
	if err := WriteText(&b, x, 1000); err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(b.String(), "one value in all 3 runs with everything pinned, and with no factor by itself: several together make it differ; needs about ")
	var runs, budget int
	if _, err := fmt.Sscanf(after, "%d more runs: --budget %d gets there", &runs, &budget); !found || err != nil {
		t.Fatalf("%v in %s", err, b.String())
	}
	if runs <= x.MaxRuns-x.Runs || budget <= x.MaxRuns {
		t.Errorf("of %d runs %d were made; %d more, or %d, would not be more", x.MaxRuns, x.Runs, runs, budget)
	}
	if got := brief(explain(t, newSimulated(1, fields), Options{MaxRuns: budget}))["/x"]; got != "violation rng+address+clock" {
		t.Errorf("with %d runs: %s", budget, got)
	}
}

// besides is a lab that makes a run beside each fifth.
type besides struct{ *simulated }

func (b besides) Run(ctx context.Context, seed uint64, t Treatment) (Observation, error) {
	o, err := b.simulated.Run(ctx, seed, t)
	if b.n%5 == 0 {
		o.Besides = 1
		b.n++
	}
	return o, err
}

// All runs count, those too that are made to record what others are answered.
func TestRunsBesidesCount(t *testing.T) {
	lab := besides{newSimulated(1, map[string]func(*world) any{"x": noise(0.5), "y": seeded_("y")})}
	if x := explain(t, lab, Options{MaxRuns: 100}); x.Runs != lab.n {
		t.Errorf("%d runs, want %d", x.Runs, lab.n)
	}
}
