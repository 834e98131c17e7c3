package cmd

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/report"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/soak"
)

func (a *app) reportCompareCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "compare A B",
		Short: "Two soaks side by side: what got better or worse, what is new, what is gone",
		Long: `Compares two reports: verdict, gates, findings, figures and run times. A and B are each a report in JSON, an evidence bundle,
or the number of a soak in the state folder.

A rate is better or worse only where chance would seldom do as much (Fisher's exact test, 5 %), a time only where it
changed by more than half, and by more than a millisecond, over at least 100 runs. A workflow that B did not run is worse:
its findings are not tested, not gone, and what looks better of B as a whole counts for nothing. A report
lists 500 findings at most: one that the other may have among the rest is not listed, neither new nor gone.

Exit status: 1 where anything is worse, or a finding is new.`,
		Example: `  shadowrun report compare 1 2
  shadowrun report compare last-release.json this-release.json`,
		Args: arguments(2, 2),
		RunE: func(c *cobra.Command, args []string) error {
			before, err := a.reportOf(c, args[0])
			if err != nil {
				return err
			}
			after, err := a.reportOf(c, args[1])
			if err != nil {
				return err
			}
			of := report.Compare(before, after)
			if err := a.printComparedReports(of); err != nil {
				return err
			}
			if of.Worse {
				return exitError(exitFail)
			}
			return nil
		},
	}
}

// reportOf reads a report from a file, or makes one of a soak.
func (a *app) reportOf(c *cobra.Command, name string) (r *report.Report, err error) {
	if id, err := strconv.ParseInt(name, 10, 64); err == nil && id > 0 && !fileExists(name) {
		err := a.withSoak(id, func(s *soak.State, of ledger.Soak) error {
			r, err = a.gatherReport(c, &reportFlags{}, s, of)
			return err
		})
		return r, err
	}
	var text []byte
	if strings.HasSuffix(name, bundle.Suffix) {
		read, err := bundle.Read(name, bundle.Limits{}, "report.json")
		if err != nil {
			return nil, err
		}
		if len(read.Problems) > 0 {
			return nil, failure{fmt.Errorf("%s: %s", name, read.Problems[0]), exitFail, []string{"'shadowrun verify " + soak.ShellQuote(name) + "' tells all that is wrong with it"}}
		}
		text = read.Kept["report.json"]
	} else if text, err = os.ReadFile(name); err != nil {
		return nil, hinted(err, "a report in JSON is made by 'shadowrun report --output report.json'; a number stands for a soak")
	}
	if r, err = report.Parse(text); err != nil {
		return nil, hinted(fmt.Errorf("%s: %w", name, err), "'shadowrun report --output report.json' makes one")
	}
	return r, nil
}

func (a *app) printComparedReports(of report.Comparison) error {
	if a.json {
		return a.printJSON(of)
	}
	for _, s := range []struct {
		name string
		side report.Side
	}{{"before", of.Before}, {"after", of.After}} {
		fmt.Fprintf(a.out, "%-6s  %s: soak %d on %s (%s)\n", s.name, s.side.Result, s.side.Soak, printable(s.side.Host), printable(s.side.Report))
	}
	if of.Before.Config != of.After.Config {
		fmt.Fprintf(a.out, "the configuration differs: %.12s → %.12s\n", of.Before.Config, of.After.Config)
	}
	fmt.Fprintln(a.out)
	if len(of.Changes) == 0 {
		_, err := fmt.Fprintln(a.out, "nothing that counts changed")
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, c := range of.Changes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s → %s\n", trendNames[c.Trend], c.Kind, printable(c.Name), orNothing(c.Before), orNothing(c.After))
	}
	return w.Flush()
}

// trendNames leave what is neither better nor worse without a word.
var trendNames = map[report.Trend]string{report.Worse: "WORSE", report.New: "NEW", report.Better: "better", report.Gone: "gone", report.Untested: "not tested", report.Unlisted: "not listed", report.Other: ""}

func orNothing(text string) string {
	if text == "" {
		return "–"
	}
	return shortened(text)
}
