package cmd

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type pipelineGatesJSON struct {
	Version int                   `json:"version"`
	Project string                `json:"project"`
	Gates   []pipeline.GateStatus `json:"gates"`
}

func (a *app) pipelineGateCommand(f *pipelineFlags) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "gate",
		Short: "The quality gates of a project: show, adjust",
		Long: `A quality gate is what a stage's measure has to be, such as verify.coverage: at least 80. quality_gates in
.somas/config.yml says so for all projects; 'adjust' for one, with a record of who did it and why.`,
	})
	show := &cobra.Command{
		Use: "show ID", Short: "Show the quality gates of a project, and what was measured",
		Example: "  shadowrun pipeline gate show project-1",
		Args:    arguments(1, 1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.showGates(f, args[0]) },
	}
	var least, most float64
	adjust := &cobra.Command{
		Use: "adjust ID STAGE.MEASURE [--min N] [--max N]", Short: "Let a quality gate ask for something else of this project",
		Long: `Lets a quality gate ask for another minimum or maximum, of this project only. What is not given is asked for no
more. A project that has failed at the gate is then restarted from its stage.`,
		Example: `  shadowrun pipeline gate adjust project-1 verify.coverage --min 75 --reason "the rest is generated, INC-31"`,
		Args:    arguments(2, 2),
		RunE: func(c *cobra.Command, args []string) error {
			var to project.Gate
			if c.Flags().Changed("min") {
				to.Min = &least
			}
			if c.Flags().Changed("max") {
				to.Max = &most
			}
			if to == (project.Gate{}) {
				return hinted(errors.New("what is it to ask for? --min N, --max N, or both"), "'"+f.paste("shadowrun pipeline gate show "+args[0])+"' shows what it asks for now")
			}
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return o.AdjustGate(args[0], args[1], to) })
		},
	}
	f.addChange(adjust, why)
	adjust.Flags().Float64Var(&least, "min", 0, "the least that passes")
	adjust.Flags().Float64Var(&most, "max", 0, "the most that passes")
	c.AddCommand(show, adjust)
	return c
}

func (a *app) showGates(f *pipelineFlags, id string) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	gates, err := o.Gates(id)
	switch {
	case err != nil:
		return f.refused(err)
	case a.json:
		return a.printJSON(pipelineGatesJSON{jsonVersion, id, gates})
	case len(gates) == 0:
		fmt.Fprintf(a.out, "%s: no quality gates\n", id)
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "GATE\tASKS FOR\tMEASURED\tADJUSTED BY\tTHE STAGE'S LAST FAILURE")
	for _, g := range gates {
		measured, adjusted := "-", "-"
		if g.Measured != nil {
			measured = fmt.Sprintf("%g", *g.Measured)
		}
		if g.Adjusted != nil {
			adjusted = fmt.Sprintf("%s, %s: %s", printable(g.Adjusted.Actor), moment(&g.Adjusted.At), shortened(g.Adjusted.Reason))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", g.Name, asksFor(g.Gate), measured, adjusted, dash(shortened(g.Failed)))
	}
	return w.Flush()
}

func asksFor(g project.Gate) string {
	var parts []string
	if g.Min != nil {
		parts = append(parts, fmt.Sprintf("at least %g", *g.Min))
	}
	if g.Max != nil {
		parts = append(parts, fmt.Sprintf("at most %g", *g.Max))
	}
	return strings.Join(parts, ", ")
}
