package cmd

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) summaryCommand() *cobra.Command {
	var id int64
	var dir, output string
	var all bool
	var goldens diffFlags
	c := &cobra.Command{
		Use:   "summary [FOLDER]",
		Short: "Summarise a whole soak, or an old shadow folder",
		Long: `Prints the figures, findings and outcome of a soak from its ledger, also while it runs. FOLDER is a
state folder, or one that the shadow simulation scripts wrote: reports/cycle_*.json and golden/*.json, whose
goldens of the same workflow and seed are then compared.

Exit status: that of the outcome.`,
		Example: "  shadowrun summary\n  shadowrun summary /tmp/shadow_simulation_20251202_131219 --output summary.json",
		Args:    arguments(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				dir = args[0]
			}
			if goldens.goldenA != "" || goldens.goldenB != "" {
				goldens.output, goldens.all = output, all
				return a.diff(goldens.goldenA, goldens.goldenB, &goldens)
			}
			return a.summarizeFolder(id, dir, output, all)
		},
	}
	flags := c.Flags()
	flags.Int64Var(&id, "soak", 0, "of the soak of this `number` (default the latest)")
	flags.StringVar(&dir, "dir", "", "the folder")
	flags.StringVarP(&output, "output", "o", "", "also write it as JSON to this `file`")
	flags.BoolVarP(&all, "verbose", "v", false, "show all differences")
	flags.MarkHidden("dir")
	goldens.addGoldens(c)
	flags.SetNormalizeFunc(otherNames)
	return c
}

// summarizeFolder prints the summary of a soak in a state folder, for "" the one of --state, or of an old shadow folder.
func (a *app) summarizeFolder(id int64, dir, output string, all bool) error {
	if dir != "" && !isFile(soak.LedgerPath(dir)) {
		return a.summarizeShadow(dir, output, all)
	}
	if dir != "" {
		a.stateFlag = dir
	}
	return a.withSoak(id, func(s *soak.State, of ledger.Soak) error {
		summary, err := a.summarize(s, of)
		if err != nil {
			return err
		}
		clean, err := s.Ledger.CleanRuns(of.ID)
		if err != nil {
			return err
		}
		return a.concludeSummary(summary, clean, output)
	})
}

// summarize returns a soak's summary, its commands to paste naming the soak that was asked for.
func (a *app) summarize(s *soak.State, of ledger.Soak) (soak.Summary, error) {
	now := time.Now()
	summary, err := soak.Summarize(s, of, now)
	for i := range summary.Findings {
		f := &summary.Findings[i]
		f.Reproduction += a.soakFlag
		if !f.AcceptedAt(now) {
			f.Accepted = nil // it has expired
		}
	}
	return summary, err
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func (a *app) concludeSummary(s soak.Summary, clean int64, output string) error {
	if output != "" {
		if err := writeJSON(output, newSummaryJSON(s, clean)); err != nil {
			return err
		}
	}
	if err := a.printSummary(s, clean); err != nil {
		return err
	}
	if s.Running != nil && s.Outcome == soak.Interrupted {
		return nil // not at its end yet, and so far nothing speaks against it
	}
	return exitError(s.Outcome.ExitStatus())
}
