package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/report"
	"github.com/shadowrun/shadowrun/harness/report/bundle"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/runbook"
	"github.com/shadowrun/shadowrun/scenarios"
)

// reportFlags say what a report is made of, and what becomes of it.
type reportFlags struct {
	runbookFlags
	soak     int64
	format   string
	output   string
	bundle   string
	journals []string
	rejudge  bool
	judged   judged
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report",
		Short: "Report on a soak and its drill, for somebody to sign",
		Long: `Says what ran, what came of it and what that certifies, from the ledger and the journals of drills alone. The first
line is the verdict, which is computed:

  CERTIFIED      every gate is met: as long as promised, no violation, few unknowns, goldens whole, no emergency
                 stop, every step of the drill, every step of the runbook known to work
  NOT CERTIFIED  a gate is not met
  INCONCLUSIVE   nothing was checked, or too little to say

A drill is 'shadowrun tabletop'. Its journal is looked for in drills/ of the state folder, where the last one is judged.
With --runbook and --scenarios the drill is of your own runbook, and all steps that the scenarios name are required.

--bundle writes all three forms of the report and the evidence for it, ledger, traces of findings, journals, configuration,
runbooks and scenarios, as one archive, attested with the machine's key. 'report sign' signs it off, 'verify' checks it.

--rejudge judges what is stored by the rules, fail_on and unknown_rate of the configuration at hand. Nothing is run again.

Exit status: 0 CERTIFIED, 1 NOT CERTIFIED, 3 INCONCLUSIVE.`,
		Example: `  shadowrun report
  shadowrun report --journal drill.jsonl --output report.html
  shadowrun report --bundle out.tar.zst
  shadowrun report --rejudge --config shadowrun.yaml --format json`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.makeReport(c, &f) },
	}
	f.addBooks(c)
	f.addScenarios(c)
	flags := c.Flags()
	flags.Int64Var(&f.soak, "soak", 0, "of the soak of this `number` (default the latest)")
	flags.StringVar(&f.format, "format", "", "'md', 'html' or 'json' (default what the name of --output ends in, else md)")
	flags.StringVarP(&f.output, "output", "o", "", "write it to this `file`")
	flags.StringArrayVar(&f.journals, "journal", nil, "journal `file` of a drill, any number of times; the last is judged (default those in drills/ of the state folder)")
	flags.BoolVar(&f.rejudge, "rejudge", false, "judge by the configuration at hand")
	flags.StringVar(&a.configFlag, "config", "", "configuration `file` for --rejudge (default "+configName+")")
	f.addBundle(c)
	c.AddCommand(a.reportCompareCommand(), a.reportSignCommand())
	return c
}

func (a *app) makeReport(c *cobra.Command, f *reportFlags) error {
	if err := errors.Join(oneOf(c, "bundle", "output"), oneOf(c, "bundle", "format")); err != nil {
		return err
	}
	if f.bundle != "" && !strings.HasSuffix(f.bundle, bundle.Suffix) {
		return hinted(fmt.Errorf("--bundle %s: want a name that ends in %s, which is what it is", f.bundle, bundle.Suffix))
	}
	render, err := a.renderer(f)
	if err != nil {
		return err
	}
	if a.configFlag != "" && !f.rejudge {
		return hinted(errors.New("--config without --rejudge: a soak is judged by the configuration that it began with"))
	}
	return a.withSoak(f.soak, func(s *soak.State, of ledger.Soak) error {
		r, err := a.gatherReport(c, f, s, of)
		if err != nil {
			return err
		}
		if f.bundle != "" {
			return a.writeBundle(c.Context(), f, s, of, r)
		}
		text, err := render(r)
		if err != nil {
			return err
		}
		if f.output == "" {
			_, err = a.out.Write(text)
		} else if err = writeFile(f.output, bytes.NewReader(text)); err == nil {
			err = a.printReported(r, f.output)
		}
		if err != nil {
			return err
		}
		return exitError(r.Verdict.Result.ExitStatus())
	})
}

// renderer returns what makes the form that is asked for.
func (a *app) renderer(f *reportFlags) (func(*report.Report) ([]byte, error), error) {
	format := f.format
	if format == "" {
		format = strings.TrimPrefix(filepath.Ext(f.output), ".")
		if a.json {
			format = "json"
		}
	}
	switch format {
	case "", "md", "markdown":
		return func(r *report.Report) ([]byte, error) { return report.Markdown(r), nil }, nil
	case "html", "htm":
		return report.HTML, nil
	case "json":
		return report.JSON, nil
	}
	if f.format == "" {
		return nil, hinted(fmt.Errorf("--output %s: its ending does not say in which form", f.output), "--format md, html or json does")
	}
	return nil, hinted(fmt.Errorf("--format %s: want md, html or json", f.format))
}

// gatherReport makes a report, and judges it.
func (a *app) gatherReport(c *cobra.Command, f *reportFlags, s *soak.State, of ledger.Soak) (*report.Report, error) {
	if err := refuseUnpacked(s.Dir); err != nil {
		return nil, err
	}
	o := report.Options{At: time.Now(), Required: scenarios.Tabletop,
		Versions: []report.Named{{Name: "shadowrun", Value: version()}, {Name: "go", Value: runtime.Version()}, {Name: "platform", Value: runtime.GOOS + "/" + runtime.GOARCH}}}
	err := a.addRunbooks(f, &o)
	if err != nil {
		return nil, err
	}
	if err := addJournals(f, s.Dir, &o); err != nil {
		return nil, err
	}
	if f.rejudge {
		if o.Rejudge, f.judged.rejudged, err = a.today(); err != nil {
			return nil, err
		}
	}
	r, err := report.Gather(c.Context(), s, of, o)
	if err != nil {
		return nil, err
	}
	report.Judge(r)
	return r, nil
}

// refuseUnpacked refuses the folder that a bundle was unpacked to, of which a report would say that goldens are missing.
func refuseUnpacked(dir string) error {
	if !bundle.Unpacked(dir) {
		return nil
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	return hinted(fmt.Errorf("%s is an unpacked bundle, with the goldens of findings alone: no report can be made of it", dir),
		fmt.Sprintf("the report is in it: %s, %s and %s", in("report.md"), in("report.html"), in("report.json")),
		"'shadowrun verify BUNDLE' checks the bundle that it was unpacked from",
		fmt.Sprintf("'shadowrun status%[1]s', 'shadowrun findings%[1]s' and 'shadowrun debug cycles%[1]s' read its ledger.db, and so does SQL", soak.StateFlag(dir)))
}

// addRunbooks adds the runbooks, how far they are known to work, and of somebody's own which steps are required.
func (a *app) addRunbooks(f *reportFlags, o *report.Options) (err error) {
	if len(f.files) > 0 != (f.scenarios != "") {
		return hinted(errors.New("--runbook and --scenarios come together: the scenarios say how the runbook's steps are carried out"))
	}
	if o.Books, err = f.readable(); err != nil {
		return err
	}
	scans, err := f.scans()
	if err != nil {
		return err
	}
	o.Extent = runbook.Coverage(o.Books, scans)
	if f.scenarios == "" {
		return nil
	}
	all, err := scenarios.All(os.DirFS(f.scenarios))
	if err != nil {
		return err
	}
	o.Required = requiredSteps(o.Books, all)
	return nil
}
