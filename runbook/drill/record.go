package drill

import (
	"fmt"
	"strings"

	"github.com/shadowrun/shadowrun/runbook"
)

// record is a step that was carried out, or was to be.
type record struct {
	runbook.CarriedOut
	bookLine int
}

func (s record) where() string { return fmt.Sprintf("%s.md:%d", s.Book, s.bookLine) }

// String says what was carried out and what came of it.
func (s record) String() string {
	return fmt.Sprintf("%s, step %s, exit status %d\n  its block:\n%s  standard output:\n%s  standard error:\n%s",
		s.where(), s.Step, s.Exit, bars(s.Block), bars(tail(s.Stdout)), bars(tail(s.Stderr)))
}

// lastLines is how much of what a step printed a failure repeats.
const lastLines = 15

// tail returns the last lines of a text.
func tail(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) > lastLines {
		lines = append([]string{"…\n"}, lines[len(lines)-lastLines:]...)
	}
	return strings.Join(lines, "")
}

func bars(text string) string {
	if text == "" {
		return "    (nothing)\n"
	}
	return "    | " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n    | ") + "\n"
}

// settlePassed tells of the steps that are pending: all that the scenario asserts of them was seen.
func (r *run) settlePassed() {
	for _, s := range r.pending {
		if s.Verdict == "" {
			s.Verdict = runbook.Pass
		}
		r.tell(s)
	}
	r.pending = nil
}

// settle tells of what is left when the scenario is over. What failed then is the last step that was carried out.
func (r *run) settle(verdict runbook.Verdict, why string) {
	if n := len(r.pending); n > 0 && verdict != runbook.Pass {
		last := &r.pending[n-1]
		if last.Verdict, last.Why = verdict, why; verdict == runbook.Skipped {
			last.Verdict = runbook.NotReached // what is asserted of it
		}
	}
	r.settlePassed()
	for _, u := range r.script.uses {
		for _, s := range r.named(u) {
			if !r.told[place{u.Line, s.Step}] {
				s.Verdict, s.Why = runbook.NotReached, "the scenario ended before it"
				if why, _, _ := strings.Cut(why, "\n"); why != "" {
					s.Why += ": " + why
				}
				r.tell(s)
			}
		}
	}
}

// place is where a step is carried out: the scenario's line, and the step, for a procedure has several.
type place struct {
	line int
	step string
}

func (r *run) tell(s record) {
	r.told[place{s.Line, s.Step}] = true
	if r.Record != nil {
		s.Stdout, s.StdoutCut = runbook.Limited(s.Stdout)
		s.Stderr, s.StderrCut = runbook.Limited(s.Stderr)
		r.Record(s.CarriedOut)
	}
}

// named returns the steps that a line of the scenario names, as far as runbooks have them.
func (r *run) named(u *runbook.Use) (all []record) {
	if u.Whole {
		if book, p, err := runbook.FindProcedure(r.Books, u.Name); err == nil {
			for i, s := range p.Steps {
				all = append(all, r.record(u.Line, book, s, u.Asserted && i == len(p.Steps)-1))
			}
		}
	} else if book, s, err := runbook.FindStep(r.Books, u.Name); err == nil {
		all = append(all, r.record(u.Line, book, s, u.Asserted))
	}
	return all
}

// record returns what is known of a step before it is carried out. One that says what it prints is asserted by that.
func (r *run) record(line int, book *runbook.Book, s *runbook.Step, asserted bool) record {
	return record{runbook.CarriedOut{Scenario: r.scenario.Name(), Line: line, Book: book.Name, Step: s.ID, Block: s.Block, Digest: s.Digest,
		Asserted: asserted || s.Expect != ""}, s.Line}
}
