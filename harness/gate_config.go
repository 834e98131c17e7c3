package harness

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// GateConfig is the gate: of a configuration: what a pull request is held by.
type GateConfig struct {
	Goldens   string      `yaml:"goldens"`   // folder in the repository, from the configuration's; default testdata/goldens
	Workflows []string    `yaml:"workflows"` // default all
	Seeds     GateSeeds   `yaml:"seeds"`     // default [1, 2, 3]
	Replays   int         `yaml:"replays"`   // further ones before a difference is blamed on anyone; default 5
	FailOn    []string    `yaml:"fail_on"`   // violation and some of drift, leak, missing, orphan; default [violation, drift, missing]
	Explain   GateExplain `yaml:"explain"`   // false (default), true, or a budget such as 240,10m
}

// GateSeeds are the seeds of every workflow: a list, as in [1, 2, 3], or {count: 5}, which are the seeds that a soak of one
// workflow, with the same base seed, has at the first five positions of its plan.
type GateSeeds struct {
	Count int      `yaml:"count"`
	List  []uint64 `yaml:"-"`
}

// list is where a value that is written as a list goes: see [decoder].
func (s *GateSeeds) list() reflect.Value { return reflect.ValueOf(&s.List).Elem() }

// Of returns the seeds, with a base seed for those that are counted.
func (s GateSeeds) Of(base uint64) []uint64 {
	seeds := slices.Clone(s.List)
	for n := range s.Count {
		seeds = append(seeds, seedOf(base, uint64(n)))
	}
	return seeds
}

// GateExplain says whether the causes of what a gate finds are looked for by experiment, and at what cost.
type GateExplain struct {
	On     bool
	Budget Budget
}

// UnmarshalText reads true, false or a budget.
func (e *GateExplain) UnmarshalText(text []byte) error {
	switch string(text) {
	case "true", "false":
		*e = GateExplain{On: string(text) == "true"}
		return nil
	}
	e.On = true
	if err := e.Budget.UnmarshalText(text); err != nil {
		return fmt.Errorf("%w; or true, or false", err)
	}
	return nil
}

// MarshalYAML writes it as it is read.
func (e GateExplain) MarshalYAML() (any, error) { return e.String(), nil }

// String, Set and Type make it the value of a flag.
func (e GateExplain) String() string {
	if e.Budget != (Budget{}) {
		return e.Budget.String()
	}
	return fmt.Sprint(e.On)
}
func (e *GateExplain) Set(text string) error { return e.UnmarshalText([]byte(text)) }
func (e GateExplain) Type() string           { return "budget" }

// What a gate may come to for one workflow and seed beside a replay's verdicts.
const (
	GateMissing = "missing" // there is no golden
	GateOrphan  = "orphan"  // there is a golden, and no such workflow or seed
)

// gateVerdicts are what a gate may fail on. An unknown never passes, whatever is said.
var gateVerdicts = []string{string(replay.VerdictViolation), string(replay.VerdictDrift), string(replay.VerdictLeak), GateMissing, GateOrphan}

// gateFailures are what a gate fails on where nothing else is said.
var gateFailures = []string{string(replay.VerdictViolation), string(replay.VerdictDrift), GateMissing}

// DefaultGoldens is the folder of a repository's goldens, where the configuration names no other.
const DefaultGoldens = "testdata/goldens"

// maxGateSeeds bounds a gate: it is run for every pull request.
const maxGateSeeds = 10_000

// Defaults returns a copy of g with every unset field filled in, but for the workflows.
func (g GateConfig) Defaults() GateConfig {
	setDefault(&g.Goldens, DefaultGoldens)
	setDefault(&g.Replays, DefaultAgain)
	if g.Seeds.Count == 0 && len(g.Seeds.List) == 0 {
		g.Seeds.List = []uint64{1, 2, 3}
	}
	if len(g.FailOn) == 0 {
		g.FailOn = slices.Clone(gateFailures)
	}
	return g
}

// check says what is wrong with what there is, but for the names of workflows.
func (g GateConfig) check() error {
	switch {
	case g.Seeds.Count < 0 || g.Seeds.Count > maxGateSeeds || len(g.Seeds.List) > maxGateSeeds:
		return badKey("gate.seeds", "want 1 to %d", maxGateSeeds)
	case g.Replays < 0 || g.Replays > 100: // 0 is what a ledger keeps of it
		return badKey("gate.replays", "%d is out of range; want 1 to 100", g.Replays)
	}
	for i, seed := range g.Seeds.List {
		at := fmt.Sprintf("gate.seeds[%d]", i)
		if seed >= SeedLimit {
			return badKey(at, "%d is out of range; want 0 to %d", seed, SeedLimit-1)
		}
		if slices.Contains(g.Seeds.List[:i], seed) {
			return badKey(at, "%d is there already", seed)
		}
	}
	for i, verdict := range g.FailOn {
		if !slices.Contains(gateVerdicts, verdict) {
			return badKey(fmt.Sprintf("gate.fail_on[%d]", i), "%q is not known; want some of %s", verdict, strings.Join(gateVerdicts, ", "))
		}
	}
	if len(g.FailOn) > 0 && !slices.Contains(g.FailOn, string(replay.VerdictViolation)) {
		return badKey("gate.fail_on", "it is the whole list, and leaves out violation, which always fails; did you mean fail_on: [%s]?", strings.Join(withDefaults(g.FailOn), ", "))
	}
	return nil
}

// withDefaults returns what a gate fails on by default, and what else is in a list.
func withDefaults(list []string) []string {
	return append(slices.Clone(gateFailures), slices.DeleteFunc(slices.Clone(list), func(v string) bool { return slices.Contains(gateFailures, v) })...)
}

// checkWorkflows refuses a workflow that is not one of these, and one that comes twice.
func (g GateConfig) checkWorkflows(names []string) error {
	for i, name := range g.Workflows {
		at := fmt.Sprintf("gate.workflows[%d]", i)
		if slices.Contains(g.Workflows[:i], name) {
			return badKey(at, "%q is there already", name)
		}
		if slices.Contains(names, name) {
			continue
		}
		if near := nearest(name, names); near != "" {
			return badKey(at, "there is no workflow %q; did you mean %q?", name, near)
		}
		return badKey(at, "there is no workflow %q; want some of %s", name, strings.Join(names, ", "))
	}
	return nil
}
