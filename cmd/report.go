package cmd

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/report"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// reportFlags say what a report is made of, and what becomes of it.
type reportFlags struct {
	soak     int64
	format   string
	output   string
	journals []string
	rejudge  bool
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:     "report",
		Short:   "The report of a soak, for signing off",
		Example: "  shadowrun report\n  shadowrun report --journal drill.jsonl --format html --output report.html",
		Args:    arguments(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return a.makeReport(c, &f) },
	}
	flags := c.Flags()
	flags.Int64Var(&f.soak, "soak", 0, "of the soak of this `number` (default the latest)")
	return c
}

func (a *app) makeReport(c *cobra.Command, f *reportFlags) error {
	return a.withSoak(f.soak, func(s *soak.State, of ledger.Soak) error {
		r, err := a.gatherReport(c, f, s, of)
		if err != nil {
			return err
		}
		if err := a.printJSON(r); err != nil {
			return err
		}
		return exitError(r.Verdict.Result.ExitStatus())
	})
}

// gatherReport makes a report, and judges it.
func (a *app) gatherReport(c *cobra.Command, f *reportFlags, s *soak.State, of ledger.Soak) (*report.Report, error) {
	r, err := report.Gather(c.Context(), s, of, report.Options{At: time.Now()})
	if err != nil {
		return nil, err
	}
	report.Judge(r)
	return r, nil
}
