package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
)

// Plan is every cycle's runs: a pure function of the configuration and the base seed, the
// same on every machine. Cycles are counted from 1 and positions from 1.
//
// How a run's workflow and seed derive:
//   - Runs are numbered through the soak. The workflow of a number comes from a list in which
//     each workflow stands as often as it weighs, evenly spread; the list repeats.
//   - The seed of a number is its image under a permutation keyed by the base seed ([seedOf]).
//   - Within a cycle the runs are then shuffled, given a variant each, and the older runs to
//     check again are drawn from all earlier cycles, each by a generator seeded with the base
//     seed and the cycle's number.
type Plan struct {
	Base         uint64
	RunsPerCycle int
	Recheck      int
	Workflows    []PlannedWorkflow

	turns []int // indices into Workflows, as often as each weighs
}

// PlannedWorkflow is what the plan needs to know of a workflow.
type PlannedWorkflow struct {
	Name     string    `json:"name"`
	Weight   int       `json:"weight"`
	Variants []Variant `json:"variants"`
}

// Position names a run within its soak.
type Position struct {
	Cycle int `json:"cycle"`
	Run   int `json:"run"`
}

var runID = regexp.MustCompile(`^c([1-9][0-9]{0,9})r([1-9][0-9]{0,5})$`)

// String returns the run's id, such as c12r3.
func (p Position) String() string {
	return "c" + strconv.Itoa(p.Cycle) + "r" + strconv.Itoa(p.Run)
}

// ParsePosition reads what [Position.String] wrote.
func ParsePosition(s string) (Position, error) {
	m := runID.FindStringSubmatch(s)
	if m == nil {
		return Position{}, fmt.Errorf("run %q: want an id such as c12r3 (cycle 12, run 3)", s)
	}
	cycle, err1 := strconv.Atoi(m[1])
	run, err2 := strconv.Atoi(m[2])
	if err1 != nil || err2 != nil {
		return Position{}, fmt.Errorf("run %q: the numbers are too large", s)
	}
	return Position{Cycle: cycle, Run: run}, nil
}

// PlannedRun is one run of the plan and how it is to be replayed.
type PlannedRun struct {
	Position
	ID       string  `json:"id"`
	Workflow string  `json:"workflow"`
	Seed     uint64  `json:"seed"`
	Variant  Variant `json:"variant"`
	// Kill is where a resumed replay is killed: after the checkpoint at this fraction of the
	// run's checkpoints. Zero for the other variants.
	Kill float64 `json:"kill,omitempty"`
}

// Cycle is one cycle of the plan.
type Cycle struct {
	N        int          `json:"cycle"`
	Runs     []PlannedRun `json:"runs"`
	Rechecks []PlannedRun `json:"rechecks"` // older runs that are replayed again in this cycle
}

// NewPlan returns the plan of a configuration that is valid and has its defaults.
func NewPlan(c Config) *Plan {
	p := &Plan{Base: c.Seed, RunsPerCycle: c.RunsPerCycle, Recheck: *c.Recheck}
	total := 0
	for _, w := range c.Workflows {
		p.Workflows = append(p.Workflows, PlannedWorkflow{Name: w.Name, Weight: w.Weight, Variants: w.Variants})
		total += w.Weight
	}
	// Smooth weighted round robin, as nginx balances: the one that is owed most has its turn.
	owed := make([]int, len(p.Workflows))
	for range total {
		next := 0
		for i, w := range p.Workflows {
			owed[i] += w.Weight
			if owed[i] > owed[next] {
				next = i
			}
		}
		owed[next] -= total
		p.turns = append(p.turns, next)
	}
	return p
}

// Cycle returns the n-th cycle, n from 1.
func (p *Plan) Cycle(n int) Cycle {
	c := Cycle{N: n, Runs: make([]PlannedRun, p.RunsPerCycle), Rechecks: []PlannedRun{}}
	numbers := choices(p.Base, "order", n).Perm(p.RunsPerCycle)
	variants := choices(p.Base, "variant", n)
	first := (n - 1) * p.RunsPerCycle
	for i, number := range numbers {
		c.Runs[i] = p.run(Position{Cycle: n, Run: i + 1}, first+number)
		w := p.Workflows[p.turns[(first+number)%len(p.turns)]]
		c.Runs[i].Variant = w.Variants[variants.IntN(len(w.Variants))]
		if kill := variants.Float64(); c.Runs[i].Variant == VariantResumed {
			c.Runs[i].Kill = kill
		}
	}
	for _, older := range p.rechecks(n) {
		run := p.Run(older)
		run.Variant, run.Kill = VariantAgain, 0
		c.Rechecks = append(c.Rechecks, run)
	}
	return c
}

// Run returns one run of the plan as its own cycle has it, but for its variant, which is again.
func (p *Plan) Run(at Position) PlannedRun {
	numbers := choices(p.Base, "order", at.Cycle).Perm(p.RunsPerCycle)
	run := p.run(at, (at.Cycle-1)*p.RunsPerCycle+numbers[at.Run-1])
	run.Variant = VariantAgain
	return run
}

func (p *Plan) run(at Position, number int) PlannedRun {
	return PlannedRun{
		Position: at,
		ID:       at.String(),
		Workflow: p.Workflows[p.turns[number%len(p.turns)]].Name,
		Seed:     seedOf(p.Base, uint64(number)),
	}
}

// rechecks draws distinct positions from the cycles before n.
func (p *Plan) rechecks(n int) []Position {
	older := (n - 1) * p.RunsPerCycle
	count := min(p.Recheck, older)
	random := choices(p.Base, "recheck", n)
	drawn := map[int]bool{}
	var at []Position
	for len(at) < count {
		number := random.IntN(older)
		if !drawn[number] {
			drawn[number] = true
			at = append(at, Position{Cycle: number/p.RunsPerCycle + 1, Run: number%p.RunsPerCycle + 1})
		}
	}
	return at
}

// Digest identifies the plan: two soaks with equal digests have the same cycles.
func (p *Plan) Digest() string {
	text, err := json.Marshal(struct {
		Format       string
		Base         uint64
		RunsPerCycle int
		Recheck      int
		Workflows    []PlannedWorkflow
	}{"shadowrun-plan/1", p.Base, p.RunsPerCycle, p.Recheck, p.Workflows})
	if err != nil {
		panic(err) // numbers and strings always marshal
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
