package harness

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"
	"pgregory.net/rapid"

	"github.com/shadowrun/shadowrun/golden"
)

// planOf returns the plan of a configuration with workflows a, b, … of these weights; every
// second one declares checkpoints.
func planOf(seed uint64, runsPerCycle, recheck int, weights ...int) *Plan {
	c := Config{Seed: seed, RunsPerCycle: runsPerCycle, Recheck: &recheck}
	for i, weight := range weights {
		c.Workflows = append(c.Workflows, WorkflowConfig{
			Name: string(rune('a' + i)), Command: []string{"true"}, Output: golden.OutputText, Weight: weight, Checkpoints: i%2 == 1,
		})
	}
	return NewPlan(c.Defaults())
}

// The plan is the same on every machine and in every version that calls it shadowrun-plan/1: a
// soak that another one began is resumed by it.
func TestPlanIsTheSameEverywhere(t *testing.T) {
	var text strings.Builder
	for _, c := range []struct {
		name string
		plan *Plan
	}{
		{"defaults, three workflows", planOf(1, 9, 1, 1, 1, 1)},
		{"weighted, the largest seed", planOf(1<<64-1, 4, 2, 3, 1)},
	} {
		fmt.Fprintf(&text, "# %s, digest %s\n", c.name, c.plan.Digest())
		for _, n := range []int{1, 2, 3, 2829, 1 << 27} {
			cycle := c.plan.Cycle(n)
			fmt.Fprintf(&text, "cycle %d\n", n)
			for _, r := range cycle.Runs {
				fmt.Fprintf(&text, "  run     %-12s %s %10d %s %v\n", r.ID, r.Workflow, r.Seed, r.Variant, r.Kill)
			}
			for _, r := range cycle.Rechecks {
				fmt.Fprintf(&text, "  recheck %-12s %s %10d %s\n", r.ID, r.Workflow, r.Seed, r.Variant)
			}
		}
	}
	goldie.New(t).Assert(t, "plan", []byte(text.String()))
}

// What scripts read is part of the contract.
func TestPlanAsJSON(t *testing.T) {
	text, err := json.Marshal(planOf(1, 1, 1, 1).Cycle(2))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"cycle":2,"runs":[{"cycle":2,"run":1,"id":"c2r1","workflow":"a","seed":1058234971,"variant":"again"}],` +
		`"rechecks":[{"cycle":1,"run":1,"id":"c1r1","workflow":"a","seed":867636627,"variant":"again"}]}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPlan(t *testing.T) {
	weights := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 6)
	draw := func(t *rapid.T) (*Plan, []int) {
		w := weights.Draw(t, "weights")
		return planOf(rapid.Uint64Min(1).Draw(t, "seed"), rapid.IntRange(1, 12).Draw(t, "runs"), rapid.IntRange(0, 30).Draw(t, "recheck"), w...), w
	}
	for _, property := range []struct {
		name  string
		holds func(*rapid.T)
	}{
		{"a cycle does not depend on another having been asked for", func(t *rapid.T) {
			p, _ := draw(t)
			n := rapid.IntRange(2, 1000).Draw(t, "n")
			fresh := p.Cycle(n)
			p.Cycle(n - 1)
			p.Cycle(1)
			if diff := cmp.Diff(fresh, p.Cycle(n)); diff != "" {
				t.Fatalf("(-first time +after others)\n%s", diff)
			}
		}},
		{"no seed comes twice", func(t *rapid.T) {
			p, _ := draw(t)
			seen := map[uint64]string{}
			for n := 1; n <= 20; n++ {
				for _, r := range p.Cycle(n).Runs {
					if other, ok := seen[r.Seed]; ok || r.Seed >= SeedLimit {
						t.Fatalf("%s has the seed %d of %q", r.ID, r.Seed, other)
					}
					seen[r.Seed] = r.ID
				}
			}
		}},
		{"in any window as long as the weights add up to, each workflow comes as often as it weighs", func(t *rapid.T) {
			p, w := draw(t)
			total := 0
			for _, weight := range w {
				total += weight
			}
			first := rapid.IntRange(0, 10_000).Draw(t, "first")
			got := make([]int, len(w))
			for i := range total {
				got[p.run(Position{1, 1}, first+i).Workflow[0]-'a']++
			}
			if diff := cmp.Diff(w, got); diff != "" {
				t.Fatalf("(-want +got)\n%s", diff)
			}
		}},
		{"rechecks are distinct runs of earlier cycles, as many as there can be", func(t *rapid.T) {
			p, _ := draw(t)
			n := rapid.IntRange(1, 50).Draw(t, "n")
			c := p.Cycle(n)
			if want := min(p.Recheck, (n-1)*p.RunsPerCycle); len(c.Rechecks) != want {
				t.Fatalf("%d rechecks, want %d", len(c.Rechecks), want)
			}
			seen := map[Position]bool{}
			for _, r := range c.Rechecks {
				if r.Cycle >= n || r.Run < 1 || r.Run > p.RunsPerCycle || seen[r.Position] {
					t.Fatalf("cycle %d: recheck of %s", n, r.ID)
				}
				seen[r.Position] = true
				planned := p.Cycle(r.Cycle).Runs[r.Run-1]
				planned.Variant, planned.Kill = VariantAgain, 0
				if diff := cmp.Diff(planned, r); diff != "" {
					t.Fatalf("(-as its own cycle has it +got)\n%s", diff)
				}
			}
		}},
		{"a variant is one of the workflow's, and is killed only to be resumed", func(t *rapid.T) {
			p, _ := draw(t)
			for _, r := range p.Cycle(rapid.IntRange(1, 1000).Draw(t, "n")).Runs {
				resumable := (r.Workflow[0]-'a')%2 == 1
				if r.Variant != VariantAgain && !(r.Variant == VariantResumed && resumable) {
					t.Fatalf("%s under %s", r, r.Variant)
				}
				if (r.Kill != 0) != (r.Variant == VariantResumed) || r.Kill < 0 || r.Kill >= 1 {
					t.Fatalf("%s under %s is killed at %v", r, r.Variant, r.Kill)
				}
			}
		}},
		{"soaks of different seeds have different plans", func(t *rapid.T) {
			seed := rapid.Uint64Range(1, 1<<63).Draw(t, "seed")
			p, other := planOf(seed, 9, 1, 1), planOf(seed+1, 9, 1, 1)
			if p.Digest() == other.Digest() || cmp.Equal(p.Cycle(1), other.Cycle(1)) {
				t.Fatal("the same")
			}
		}},
	} {
		t.Run(property.name, func(t *testing.T) { rapid.Check(t, property.holds) })
	}
}

// Every variant and every place to be killed at has its turn.
func TestPlanSpreadsVariants(t *testing.T) {
	p := planOf(1, 10, 0, 1, 1)
	variants := map[Variant]int{}
	kills := map[int]bool{}
	for n := range 100 {
		for _, r := range p.Cycle(n + 1).Runs {
			if r.Workflow == "b" {
				variants[r.Variant]++
				kills[r.killAfter(4)] = true
			}
		}
	}
	if again, resumed := variants[VariantAgain], variants[VariantResumed]; again < 200 || resumed < 200 {
		t.Errorf("of 500 replays %d are again and %d resumed", again, resumed)
	}
	if diff := cmp.Diff(map[int]bool{0: true, 1: true, 2: true, 3: true, 4: true}, kills); diff != "" {
		t.Errorf("checkpoints killed after (-want +got)\n%s", diff)
	}
}

func TestKillAfter(t *testing.T) {
	for _, c := range []struct {
		variant     Variant
		kill        float64
		checkpoints int
		want        int
	}{
		{VariantAgain, 0.5, 4, 0},
		{VariantResumed, 0.5, 0, 0},
		{VariantResumed, 0, 4, 1},
		{VariantResumed, 0.49, 4, 2},
		{VariantResumed, 0.999999, 4, 4},
		{VariantResumed, 0.999999, 1, 1},
	} {
		if got := (PlannedRun{Variant: c.variant, Kill: c.kill}).killAfter(c.checkpoints); got != c.want {
			t.Errorf("%s at %v of %d checkpoints: killed after %d, want %d", c.variant, c.kill, c.checkpoints, got, c.want)
		}
	}
}

func TestParsePosition(t *testing.T) {
	for _, bad := range []string{"", "c1", "r1", "c0r1", "c1r0", "c01r1", "c1r01", "C1R1", " c1r1", "c1r1\n", "c-1r1", "c1r1r1", "c1r1000000", "c99999999999r1", "c1r١"} {
		if got, err := ParsePosition(bad); err == nil {
			t.Errorf("%q: %v, want an error", bad, got)
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	for _, s := range []string{"c1r1", "c12r3", "c9999999999r999999", "c0r1", "c1r", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePosition(s)
		if err == nil && (p.String() != s || p.Cycle < 1 || p.Run < 1) {
			t.Errorf("%q: %v", s, p)
		}
	})
}
