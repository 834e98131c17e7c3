package cmd

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/runbook"
)

func (a *app) runbookLintCommand() *cobra.Command {
	var f runbookFlags
	c := &cobra.Command{
		Use:   "lint",
		Short: "Say what is wrong with runbooks",
		Long: `Says what is wrong with runbooks, a line each: ids that are there twice, blocks without a language, unknown
attributes, placeholders that no scenario binds and a shell misreads, outputs of no step, fences that are not
closed, dead links, and what scenarios carry out though it is not there, or not as it was reviewed. A runbook with
the comment <!-- runbook: strict --> must also give each procedure a severity, a response time, symptoms, diagnosis,
resolution, verification and escalation.

Exit status: 1 where anything is wrong.`,
		Example: `  shadowrun runbook lint
  shadowrun runbook lint --runbook ops.md --scenarios drills`,
		Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			books, scenarios, problems, err := f.documents()
			if err != nil {
				return err
			}
			for i, b := range books {
				in := runbook.Surroundings{Books: books, Scenarios: scenarios}
				if len(f.files) > 0 {
					in.Read = readerBeside(f.files[i])
				}
				problems = append(problems, runbook.Lint(b, in)...)
			}
			for _, o := range runbook.Coverage(books, scenarios).Orphans {
				problems = append(problems, runbook.Problem{File: o.Use.Scenario.Name + ".txtar", Line: o.Use.Line, Msg: o.Why})
			}
			slices.SortStableFunc(problems, func(a, b runbook.Problem) int {
				return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
			})
			return a.printProblems(problems, len(books))
		},
	}
	f.addBooks(c)
	f.addScenarios(c)
	return c
}

// readerBeside reads files whose paths are relative to the folder of another.
func readerBeside(file string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		return os.ReadFile(filepath.Join(filepath.Dir(file), filepath.FromSlash(path)))
	}
}

func (a *app) printProblems(problems []runbook.Problem, books int) error {
	if a.json {
		if err := a.printJSON(lintJSON{jsonVersion, newLintProblemsJSON(problems)}); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			fmt.Fprintln(a.out, p)
		}
		found := "nothing"
		if n := len(problems); n > 0 {
			found = quantity(n, "problem")
		}
		a.say("%s found in %s", found, quantity(books, "runbook"))
	}
	if len(problems) > 0 {
		return exitError(exitFail)
	}
	return nil
}

// lintJSON is 'shadowrun runbook lint --json'.
type lintJSON struct {
	Version  int               `json:"version"`
	Problems []lintProblemJSON `json:"problems"`
}

type lintProblemJSON struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

func newLintProblemsJSON(problems []runbook.Problem) []lintProblemJSON {
	all := []lintProblemJSON{}
	for _, p := range problems {
		all = append(all, lintProblemJSON{p.File, p.Line, p.Msg})
	}
	return all
}
