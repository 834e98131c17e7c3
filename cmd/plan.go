package cmd

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness"
)

type planJSON struct {
	Version  int             `json:"version"`
	BaseSeed uint64          `json:"base_seed"`
	Digest   string          `json:"digest"`
	Cycles   []harness.Cycle `json:"cycles"`
}

func (a *app) planCommand() *cobra.Command {
	var f configFlags
	var first, cycles int
	c := &cobra.Command{
		Use:   "plan",
		Short: "Print the plan: every cycle's runs, seeds and re-checked older runs",
		Long: `Prints what a soak of this configuration would run. It is a pure function of the configuration
and the base seed, the same on every machine. Nothing is run.

Runs are numbered through the soak. A number's workflow comes from a list in which each workflow
stands as often as it weighs; its seed is its image under a permutation keyed by the base seed, so
that none comes twice. Each cycle then shuffles its runs, gives each a variant, and draws the older
runs that it checks again.`,
		Example: "  shadowrun plan --cycles 2 --json\n  shadowrun plan --from 100 --cycles 1",
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			config, err := a.config(c, &f)
			if err != nil {
				return err
			}
			if first < 1 || cycles < 1 {
				return fmt.Errorf("--from and --cycles: want 1 or more")
			}
			return a.printPlan(harness.NewPlan(config), first, cycles)
		},
	}
	f.addPlan(c, a)
	c.Flags().IntVar(&cycles, "cycles", 3, "how many cycles to print")
	c.Flags().IntVar(&first, "from", 1, "the first of them")
	return c
}

func (a *app) printPlan(p *harness.Plan, first, cycles int) error {
	if a.json {
		j := planJSON{Version: jsonVersion, BaseSeed: p.Base, Digest: p.Digest()}
		for n := range cycles {
			j.Cycles = append(j.Cycles, p.Cycle(first+n))
		}
		return a.printJSON(j)
	}
	fmt.Fprintf(a.out, "plan %.12s, base seed %d\n", p.Digest(), p.Base)
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for n := range cycles {
		cycle := p.Cycle(first + n)
		fmt.Fprintf(w, "\ncycle %d\n", cycle.N)
		for _, r := range cycle.Runs {
			fmt.Fprintf(w, "  %s\t%s\tseed %d\t%s\n", r.ID, r.Workflow, r.Seed, variantText(r))
		}
		for _, r := range cycle.Rechecks {
			fmt.Fprintf(w, "  %s\t%s\tseed %d\tchecked again\n", r.ID, r.Workflow, r.Seed)
		}
	}
	return w.Flush()
}

func variantText(r harness.PlannedRun) string {
	if r.Variant == harness.VariantResumed {
		return fmt.Sprintf("%s (killed after %.0f %% of its checkpoints)", r.Variant, 100*r.Kill)
	}
	return string(r.Variant)
}
