package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/scenarios"
)

func (a *app) runbookCommand() *cobra.Command {
	c := group(&cobra.Command{
		Use:   "runbook",
		Short: "Runbooks: what is in them, what is wrong with them, which of their steps are known to work",
		Long: `Reads runbooks, which are Markdown: a procedure is a heading, a step a fenced block below it whose language is
sh, bash, shell or console. What is said after the language is for the tool:

  sh id=stop-on            its name; without, it is PROCEDURE.N
  sh destructive           not for a deployment in use, unless that is allowed
  text manual="reason"     a person must do it

A block 'output' right below a step is what it prints; there, … stands for any text, and a line of only … for
any lines. <project-id> is a placeholder, which a scenario binds.

Scenarios are testscripts (*.txtar). A line 'step ID DIGEST' carries a step out as it was reviewed, and
'shadowrun runbook show' says what is to be reviewed. Nothing writes a digest but a person.

Without --runbook, it is about the runbooks of this tool.`,
		Example: `  shadowrun runbook list
  shadowrun runbook lint --runbook ops.md --scenarios drills
  shadowrun runbook coverage`,
	})
	c.AddCommand(a.runbookListCommand(), a.runbookShowCommand(), a.runbookLintCommand(), a.runbookCoverageCommand())
	return c
}

// runbookFlags say which documents a command is about.
type runbookFlags struct {
	files     []string
	scenarios string
}

func (f *runbookFlags) addBooks(c *cobra.Command) {
	c.Flags().StringArrayVar(&f.files, "runbook", nil, "Markdown `file`, any number of times (default this tool's own)")
}

func (f *runbookFlags) addScenarios(c *cobra.Command) {
	c.Flags().StringVar(&f.scenarios, "scenarios", "", "`folder` of scenarios (default this tool's own)")
}

// given repeats the runbooks, for a command to paste.
func (f *runbookFlags) given() string {
	text := ""
	for _, file := range f.files {
		text += " --runbook " + soak.ShellQuote(file)
	}
	return text
}

// books parses the runbooks. Those that come with syntax errors are what could be read.
func (f *runbookFlags) books() ([]*runbook.Book, error) {
	if len(f.files) == 0 {
		return runbook.ParseAll(runbook.Books)
	}
	var books []*runbook.Book
	var errs []error
	seen := map[string]string{}
	for _, file := range f.files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		if other, taken := seen[name]; taken {
			return nil, fmt.Errorf("--runbook %s and %s: both are called %s; give one of them another name", other, file, name)
		}
		seen[name] = file
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--runbook: %w", err)
		}
		b, err := runbook.Parse(name, src)
		books, errs = append(books, b), append(errs, err)
	}
	return books, errors.Join(errs...)
}

// scans reads the scenarios. There are none for somebody's runbooks unless they are given.
func (f *runbookFlags) scans() ([]*runbook.Scenario, error) {
	if f.scenarios == "" {
		if len(f.files) > 0 {
			return nil, nil
		}
		return runbook.ScanAll(scenarios.Files)
	}
	scans, err := runbook.ScanAll(os.DirFS(f.scenarios))
	if len(scans) == 0 && err != nil {
		return nil, fmt.Errorf("--scenarios %s: %w", f.scenarios, err)
	}
	return scans, err
}

// syntaxProblems takes the syntax errors out of an error. What else there is comes back.
func syntaxProblems(err error) ([]runbook.Problem, error) {
	if err == nil {
		return nil, nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var problems []runbook.Problem
		for _, e := range joined.Unwrap() {
			more, other := syntaxProblems(e)
			if other != nil {
				return nil, other
			}
			problems = append(problems, more...)
		}
		return problems, nil
	}
	if syntax := new(runbook.SyntaxError); errors.As(err, &syntax) {
		return []runbook.Problem{{File: syntax.File, Line: syntax.Line, Msg: syntax.Msg}}, nil
	}
	return nil, err
}

// documents reads books and scenarios, and tells what of them can't be read.
func (f *runbookFlags) documents() ([]*runbook.Book, []*runbook.Scenario, []runbook.Problem, error) {
	books, bookErr := f.books()
	scans, scanErr := f.scans()
	problems, err := syntaxProblems(errors.Join(bookErr, scanErr))
	return books, scans, problems, err
}

// readable is books of which nothing may be misread.
func (f *runbookFlags) readable() ([]*runbook.Book, error) {
	books, err := f.books()
	if syntax := new(runbook.SyntaxError); errors.As(err, &syntax) {
		return nil, hinted(err, "'shadowrun runbook lint' tells all that is wrong with them")
	}
	return books, err
}
