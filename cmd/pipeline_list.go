package cmd

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type pipelineListJSON struct {
	Version  int               `json:"version"`
	Projects []pipeline.Listed `json:"projects"`
}

func (a *app) pipelineListCommand(f *pipelineFlags) *cobra.Command {
	var failed bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the projects, or those that failed",
		Long:    "Lists the projects by their numbers. One that can't be read is listed as damaged, always: nobody knows whether it has failed.",
		Example: "  shadowrun pipeline list\n  shadowrun pipeline list --failed\n  shadowrun pipeline list --failed --json | jq -r '.projects[].project'",
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			o, err := f.reader()
			if err != nil {
				return err
			}
			var statuses []project.Status
			if failed {
				statuses = []project.Status{project.Failed}
			}
			all, err := o.List(statuses...)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(pipelineListJSON{jsonVersion, all})
			}
			return a.writePipelineList(f, all, failed)
		},
	}
	c.Flags().BoolVar(&failed, "failed", false, "only those that failed")
	return c
}

func (a *app) writePipelineList(f *pipelineFlags, all []pipeline.Listed, failed bool) error {
	if len(all) == 0 && failed {
		fmt.Fprintln(a.out, "no project has failed")
		return nil
	}
	if len(all) == 0 {
		fmt.Fprintf(a.out, "no project in %s; '%s' begins one\n", printable(f.root), f.paste("shadowrun pipeline create"))
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROJECT\tSTATUS\tSTAGE\tUPDATED\tDEAD LETTERS\tLAST ERROR")
	for _, l := range all {
		if l.Damage != "" {
			fmt.Fprintf(w, "%s\tdamaged\t-\t-\t-\t'%s' says what is wrong\n", l.Project, f.paste("shadowrun pipeline doctor "+l.Project))
			continue
		}
		last := l.LastError
		if l.Status == project.Completed {
			last = "" // it was mended
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", l.Project, l.Status, l.Stage, moment(&l.UpdatedAt), l.DeadLetters, dash(shortened(last)))
	}
	return w.Flush()
}
