package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/experiment"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

type explainFlags struct {
	seed   uint64
	soak   int64
	budget harness.Budget
	matrix bool
}

func (a *app) explainCommand() *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain RUN | explain WORKFLOW --seed N",
		Short: "Say by experiment what each field differs because of",
		Long: `Runs a workflow with one seed again and again, each time with something about its world pinned or
varied (the wall clock, randomness, hash seeds, addresses, pids, scheduling, zone, locale, paths, ...), and
says field by field what it differs because of, with the proof. 'shadowrun doctor' says what can be
pinned on this machine.

RUN is a run of a soak; WORKFLOW is one of the configuration's. In a soak, 'explain: on-mismatch' in
the configuration explains each new finding.

Exit status: 0 nothing differs or what does is volatile or latent, 1 a violation, 3 nothing could be
compared, or the program fails each time, 4 stopped before its end.`,
		Example: `  shadowrun explain c12r3
  shadowrun explain orders --seed 7 --matrix
  shadowrun explain orders --seed 7 --budget 1000,30m --json`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error { return a.explain(c, args[0], &f) },
	}
	flags := c.Flags()
	flags.Uint64Var(&f.seed, "seed", 1, "with WORKFLOW: the seed that its runs get")
	flags.Int64Var(&f.soak, "soak", 0, "with RUN: of the soak of this `number` (default the latest)")
	flags.StringVar(&a.configFlag, "config", "", "configuration `file`; with RUN for values that the ledger has redacted")
	flags.Var(&f.budget, "budget", fmt.Sprintf("runs, a duration, or both (default %s)", harness.Budget{}.Defaults()))
	flags.BoolVar(&f.matrix, "matrix", false, "also show every field under every treatment")
	return c
}

func (a *app) explain(c *cobra.Command, name string, f *explainFlags) error {
	at, err := harness.ParsePosition(name)
	if c.Flag("seed").Changed || err != nil {
		return a.explainWorkflow(c, name, f)
	}
	return a.withSoak(f.soak, func(s *soak.State, of ledger.Soak) error {
		r, err := a.replayable(s, of, at, "", " explain")
		if err != nil {
			return err
		}
		defer r.older.Trace.Close()
		defer r.runner.Close()
		recorded, err := soak.Recorded(s.Ledger, r.key)
		if err != nil {
			return err
		}
		x, err := a.experiment(c.Context(), r.runner, r.planned, f)
		if x == nil {
			return err
		}
		x.Unseen = x.NotSeen(recorded)
		return errors.Join(a.rememberExplanation(s, of, r.key, recorded, x), a.reportExplanation(x, f, err))
	})
}

// explainWorkflow explains a workflow of the configuration, outside any soak.
func (a *app) explainWorkflow(c *cobra.Command, name string, f *explainFlags) error {
	if f.seed >= harness.SeedLimit {
		return fmt.Errorf("--seed %d: want 0 to %d", f.seed, harness.SeedLimit-1)
	}
	config, err := a.config(c, &configFlags{})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(config.Workflows, func(w harness.WorkflowConfig) bool { return w.Name == name }) {
		return hinted(fmt.Errorf("%q is neither a run, such as c12r3, nor a workflow of %s", name, a.configSource()), "'shadowrun list' has the workflows")
	}
	if config.Workflows, err = choose(config.Workflows, []string{name}); err != nil {
		return err
	}
	state, err := a.state()
	if err != nil {
		return err
	}
	a.warnStopped(state)
	dir, remove, err := explainFolder()
	if err != nil {
		return err
	}
	defer remove()
	runner := &harness.Runner{Config: config, Workflows: a.workflows, StateDir: dir, SoakID: "explain"}
	if err := runner.Prepare(); err != nil {
		return err
	}
	defer runner.Close()
	position := harness.Position{Cycle: 1, Run: 1}
	run := harness.PlannedRun{Position: position, ID: position.String(), Workflow: name, Seed: f.seed, Variant: harness.VariantAgain}
	x, err := a.experiment(c.Context(), runner, run, f)
	if x == nil {
		return err
	}
	return a.reportExplanation(x, f, err)
}

// experiment explains a run. One that was stopped comes to nothing.
func (a *app) experiment(ctx context.Context, runner *harness.Runner, run harness.PlannedRun, f *explainFlags) (*explain.Explanation, error) {
	ctx, _, release := a.signals(ctx, 0)
	defer release()
	factors, err := experiment.Factors(ctx, runner)
	if err != nil {
		return nil, err
	}
	budget := f.budget
	if budget == (harness.Budget{}) {
		budget = runner.Config.Budget
	}
	a.say("explaining %s, seed %d: at most %s", run.Workflow, run.Seed, budget.Defaults().InWords())
	x, err := experiment.Explain(ctx, experiment.Options{Runner: runner, Run: run, Budget: budget, Factors: factors,
		Progress: a.explainProgress(), Now: harness.Steady(time.Now)})
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, interruptedExplanation(err)
	case errors.Is(err, explain.ErrNothing):
		return nil, failure{err, exitInconclusive, nil}
	}
	return x, err
}

func interruptedExplanation(err error) error {
	return failure{fmt.Errorf("stopped before its end: %w", err), soak.Interrupted.ExitStatus(), nil}
}

// explainProgress tells of an explanation on a terminal.
func (a *app) explainProgress() func(explain.Progress) {
	if !a.terminal {
		return nil
	}
	stage := ""
	return func(p explain.Progress) {
		if p.Stage == stage {
			return
		}
		stage = p.Stage
		a.say("%s: %d of at most %d runs, %s open", p.Stage, p.Runs, p.Max, quantity(p.Open, "field"))
	}
}

// rememberExplanation keeps it with the findings that it is about, where this user may write the
// ledger.
func (a *app) rememberExplanation(s *soak.State, of ledger.Soak, run ledger.RunKey, recorded []replay.Difference, x *explain.Explanation) error {
	findings, err := s.Ledger.Findings(of.ID)
	if err != nil {
		return err
	}
	rows, err := soak.Explained(findings, run, recorded, x, time.Now())
	if err != nil || len(rows) == 0 {
		return err
	}
	l, err := ledger.Append(soak.LedgerPath(s.Dir))
	if err != nil {
		return nil // somebody else's soak: its record is not ours to write
	}
	defer l.Close()
	for _, row := range rows {
		if err := l.Explain(row); err != nil {
			a.warn("the explanation is not in the ledger: %v", err)
			break
		}
	}
	return nil
}

func (a *app) reportExplanation(x *explain.Explanation, f *explainFlags, failed error) error {
	if a.json {
		if err := a.printJSON(x); err != nil {
			return err
		}
	} else {
		if err := explain.WriteText(a.out, x, 0); err != nil {
			return err
		}
		if f.matrix {
			fmt.Fprintln(a.out)
			if err := explain.WriteMatrix(a.out, x); err != nil {
				return err
			}
		}
	}
	if failed != nil {
		return failed
	}
	return explanationStatus(x)
}

func explanationStatus(x *explain.Explanation) error {
	for _, field := range x.Fields {
		if field.Class == replay.ClassViolation {
			return exitError(exitFail)
		}
	}
	if len(x.Seeds) > 0 {
		return exitError(exitFail)
	}
	if x.TooMany || x.Fails != "" {
		return exitError(exitInconclusive)
	}
	return nil
}
