package cmd

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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
	o := report.Options{At: time.Now(), Required: scenarios.Tabletop,
		Versions: []report.Named{{Name: "shadowrun", Value: version()}, {Name: "go", Value: runtime.Version()}, {Name: "platform", Value: runtime.GOOS + "/" + runtime.GOARCH}}}
	if err := a.addRunbooks(f, &o); err != nil {
		return nil, err
	}
	if err := addJournals(f, s.Dir, &o); err != nil {
		return nil, err
	}
	if f.rejudge {
		today, err := a.today()
		if err != nil {
			return nil, err
		}
		o.Rejudge = today
	}
	r, err := report.Gather(c.Context(), s, of, o)
	if err != nil {
		return nil, err
	}
	report.Judge(r)
	return r, nil
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

func (f *reportFlags) journalFiles(dir string) ([]string, error) {
	if len(f.journals) > 0 {
		return f.journals, nil
	}
	return filepath.Glob(filepath.Join(dir, "drills", "*.jsonl"))
}

// addJournals adds the journals that are named, or else those of the state folder, the oldest first.
func addJournals(f *reportFlags, dir string, o *report.Options) error {
	files, err := f.journalFiles(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		j, err := runbook.ReadJournal(file)
		if err != nil {
			return hinted(fmt.Errorf("--journal: %w", err), "'shadowrun tabletop' says where it keeps its journal")
		}
		o.Journals = append(o.Journals, report.Journal{File: file, Journal: j})
	}
	return nil
}

// today returns the configuration at hand.
func (a *app) today() (*report.Today, error) {
	if a.configFlag == "" && !fileExists(configName) {
		return nil, hinted(errors.New("--rejudge: there is no "+configName+" here"), "--config FILE names the configuration that is to judge")
	}
	source := a.configSource()
	text, err := os.ReadFile(source)
	if err != nil {
		return nil, fmt.Errorf("--rejudge: %w", err)
	}
	config, err := a.readConfig()
	if err != nil {
		return nil, err
	}
	config = config.Defaults()
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	sum := sha256.Sum256(text)
	return &report.Today{File: source, Digest: hex.EncodeToString(sum[:]), Config: config}, nil
}
