package cmd

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/runbook"
)

func (a *app) runbookCoverageCommand() *cobra.Command {
	var f runbookFlags
	var journals []string
	c := &cobra.Command{
		Use:   "coverage",
		Short: "Say which steps of runbooks are known to work",
		Long: `Says of each step whether a scenario carries it out as it is now, and asserts what it printed or changed. An
exit status asserts nothing. All steps are to be asserted, but for manual ones, of which there may be one in ten
in each runbook.

  asserted   a scenario carries it out and checks what it did
  executed   a scenario carries it out, no more
  manual     a person must do it, for the reason that is given
  uncovered  no scenario names it
  stale      it is not what was reviewed; 'shadowrun runbook show ID' shows what there is to review
  orphan     a scenario names what is not there

With the journal of a drill it also says which steps were skipped, never reached, or failed there.

Exit status: 1 where anything is missing.`,
		Example: `  shadowrun runbook coverage
  shadowrun runbook coverage --runbook ops.md --scenarios drills --journal drill.jsonl`,
		Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if len(f.files) > 0 && f.scenarios == "" {
				return hinted(errors.New("which scenarios carry the steps out is missing"), "--scenarios DIR names their folder")
			}
			return a.coverage(&f, journals)
		},
	}
	f.addBooks(c)
	f.addScenarios(c)
	c.Flags().StringArrayVar(&journals, "journal", nil, "journal `file` of a drill, any number of times")
	return c
}

func (a *app) coverage(f *runbookFlags, journalFiles []string) error {
	books, scenarios, problems, err := f.documents()
	if err != nil {
		return err
	}
	var journals []*runbook.Journal
	for _, file := range journalFiles {
		j, err := runbook.ReadJournal(file)
		if err != nil {
			return fmt.Errorf("--journal: %w", err)
		}
		for _, d := range j.Damaged {
			a.warn("%s:%d: %s", file, d.Line, d.Why)
		}
		journals = append(journals, j)
	}
	e := runbook.Coverage(books, scenarios, journals...)
	complete := e.Complete(books) && len(problems) == 0
	if a.json {
		err = a.printJSON(newCoverageJSON(e, books, problems, complete))
	} else {
		err = a.printCoverage(e, books, problems)
		a.hintAtReview(e, f)
	}
	if err != nil {
		return err
	}
	if !complete {
		a.say("incomplete: not every step is known to work")
		return exitError(exitFail)
	}
	a.say("complete: every step but the manual ones was reviewed, is carried out, and asserted")
	return nil
}

func (a *app) printCoverage(e *runbook.Extent, books []*runbook.Book, problems []runbook.Problem) error {
	for _, p := range problems {
		fmt.Fprintln(a.out, p)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, b := range books {
		printSteps(w, e, b)
	}
	if len(e.Orphans) > 0 {
		fmt.Fprintln(w, "scenarios that name what is not there")
		for _, o := range e.Orphans {
			fmt.Fprintf(w, "  orphan\t%s\t%s\n", o.Use.Place(), o.Why)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "RUNBOOK\tSTEPS\tASSERTED\tEXECUTED\tUNCOVERED\tSTALE\tMANUAL\tKNOWN TO WORK")
	for _, b := range books {
		printFigures(w, b.Name, e.Figures(b))
	}
	if len(books) > 1 {
		printFigures(w, "all", e.Figures(nil))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return nil
}

// printSteps prints what of a book is not as it should be, and what a person must do.
func printSteps(w *tabwriter.Writer, e *runbook.Extent, b *runbook.Book) {
	var rows []string
	for _, c := range e.Steps {
		if c.Book != b {
			continue
		}
		at := fmt.Sprintf("%s\t%s.md:%d", c.Step.ID, b.Name, c.Step.Line)
		if c.State != runbook.Asserted {
			rows = append(rows, fmt.Sprintf("  %s\t%s\t%s", c.State, at, printable(c.Why)))
		}
		if said := drilledAs[c.Drill]; said != "" {
			rows = append(rows, fmt.Sprintf("  %s\t%s\tin the drill", said, at))
		}
	}
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(w, b.Name)
	for _, row := range rows {
		fmt.Fprintln(w, row)
	}
	fmt.Fprintln(w)
}

// drilledAs says what became of a step in a drill, where that is not as it should be.
var drilledAs = map[runbook.Verdict]string{
	runbook.Fail: "failed", runbook.Skipped: "skipped", runbook.NotReached: "never reached",
}

func printFigures(w *tabwriter.Writer, name string, f runbook.Figures) {
	share := fmt.Sprintf("%d %%", f.Percent())
	if 10*f.Manual > f.Steps {
		share += ", and more than one in ten is manual"
	}
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", name, f.Steps, f.Asserted, f.Executed, f.Uncovered, f.Stale, f.Manual, share)
}

// hintAtReview says how the first stale step is reviewed.
func (a *app) hintAtReview(e *runbook.Extent, f *runbookFlags) {
	for _, c := range e.Steps {
		if c.State == runbook.Stale {
			a.hint("'shadowrun runbook show %s:%s%s' shows what is to be reviewed, and what to write then",
				c.Book.Name, c.Step.Procedure.ID, f.given())
			return
		}
	}
}
