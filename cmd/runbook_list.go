package cmd

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/runbook"
)

func (a *app) runbookListCommand() *cobra.Command {
	var f runbookFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the procedures of runbooks",
		Example: `  shadowrun runbook list
  shadowrun runbook list --runbook ops.md --runbook db.md --json`,
		Args: arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			books, err := f.readable()
			if err != nil {
				return err
			}
			return a.listRunbooks(books)
		},
	}
	f.addBooks(c)
	return c
}

func (a *app) listRunbooks(books []*runbook.Book) error {
	if a.json {
		list := runbooksJSON{Version: jsonVersion, Runbooks: []runbookJSON{}}
		for _, b := range books {
			list.Runbooks = append(list.Runbooks, newRunbookJSON(b))
		}
		return a.printJSON(list)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i, b := range books {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %s, %s\n", b.Name, cmp.Or(b.Title, "without a title"), quantity(len(b.Procedures), "procedure"))
		for _, p := range b.Procedures {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", p.ID, orDash(p.Severity), orDash(p.ResponseTime), stepCount(p), p.Title)
		}
	}
	return w.Flush()
}

func stepCount(p *runbook.Procedure) string {
	text := quantity(len(p.Steps), "step")
	if n := len(p.Manual()); n > 0 {
		text += fmt.Sprintf(", %d manual", n)
	}
	return text
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// runbooksJSON is 'shadowrun runbook list --json'.
type runbooksJSON struct {
	Version  int           `json:"version"`
	Runbooks []runbookJSON `json:"runbooks"`
}

type runbookJSON struct {
	Name       string          `json:"name"`
	Title      string          `json:"title"`
	Digest     string          `json:"digest"`
	Procedures []procedureJSON `json:"procedures"`
}

type procedureJSON struct {
	ID           string `json:"id"`
	Title        string `json:"title"`
	Line         int    `json:"line"`
	Severity     string `json:"severity,omitempty"`
	ResponseTime string `json:"response_time,omitempty"`
	Digest       string `json:"digest"`
	Steps        int    `json:"steps"`
	Manual       int    `json:"manual"`
}

func newRunbookJSON(b *runbook.Book) runbookJSON {
	j := runbookJSON{b.Name, b.Title, b.Digest, []procedureJSON{}}
	for _, p := range b.Procedures {
		j.Procedures = append(j.Procedures, newProcedureJSON(p))
	}
	return j
}

func newProcedureJSON(p *runbook.Procedure) procedureJSON {
	return procedureJSON{p.ID, p.Title, p.Line, p.Severity, p.ResponseTime, p.Digest(), len(p.Steps), len(p.Manual())}
}
