package cmd

import (
	"cmp"
	"fmt"
	"maps"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type pipelineAgentsJSON struct {
	Version int                   `json:"version"`
	Agents  []pipeline.AgentCheck `json:"agents"`
}

// pipelineInvocationJSON is what an operation did, and what the agent answered.
type pipelineInvocationJSON struct {
	Version int `json:"version"`
	pipeline.Done
	Invocation pipeline.Invocation `json:"invocation"`
}

func (a *app) pipelineAgentCommand(f *pipelineFlags) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "agent",
		Short: "Who works at the stages: check them, or ask one by hand",
		Long: `An agent is a program that works at stages, described in .somas/agents/NAME.yml. Where no file names a stage
the built-in, seeded stub works at it.`,
	})
	check := &cobra.Command{
		Use: "check [NAME…]", Short: "Check agents: their files, programs, credentials and latest runs",
		Long: `Checks agents, all of them unless some are named: whether the file is valid, the program is there, and the
environment has the credentials; and shows what each did of late.

Exit status: 0 each can be invoked; 1 one can't.`,
		Example: "  shadowrun pipeline agent check\n  shadowrun pipeline agent check coder",
		RunE:    func(_ *cobra.Command, names []string) error { return a.checkAgents(f, names) },
	}
	var stage string
	invoke := &cobra.Command{
		Use: "invoke ID AGENT", Short: "Ask an agent by hand, beside the pipeline",
		Long: `Asks an agent as an engine would, with the project's artifacts so far, and shows what it answers. Nothing that
it makes is kept; that it was asked is entered in the audit log.

Exit status: 0 it answered; 1 it failed, or did not pass the quality gates.`,
		Example: `  shadowrun pipeline agent invoke project-1 coder --stage implement --reason "it did not answer at 03:10"`,
		Args:    arguments(2, 2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.invokeAgent(c, f, args[0], args[1], project.Stage(stage))
		},
	}
	f.addChange(invoke, why)
	invoke.Flags().StringVar(&stage, "stage", "", "the `stage` to work at (default the current one)")
	c.AddCommand(check, invoke)
	return c
}

func (a *app) checkAgents(f *pipelineFlags, agents []string) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	if len(agents) == 0 {
		if agents, err = f.agents(); err != nil {
			return err
		}
	}
	j := pipelineAgentsJSON{jsonVersion, []pipeline.AgentCheck{}}
	status := exitOK
	for _, name := range agents {
		check, err := o.CheckAgent(name)
		if err != nil {
			return hinted(err, "an agent is a file in "+filepath.Join(f.root, ".somas", "agents")+"; '"+f.paste("shadowrun pipeline agent check")+"' checks all there are")
		}
		if len(check.Problems) > 0 {
			status = exitFail
		}
		j.Agents = append(j.Agents, check)
	}
	if a.json {
		err = a.printJSON(j)
	} else {
		for i, check := range j.Agents {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			a.writeAgent(check)
		}
	}
	if err == nil && status != exitOK {
		err = exitError(status)
	}
	return err
}

// agents are the names of all that there are: those with a file, and those that the configuration names.
func (f *pipelineFlags) agents() ([]string, error) {
	config, err := pipeline.LoadConfig(f.root)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(f.root, ".somas", "agents", "*.yml"))
	all := []string{config.Agents.Default, config.ErrorHandling.Debugger}
	for _, file := range files {
		all = append(all, strings.TrimSuffix(filepath.Base(file), ".yml"))
	}
	slices.Sort(all)
	return slices.Compact(all), err
}

func (a *app) writeAgent(c pipeline.AgentCheck) {
	verdict := "ok"
	if len(c.Problems) > 0 {
		verdict = quantityOf(len(c.Problems), "PROBLEM", "PROBLEMS")
	}
	fmt.Fprintf(a.out, "%s: %s\n", printable(c.Name), verdict)
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, p := range c.Problems {
		fmt.Fprintf(w, "  problem\t%s\n", printable(p))
	}
	fmt.Fprintf(w, "  file\t%s\n", cmp.Or(printable(c.File), "none; it is built in"))
	fmt.Fprintf(w, "  stages\t%s\n", cmp.Or(names(c.Stages), "none"))
	if c.Service != "" {
		fmt.Fprintf(w, "  service\t%s\n", printable(c.Service))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Credentials)) {
		is := "NOT SET"
		if c.Credentials[name] {
			is = "set"
		}
		fmt.Fprintf(w, "  credential\t%s is %s\n", printable(name), is)
	}
	if len(c.Runs) == 0 {
		fmt.Fprintf(w, "  latest runs\tnone so far\n")
	}
	w.Flush()
	if len(c.Runs) == 0 {
		return
	}
	fmt.Fprintln(a.out, "  latest runs")
	w = tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "    AT\tPROJECT\tSTAGE\tEVENT\tERROR")
	for _, r := range c.Runs {
		fmt.Fprintf(w, "    %s\t%s\t%s\t%s\t%s\n", r.At.UTC().Format(time.RFC3339), r.Project, r.Stage, r.Event, dash(shortened(r.Error)))
	}
	w.Flush()
}

func (a *app) invokeAgent(c *cobra.Command, f *pipelineFlags, id, agent string, stage project.Stage) error {
	o, err := f.operator(c)
	if err != nil {
		return err
	}
	ctx, end := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer end()
	i, d, err := o.InvokeAgent(ctx, id, agent, stage)
	if err != nil {
		return f.refused(err)
	}
	d.Next = "" // nothing has changed that an engine would go on from
	if a.json {
		err = a.printJSON(pipelineInvocationJSON{jsonVersion, d, i})
	} else if err = a.printDone(d); err == nil {
		a.writeInvocation(i)
	}
	if err == nil && i.Failure != nil {
		err = exitError(exitFail)
	}
	return err
}

func (a *app) writeInvocation(i pipeline.Invocation) {
	if i.Answer == nil {
		return // of a dry run
	}
	if i.Failure != nil {
		fmt.Fprintf(a.out, "  it FAILED: %s\n", printable(i.Failure.Error()))
	}
	for _, name := range slices.Sorted(maps.Keys(i.Measures)) {
		fmt.Fprintf(a.out, "  measured %s: %g\n", printable(name), i.Measures[name])
	}
	for _, name := range slices.Sorted(maps.Keys(i.Artifacts)) {
		fmt.Fprintf(a.out, "  made %s, %s: %s\n", printable(name), quantity(len(i.Answer.Artifacts[name]), "byte"), shortened(i.Answer.Artifacts[name]))
	}
}
