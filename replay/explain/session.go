package explain

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"

	"github.com/shadowrun/shadowrun/golden"
)

// errEnded stops the experiments when the budget is spent; what is known by then is reported.
var errEnded = errors.New("the budget is spent")

// arm is a treatment, and the runs with it.
type arm struct {
	Arm
	factor string // what is treated; empty where it is several or none
	dead   bool   // its runs cannot be compared
	tried  bool   // it is one of many levels that are tried, and is not reported
	runs   []*run // with the seed in question, replayable, in the order they were made
}

// run is one replayable run.
type run struct {
	arm   *arm
	round int // 0 for the reference, which no test counts
	index int // in session.runs
	seen  *sight
	obs   Observation
	class []classified // what its values look like, by difference; nil: not looked at
}

// session carries out runs and remembers them.
type session struct {
	o         Options
	lab       Lab
	rng       *rand.Rand
	arms      []*arm
	named     map[string]*arm
	runs      []*run // with the seed in question
	reference *run
	ref       *layout
	sights    map[golden.Digest]*sight
	inOrder   []*sight
	others    map[uint64][]Observation // replayable runs with other seeds
	round     int
	total     int
	unknown   int
	lastErr   error
	ended     Ended
	stage     string
	open      int
	covered   map[string]bool
	kept      int // bytes of traces that are remembered
	looked    map[*arm]int
}

func newSession(lab Lab, o Options) *session {
	return &session{
		o: o, lab: lab, rng: rand.New(rand.NewPCG(o.Random, 0x6578706c61696e)), ended: EndedSettled,
		named: map[string]*arm{}, sights: map[golden.Digest]*sight{}, others: map[uint64][]Observation{},
		covered: map[string]bool{}, looked: map[*arm]int{},
	}
}

// arm returns the arm of this name, which is new if there is none.
func (s *session) arm(name, factor string, t Treatment) *arm {
	if a := s.named[name]; a != nil {
		return a
	}
	a := &arm{Arm: Arm{Name: name, Treatment: maps.Clone(t)}, factor: factor}
	s.named[name] = a
	s.arms = append(s.arms, a)
	return a
}

func (s *session) untreated() *arm { return s.arm("untreated", "", Treatment{}) }
func (s *session) outside() *arm   { return s.arm(outside, "", nil) }

// left is how many more runs there may be.
func (s *session) left() int { return s.o.MaxRuns - s.total }

// affords reports whether so many runs are left. Where they are not the explanation ends for want
// of them, whatever else is still tried.
func (s *session) affords(runs int) bool {
	if runs > s.left() {
		s.ended = EndedBudget
		return false
	}
	return true
}

// wanted is how many runs of an arm a round is to have.
type wanted struct {
	arm  *arm
	runs int
}

// play carries out a round, in an order drawn at random. It returns errEnded when the budget is
// spent: the runs until then still count, as what ended them did not depend on them.
func (s *session) play(ctx context.Context, plan []wanted) error {
	var order []*arm
	for _, w := range plan {
		for range w.runs {
			order = append(order, w.arm)
		}
	}
	if len(order) == 0 {
		return nil
	}
	s.round++
	s.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, a := range order {
		if a.dead {
			continue
		}
		if _, err := s.once(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// once makes one run of an arm; a run that cannot be compared is tried once more. It returns nil
// where that fails as well.
func (s *session) once(ctx context.Context, a *arm) (*run, error) {
	obs, ok, err := s.observe(ctx, s.o.Seed, a.Treatment, &a.Unknown)
	if err != nil {
		return nil, err
	}
	if !ok {
		a.Why = obs.Err.Error()
		if len(a.runs) == 0 || a.Unknown > 2*len(a.runs)+2 {
			a.dead = true
		}
		return nil, nil
	}
	a.Runs++
	r := &run{arm: a, round: s.round, index: len(s.runs), obs: obs}
	if err := s.see(r); err != nil {
		return nil, err
	}
	s.runs = append(s.runs, r)
	a.runs = append(a.runs, r)
	return r, nil
}

// observe makes one run, and one more if it cannot be compared.
func (s *session) observe(ctx context.Context, seed uint64, t Treatment, unknown *int) (obs Observation, ok bool, err error) {
	for range 2 {
		if err := s.mayRun(ctx); err != nil {
			return obs, false, err
		}
		obs, err = s.lab.Run(ctx, seed, t)
		s.total += 1 + obs.Besides
		s.o.Progress(Progress{Stage: s.stage, Runs: s.total, Max: s.o.MaxRuns, Open: s.open})
		if err != nil {
			return obs, false, fmt.Errorf("run %d (seed %d, %s): %w", s.total, seed, orUntreated(t), err)
		}
		if obs.Err == nil {
			if obs.Digest.IsZero() {
				obs.Digest = sha256.Sum256(obs.Trace)
			}
			return obs, true, nil
		}
		s.unknown++
		*unknown++
		s.lastErr = obs.Err
	}
	return obs, false, nil
}

// mayRun returns errEnded where the budget is spent.
func (s *session) mayRun(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.left() <= 0 {
		s.ended = EndedBudget
		return errEnded
	}
	if s.o.Exhausted() {
		s.ended = EndedTime
		return errEnded
	}
	return nil
}

func orUntreated(t Treatment) string {
	if len(t) == 0 {
		return "untreated"
	}
	return t.String()
}

// available reports whether an experiment can treat a factor.
func (s *session) available(factor string) bool {
	for _, f := range s.o.Factors {
		if f.Name == factor {
			return f.Available
		}
	}
	return false
}

// unread reports whether it is known that no run ever asks for a factor.
func (s *session) unread(factor string) bool {
	known := false
	for _, r := range s.runs {
		n, ok := r.obs.Reads[factor]
		if n > 0 {
			return false
		}
		known = known || ok
	}
	return known
}
