package runbook

import (
	"fmt"
	"strings"
)

// Judge says what a drill certifies, from its records alone, and why not more. Required names
// the steps that must have been carried out, asserted and passed: book:id, or id.
//
// A drill that carried nothing out, or of which nothing was required, is INCONCLUSIVE; so is
// one without its end that is otherwise as it should be. An end that says less than the records
// do is believed, one that says more is not. Whoever is about to write the end
// judges a journal that has it already, with the verdict left empty.
func Judge(j *Journal, required []string) (Verdict, []string) {
	if carriedOut(j) == 0 {
		return Inconclusive, []string{"no step was carried out"}
	}
	var wrong []string
	for _, name := range required {
		if why := shortfall(j, name); why != "" {
			wrong = append(wrong, fmt.Sprintf("step %s: %s", name, why))
		}
	}
	wrong = append(wrong, failures(j, required)...)
	switch {
	case len(wrong) > 0:
		return NotCertified, wrong
	case len(required) == 0:
		return Inconclusive, []string{"no step was required"}
	case j.End == nil:
		return Inconclusive, []string{"the drill has no end: it was cut short, or is under way"}
	case j.End.Verdict != "" && j.End.Verdict != Certified:
		return j.End.Verdict, []string{because("the drill's end says "+string(j.End.Verdict), strings.Join(j.End.Why, "; "))}
	}
	return Certified, nil
}

func carriedOut(j *Journal) int {
	n := 0
	for _, s := range j.Steps {
		if s.Verdict == Pass || s.Verdict == Fail {
			n++
		}
	}
	return n
}

// shortfall says what keeps a required step from being certified, or "". One time that it was
// carried out as it should be is enough, in a scenario that passed to its end.
func shortfall(j *Journal, name string) string {
	why := "not carried out"
	for _, s := range j.Steps {
		if !isStep(s, name) {
			continue
		}
		switch end := scenarioVerdict(j, s.Scenario); {
		case s.Verdict == ByHand:
			why = because("left to a person", s.Why)
		case s.Verdict == NotReached:
			why = because("not reached", s.Why)
		case s.Verdict != Pass:
			why = because("failed", s.Why)
		case !s.Asserted:
			why = "carried out, but nothing asserts what it did"
		case end == "":
			why = fmt.Sprintf("scenario %s has no end", s.Scenario)
		case end != Pass:
			why = fmt.Sprintf("scenario %s: %s", s.Scenario, end)
		default:
			return ""
		}
	}
	return why
}

// isStep reports whether a record is of the step of this name: book:id, or id.
func isStep(s CarriedOut, name string) bool {
	if strings.Contains(name, ":") {
		return s.Book+":"+s.Step == name
	}
	return s.Step == name
}

func because(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

func scenarioVerdict(j *Journal, name string) Verdict {
	for _, s := range j.Scenarios {
		if s.Scenario == name {
			return s.Verdict
		}
	}
	return ""
}

// failures says what else went wrong: steps that failed though nobody required them, or that
// failed in one scenario and passed in another; scenarios that failed; lines that can't be read.
func failures(j *Journal, required []string) []string {
	var wrong []string
	for _, s := range j.Steps {
		told := false
		for _, name := range required {
			told = told || isStep(s, name) && shortfall(j, name) != ""
		}
		if s.Verdict == Fail && !told {
			wrong = append(wrong, fmt.Sprintf("step %s:%s in scenario %s: %s", s.Book, s.Step, s.Scenario, because("failed", s.Why)))
		}
	}
	for _, s := range j.Scenarios {
		if s.Verdict == Fail {
			wrong = append(wrong, fmt.Sprintf("scenario %s: %s", s.Scenario, because("failed", s.Why)))
		}
	}
	for _, d := range j.Damaged {
		wrong = append(wrong, fmt.Sprintf("line %d of the journal: %s", d.Line, d.Why))
	}
	return wrong
}
