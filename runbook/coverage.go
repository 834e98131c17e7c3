package runbook

import (
	"fmt"
	"slices"
)

// State is how far a step is known to work.
type State string

// States of a step. A scenario that reviewed another block than is there now certifies
// nothing, whatever others say.
const (
	Asserted  State = "asserted"  // a scenario carries it out and checks what it did
	Executed  State = "executed"  // a scenario carries it out, no more
	Manual    State = "manual"    // a person must do it
	Uncovered State = "uncovered" // no scenario names it
	Stale     State = "stale"     // it is not what was reviewed
)

// Covered is one step and what is known of it.
type Covered struct {
	Book  *Book
	Step  *Step
	State State
	Uses  []*Use
	Why   string  // of a state other than asserted, for people
	Drill Verdict // in the journals: pass, fail, skipped, not_reached or manual; "": there are none
}

// Orphan is a use of a step or procedure that is not there.
type Orphan struct {
	Use *Use
	Why string
}

// Extent is what Coverage found.
type Extent struct {
	Steps   []Covered // in the order of the books
	Orphans []Orphan
}

// Coverage says of each step of the books whether the scenarios certify it and, where there
// are journals, what became of it there.
func Coverage(books []*Book, scenarios []*Scenario, journals ...*Journal) *Extent {
	e := &Extent{}
	uses := map[*Step][]stepUse{}
	for _, s := range scenarios {
		for _, u := range s.Uses {
			steps, err := u.steps(books)
			if err != nil {
				e.Orphans = append(e.Orphans, Orphan{u, err.Error()})
			}
			for _, s := range steps {
				uses[s.step] = append(uses[s.step], s)
			}
		}
	}
	for _, b := range books {
		for s := range b.steps {
			c := cover(b, s, uses[s])
			if len(journals) > 0 {
				c.Drill = c.drilled(journals)
			}
			e.Steps = append(e.Steps, c)
		}
	}
	return e
}

// stepUse is a step in a use of it, which may be one of its whole procedure.
type stepUse struct {
	*Use
	step     *Step
	digest   string // that the use should have reviewed
	asserted bool
}

// steps returns the steps that a use carries out. What is asserted after a procedure speaks of
// its last step: a pattern that one of them printed is no word on the others.
func (u *Use) steps(books []*Book) ([]stepUse, error) {
	if !u.Whole {
		_, s, err := FindStep(books, u.Name)
		if err != nil {
			return nil, err
		}
		return []stepUse{{u, s, s.Digest, u.Asserted || s.Expect != ""}}, nil
	}
	_, p, err := FindProcedure(books, u.Name)
	if err != nil {
		return nil, err
	}
	var uses []stepUse
	for _, s := range p.Steps {
		if s.Manual == "" {
			uses = append(uses, stepUse{u, s, p.Digest(), s.Expect != ""})
		}
	}
	if len(uses) > 0 && u.Asserted {
		uses[len(uses)-1].asserted = true
	}
	return uses, nil
}

func cover(b *Book, s *Step, uses []stepUse) Covered {
	c := Covered{Book: b, Step: s, State: Uncovered, Why: "no scenario carries it out"}
	if s.Manual != "" {
		c.State, c.Why = Manual, s.Manual
	}
	for _, u := range uses {
		c.Uses = append(c.Uses, u.Use)
		switch {
		case c.State == Manual || c.State == Stale:
		case u.Reviewed != u.digest:
			c.State, c.Why = Stale, u.stale()
		case u.asserted:
			c.State, c.Why = Asserted, ""
		case c.State == Uncovered:
			c.State, c.Why = Executed, fmt.Sprintf("%s: nothing asserts what it printed or changed", u.Place())
		}
	}
	return c
}

// Place is where a use stands.
func (u *Use) Place() string { return fmt.Sprintf("%s.txtar:%d", u.Scenario.Name, u.Line) }

func (u stepUse) stale() string {
	if u.Reviewed == "" {
		return fmt.Sprintf("%s: nobody reviewed it; it is %s now", u.Place(), u.digest)
	}
	return fmt.Sprintf("%s: reviewed as %s; it is %s now", u.Place(), u.Reviewed, u.digest)
}

// drilled says what became of a step in drills. What was carried out as another block than is
// there now was not reached.
func (c Covered) drilled(journals []*Journal) Verdict {
	if c.State == Manual {
		return ByHand
	}
	verdict := NotReached
	for _, j := range journals {
		for _, s := range j.Steps {
			switch {
			case s.Book != c.Book.Name || s.Step != c.Step.ID:
			case s.Verdict == Fail:
				return Fail
			case s.Verdict == Pass && s.Digest == c.Step.Digest:
				verdict = Pass
			}
		}
		skipped := slices.ContainsFunc(c.Uses, func(u *Use) bool { return scenarioVerdict(j, u.Scenario.Name) == Skipped })
		if verdict == NotReached && skipped {
			verdict = Skipped
		}
	}
	return verdict
}

// Figures count the steps of one book, or of all.
type Figures struct {
	Steps, Asserted, Executed, Manual, Uncovered, Stale int
}

// Figures counts the steps of a book; nil stands for all books.
func (e *Extent) Figures(of *Book) Figures {
	var f Figures
	for _, c := range e.Steps {
		if of != nil && c.Book != of {
			continue
		}
		f.Steps++
		switch c.State {
		case Asserted:
			f.Asserted++
		case Executed:
			f.Executed++
		case Manual:
			f.Manual++
		case Uncovered:
			f.Uncovered++
		case Stale:
			f.Stale++
		}
	}
	return f
}

// Percent is how many of the steps that a scenario can carry out are asserted, rounded down:
// it is 100 only where none is missing.
func (f Figures) Percent() int {
	if f.Steps == f.Manual {
		return 0
	}
	return 100 * f.Asserted / (f.Steps - f.Manual)
}

// Complete reports whether all steps are asserted but for the manual ones, of which there may
// be one in ten.
func (f Figures) Complete() bool {
	return f.Asserted > 0 && f.Asserted+f.Manual == f.Steps && 10*f.Manual <= f.Steps
}

// Complete reports whether each of the books is complete, no scenario names what is not there,
// and every step passed in the journals, where there are any.
func (e *Extent) Complete(books []*Book) bool {
	for _, b := range books {
		if !e.Figures(b).Complete() {
			return false
		}
	}
	for _, c := range e.Steps {
		if !slices.Contains([]Verdict{"", Pass, ByHand}, c.Drill) {
			return false
		}
	}
	return len(books) > 0 && len(e.Orphans) == 0
}
