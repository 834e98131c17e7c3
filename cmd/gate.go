package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// gateFolders is how the state folders of gates begin; they lie in TMPDIR.
const gateFolders = "shadowrun-gate-"

type gateFlags struct {
	workflows []string
	seeds     []uint
	workers   int
	update    bool
	explain   harness.GateExplain
	junit     string
	summary   string
	all       bool
}

func (a *app) gateCommand() *cobra.Command {
	var f gateFlags
	c := &cobra.Command{
		Use:   "gate",
		Short: "Hold a pull request whose build does not do what the goldens in the repository say",
		Long: `Runs the workflows and seeds that 'gate:' in the configuration names, and compares each with its golden
in the repository:

  gate:
    goldens: testdata/goldens             the folder, from the configuration's
    workflows: [orders, pricing]          default all
    seeds: [1, 2, 3]                      or {count: 5}: those that a soak of one workflow begins with
    replays: 5                            further ones, before a difference is blamed on anyone
    fail_on: [violation, drift, missing]  the whole list, with violation; leak and orphan, too, can be in it
    explain: false                        true, or a budget such as 240,10m

  match      it did what the golden says, twice
  leak       it differs by readings of the world only: a clock, a pid, a path
  violation  this build disagrees with itself
  drift      it agrees with itself and not with the golden, and build or machine are not the golden's: a change of
             behaviour, perhaps on purpose
  missing    there is no golden            orphan  there is a golden, and no such workflow or seed
  unknown    it could not be compared: never a pass

Each is run twice, so that a build which differs now and then is seen in three of four cases and not in two:
a gate costs twice what its runs cost. What differs is run up to five times more.

--update shows what it accepts, and writes that; not where CI is set. 'gate review' asks about one after the other.

Where GITHUB_ACTIONS is set there are annotations, and a summary in the file GITHUB_STEP_SUMMARY.

Exit status: 0 all match or only leak, 1 what fail_on names, 3 nothing or not all could be compared
or written, 4 stopped.`,
		Example: `  shadowrun gate
  shadowrun gate --update
  shadowrun gate --workflow orders --seed 2 --explain
  shadowrun gate --junit gate.xml`,
		Args: arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.gate(c, &f) },
	}
	f.add(c, a)
	flags := c.Flags()
	flags.BoolVar(&f.update, "update", false, "accept what this build does, having shown it")
	flags.Var(&f.explain, "explain", "find causes by experiment, within a budget (--explain=240,10m)")
	flags.Lookup("explain").NoOptDefVal = "true"
	flags.StringVar(&f.junit, "junit", "", "also write JUnit XML to this `file`")
	flags.StringVar(&f.summary, "summary", "", "also write Markdown to this `file` (default $GITHUB_STEP_SUMMARY, added to)")
	flags.BoolVarP(&f.all, "verbose", "v", false, "show all differences")
	c.AddCommand(a.gateReviewCommand())
	return c
}

// add adds the flags that say what is checked.
func (f *gateFlags) add(c *cobra.Command, a *app) {
	flags := c.Flags()
	flags.StringVar(&a.configFlag, "config", "", "configuration `file` (default "+configName+" if it is there, else the built-in workflows)")
	flags.StringSliceVarP(&f.workflows, "workflow", "w", nil, "only the workflows of these `names`")
	flags.UintSliceVar(&f.seeds, "seed", nil, "only these of the gate's `seeds`")
	flags.Lookup("seed").DefValue = "" // pflag does not know that an empty list of this type is none
	flags.IntVar(&f.workers, "workers", harness.DefaultWorkers, "runs at once")
}

func (f *gateFlags) scope() gate.Scope {
	s := gate.Scope{Workflows: f.workflows}
	for _, seed := range f.seeds {
		s.Seeds = append(s.Seeds, uint64(seed))
	}
	return s
}

// inCI reports whether nobody is there who could accept anything.
func inCI() bool {
	text := os.Getenv("CI")
	set, err := strconv.ParseBool(text)
	return set || err != nil && text != ""
}

func (a *app) gate(c *cobra.Command, f *gateFlags) error {
	if f.update && inCI() {
		return hinted(errors.New("--update: CI is set, and goldens are accepted by people"),
			"'shadowrun gate --update' on your own machine, and commit what it writes")
	}
	g, done, err := a.openGate(c, f)
	if err != nil {
		return err
	}
	defer done()
	ctx, _, release := a.signals(c.Context(), 0)
	defer release()
	report, err := a.checkGate(ctx, g, f)
	if err != nil {
		return err
	}
	var accepted []gate.Accepted
	if f.update {
		if report, accepted, err = a.updateGate(ctx, g, report, f); err != nil {
			return err
		}
	}
	if err := errors.Join(a.printGate(g, report, accepted, f), a.tellCI(g, report, f)); err != nil {
		return failure{err, exitInconclusive, nil}
	}
	outcome, _ := report.Judge()
	if status := outcome.ExitStatus(); status != 0 {
		return exitError(status)
	}
	return nil
}

// checkGate checks all cases, and explains what is to be explained.
func (a *app) checkGate(ctx context.Context, g *gate.Gate, f *gateFlags) (gate.Report, error) {
	report, err := g.Check(ctx)
	if err != nil {
		return report, failure{err, exitInconclusive, nil}
	}
	report.Flags = a.gateConfigFlag()
	wanted := g.Config.Gate.Explain
	if f.explain.On {
		wanted = f.explain
	}
	if !wanted.On || ctx.Err() != nil {
		return report, nil
	}
	report.Sought = true
	budget := wanted.Budget
	if budget == (harness.Budget{}) {
		budget = g.Config.Budget
	}
	if err := g.Explain(ctx, &report, budget, harness.Steady(time.Now)); err != nil {
		a.warn("not all causes were looked for: %v", err)
	}
	return report, nil
}

// openGate reads the configuration and makes the gate ready; done gives up what it holds.
func (a *app) openGate(c *cobra.Command, f *gateFlags) (*gate.Gate, func(), error) {
	config, err := a.config(c, &configFlags{workers: f.workers})
	if err != nil {
		return nil, nil, err
	}
	if a.builtIn && a.configFlag == "" && !fileExists(configName) {
		a.warn("there is no %s in this folder: the built-in workflows are judged; --config names another", configName)
	}
	if a.builtIn && len(f.workflows) == 0 && len(config.Gate.Workflows) == 0 {
		config.Workflows = slices.DeleteFunc(config.Workflows, func(w harness.WorkflowConfig) bool { return a.runsOnlyNamed(w.Name) })
	}
	state, err := a.state()
	if err != nil {
		return nil, nil, err
	}
	a.warnStopped(state)
	dir, remove, err := heldFolder(gateFolders)
	if err != nil {
		return nil, nil, err
	}
	g := &gate.Gate{Config: config, Workflows: a.workflows, StateDir: dir, Scope: f.scope(), Notify: a.gateProgress()}
	if err := g.Open(); err != nil {
		remove()
		return nil, nil, err
	}
	return g, func() { g.Close(); remove() }, nil
}

// gateProgress tells on a terminal of what does not match, as soon as it is known.
func (a *app) gateProgress() func(gate.Result) {
	if !a.terminal {
		return nil
	}
	return func(r gate.Result) {
		if r.Verdict != "match" && r.Verdict != gate.Skipped {
			a.say("%s: %s", r.Case, shortened(gate.Headline(r)))
		}
	}
}

// gateConfigFlag is what a command to paste needs to find the configuration again.
func (a *app) gateConfigFlag() string {
	if a.configFlag == "" {
		return ""
	}
	return fmt.Sprintf(" --config %s", soak.ShellQuote(a.configFlag))
}
