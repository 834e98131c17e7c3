package cmd

import (
	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/runbook/drill"
)

// requiredSteps are those that the scenarios name: of a drill of somebody's choice, what is to be certified is what was chosen.
func requiredSteps(books []*runbook.Book, of []drill.Scenario) (required []string) {
	seen := map[string]bool{}
	add := func(b *runbook.Book, s *runbook.Step) {
		name := b.Name + ":" + s.ID
		if seen[name] {
			return
		}
		seen[name] = true
		if _, _, err := runbook.FindStep(books, s.ID); err == nil {
			name = s.ID // one book alone has it
		}
		required = append(required, name)
	}
	for _, s := range of {
		scanned, _ := runbook.ScanScenario(s.Name(), s.Text) // what is wrong with it fails it when it is carried out
		for _, u := range scanned.Uses {
			if b, step, err := runbook.FindStep(books, u.Name); err == nil && !u.Whole {
				add(b, step)
			}
			if b, p, err := runbook.FindProcedure(books, u.Name); err == nil && u.Whole {
				for _, step := range p.Steps {
					add(b, step)
				}
			}
		}
	}
	return required
}
