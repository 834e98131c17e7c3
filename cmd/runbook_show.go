package cmd

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/runbook"
)

func (a *app) runbookShowCommand() *cobra.Command {
	var f runbookFlags
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show a procedure or a step as a scenario carries it out, and what to write once it is reviewed",
		Long: `Shows the steps of a procedure, or one step, exactly as a shell is given them. Read them; the lines at the end
are what a scenario then says to have carried them out as they are now.

An id that several runbooks have is written RUNBOOK:ID.`,
		Example: `  shadowrun runbook show tabletop
  shadowrun runbook show workflow-engine:tabletop-health`,
		Args: arguments(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			books, err := f.readable()
			if err != nil {
				return err
			}
			return a.showRunbook(books, args[0])
		},
	}
	f.addBooks(c)
	return c
}

func (a *app) showRunbook(books []*runbook.Book, name string) error {
	b, p, procedureErr := runbook.FindProcedure(books, name)
	if procedureErr == nil {
		return a.printProcedure(b, p, p.Steps, fmt.Sprintf("procedure %s %s", name, p.Digest()), name)
	}
	b, s, stepErr := runbook.FindStep(books, name)
	if stepErr == nil {
		return a.printProcedure(b, s.Procedure, []*runbook.Step{s}, "", name)
	}
	return errors.Join(procedureErr, stepErr)
}

func (a *app) printProcedure(b *runbook.Book, p *runbook.Procedure, steps []*runbook.Step, whole, name string) error {
	if a.json {
		j := runbookShowJSON{Version: jsonVersion, Runbook: b.Name, Procedure: newProcedureJSON(p), Steps: []runbookStepJSON{}}
		for _, s := range steps {
			j.Steps = append(j.Steps, newRunbookStepJSON(s))
		}
		return a.printJSON(j)
	}
	fmt.Fprintf(a.out, "%s (%s.md:%d)\n", p.Title, b.Name, p.Line)
	if p.Severity != "" || p.ResponseTime != "" {
		fmt.Fprintf(a.out, "severity %s, response time %s\n", orDash(p.Severity), orDash(p.ResponseTime))
	}
	var lines []string
	for _, s := range steps {
		a.printStep(b, s)
		if s.Manual == "" {
			lines = append(lines, fmt.Sprintf("step %s %s", qualifiedAs(name, s.ID), s.Digest))
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(a.out, "\nin a scenario, once it is reviewed\n  %s\n", strings.Join(lines, "\n  "))
	}
	if whole != "" && len(lines) > 0 {
		fmt.Fprintf(a.out, "or, all of them\n  %s\n", whole)
	}
	return nil
}

// qualifiedAs names a step with its book where somebody named one.
func qualifiedAs(name, id string) string {
	if book, _, qualified := strings.Cut(name, ":"); qualified {
		return book + ":" + id
	}
	return id
}

func (a *app) printStep(b *runbook.Book, s *runbook.Step) {
	fmt.Fprintf(a.out, "\nstep %s (%s.md:%d, %s)\n%s", s.ID, b.Name, s.Line, s.Lang, stepLines(s.Block))
	if s.Expect != "" {
		fmt.Fprintf(a.out, "  expects\n%s", stepLines(s.Expect))
	}
	if len(s.Placeholders) > 0 {
		fmt.Fprintf(a.out, "  placeholders: %s\n", strings.Join(s.Placeholders, ", "))
	}
	if s.Destructive {
		fmt.Fprintln(a.out, "  destructive")
	}
	if s.Manual != "" {
		fmt.Fprintf(a.out, "  manual: %s\n", s.Manual)
	}
}

func stepLines(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		lines.WriteString("  | " + strings.TrimSuffix(line, "\n") + "\n")
	}
	return lines.String()
}

// runbookShowJSON is 'shadowrun runbook show --json'.
type runbookShowJSON struct {
	Version   int               `json:"version"`
	Runbook   string            `json:"runbook"`
	Procedure procedureJSON     `json:"procedure"`
	Steps     []runbookStepJSON `json:"steps"`
}

type runbookStepJSON struct {
	ID           string   `json:"id"`
	Line         int      `json:"line"`
	Lang         string   `json:"lang"`
	Block        string   `json:"block"`
	Expect       string   `json:"expect,omitempty"`
	Placeholders []string `json:"placeholders,omitempty"`
	Destructive  bool     `json:"destructive"`
	Manual       string   `json:"manual,omitempty"`
	Digest       string   `json:"digest"`
}

func newRunbookStepJSON(s *runbook.Step) runbookStepJSON {
	return runbookStepJSON{s.ID, s.Line, s.Lang, s.Block, s.Expect, s.Placeholders, s.Destructive, s.Manual, s.Digest}
}
