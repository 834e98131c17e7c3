package harness

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGateConfig(t *testing.T) {
	tests := []struct {
		name, yaml string
		want       GateConfig
	}{
		{"nothing said", "", GateConfig{Goldens: "testdata/goldens", Seeds: GateSeeds{List: []uint64{1, 2, 3}}, Replays: 5,
			FailOn: []string{"violation", "drift", "missing"}}},
		{"all said", "gate: {goldens: g, workflows: [a], seeds: [7, 0], replays: 2, fail_on: [violation, leak, orphan], explain: '40,1m'}",
			GateConfig{Goldens: "g", Workflows: []string{"a"}, Seeds: GateSeeds{List: []uint64{7, 0}}, Replays: 2,
				FailOn: []string{"violation", "leak", "orphan"}, Explain: GateExplain{On: true, Budget: Budget{40, time.Minute}}}},
		{"seeds counted, causes wanted", "gate: {seeds: {count: 4}, explain: true}", GateConfig{Goldens: "testdata/goldens", Replays: 5,
			Seeds: GateSeeds{Count: 4}, FailOn: []string{"violation", "drift", "missing"}, Explain: GateExplain{On: true}}},
		{"no causes wanted", "gate: {seeds: [1], explain: false}", GateConfig{Goldens: "testdata/goldens", Replays: 5,
			Seeds: GateSeeds{List: []uint64{1}}, FailOn: []string{"violation", "drift", "missing"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := ParseConfig("c.yaml", []byte("workflows: [{name: a}]\n"+test.yaml))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, c.Defaults().Gate); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
			}
		})
	}
}

func TestWrongGateConfig(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"seeds of another kind", "gate: {seeds: 3}", "c.yaml:2:15: seeds: want keys with values, not a single value"},
		{"a seed twice", "gate: {seeds: [1, 1]}", "c.yaml:2:19: gate.seeds[1]: 1 is there already"},
		{"a seed too large", "gate: {seeds: [2147483648]}", "c.yaml:2:16: gate.seeds[0]: 2147483648 is out of range; want 0 to 2147483647"},
		{"fewer than no seeds", "gate: {seeds: {count: -1}}", "c.yaml:2:15: gate.seeds: want 1 to 10000"},
		{"no replays", "gate: {replays: -1}", "c.yaml:2:17: gate.replays: -1 is out of range; want 1 to 100"},
		{"unknown verdict", "gate: {fail_on: [drift, match]}", `c.yaml:2:25: gate.fail_on[1]: "match" is not known; want some of violation, drift, leak, missing, orphan`},
		{"one more to fail on, as if it were added", "gate: {fail_on: [leak]}", `c.yaml:2:17: gate.fail_on: it is the whole list, and leaves out violation, which always fails; did you mean fail_on: [violation, drift, missing, leak]?`},
		{"unknown workflow", "gate: {workflows: [pricng]}", `c.yaml:2:20: gate.workflows[0]: there is no workflow "pricng"; did you mean "pricing"?`},
		{"budget", "gate: {explain: soon}", `c.yaml:2:17: explain: budget "soon": want a number of runs (2 to 100000), a duration, or both, such as 500, 5m or 500,5m; or true, or false`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseConfig("c.yaml", []byte("workflows: [{name: pricing}]\n"+test.yaml+"\n"))
			var got string
			if err != nil {
				got, _, _ = strings.Cut(err.Error(), "\n")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
			}
		})
	}
}

// The seeds that are counted are those of a soak's plan, whatever the workflow is called.
func TestCountedSeedsAreThoseOfAPlan(t *testing.T) {
	c := Config{Seed: 9, RunsPerCycle: 6, Workflows: []WorkflowConfig{{Name: "a"}}}.Defaults()
	planned := map[uint64]bool{}
	for _, run := range NewPlan(c).Cycle(1).Runs {
		planned[run.Seed] = true
	}
	counted := map[uint64]bool{}
	for _, seed := range (GateSeeds{Count: 6}).Of(9) {
		counted[seed] = true
	}
	if diff := cmp.Diff(planned, counted); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
}
