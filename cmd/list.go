package cmd

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

type listJSON struct {
	Version   int            `json:"version"`
	Workflows []workflowJSON `json:"workflows"`
}

type workflowJSON struct {
	Name     string   `json:"name"`
	Command  []string `json:"command,omitempty"`
	Output   string   `json:"output"`
	Weight   int      `json:"weight"`
	Timeout  float64  `json:"timeout_seconds"`
	Variants []string `json:"variants"`
}

func (a *app) listCommand() *cobra.Command {
	var f configFlags
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the workflows of the configuration",
		Example: "  shadowrun list --config engine.yaml",
		Args:    arguments(0, 0),
		RunE:    func(c *cobra.Command, _ []string) error { return a.list(c, &f) },
	}
	f.addChoice(c, a)
	return c
}

func (a *app) list(c *cobra.Command, f *configFlags) error {
	config, err := a.config(c, f)
	if err != nil {
		return err
	}
	rows := []workflowJSON{}
	for _, w := range config.Workflows {
		row := workflowJSON{Name: w.Name, Command: w.Command, Output: string(w.Output), Weight: w.Weight}
		row.Timeout = float64(w.Timeout) / 1e9
		for _, v := range w.Variants {
			row.Variants = append(row.Variants, string(v))
		}
		rows = append(rows, row)
	}
	if a.json {
		return a.printJSON(listJSON{jsonVersion, rows})
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tWEIGHT\tTIMEOUT\tVARIANTS\tRUNS")
	for i, r := range rows {
		what := "Go, in this binary"
		if a.builtIn && a.runsOnlyNamed(r.Name) {
			what += "; only with --workflow " + r.Name
		}
		if r.Command != nil {
			what = printable(strings.Join(r.Command, " "))
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", r.Name, r.Weight, config.Workflows[i].Timeout, strings.Join(r.Variants, ", "), what)
	}
	return w.Flush()
}
