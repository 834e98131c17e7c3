package cmd

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type pipelineBreakersJSON struct {
	Version  int                      `json:"version"`
	Project  string                   `json:"project"`
	Breakers []pipeline.BreakerStatus `json:"breakers"`
}

func (a *app) pipelineBreakerCommand(f *pipelineFlags) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "breaker",
		Short: "The circuit breakers of a project: status, reset, trip",
		Long: `A circuit breaker guards a project against a service that fails. Each project has its own: what is reset or tripped for
one stays as it is for the others.

  closed     normal: calls go through
  open       the service failed too often in a row: its stages are not begun
  half_open  the recovery time-out is over: a few calls test the service

error_handling.circuit_breaker in .somas/config.yml says when. 'history' shows each of its events.`,
	})
	status := &cobra.Command{
		Use: "status ID", Short: "Show the circuit breakers of a project",
		Example: "  shadowrun pipeline breaker status project-1\n  shadowrun pipeline history project-1 | grep circuit_breaker",
		Args:    arguments(1, 1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.showBreakers(f, args[0]) },
	}
	reset := &cobra.Command{
		Use: "reset ID SERVICE", Short: "Force it closed: calls go through again",
		Long:    "Forces a circuit breaker closed, its counts at zero. Make sure first that the service is well.",
		Example: `  shadowrun pipeline breaker reset project-1 ai_api --reason "the provider says it is mended"`,
	}
	force := &cobra.Command{
		Use: "trip ID SERVICE", Short: "Force it open: no call until it is reset",
		Long:    "Forces a circuit breaker open. Unlike one that opened by itself it stays open until 'breaker reset'.",
		Example: `  shadowrun pipeline breaker trip project-1 ai_api --reason "its bill is unpaid"`,
	}
	c.AddCommand(status, a.serviceChange(f, reset, pipeline.Operator.ResetBreaker), a.serviceChange(f, force, trip))
	return c
}

func (a *app) serviceChange(f *pipelineFlags, c *cobra.Command, change func(o pipeline.Operator, id, service string) (pipeline.Done, error)) *cobra.Command {
	c.Args = arguments(2, 2)
	c.RunE = func(c *cobra.Command, args []string) error {
		return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return change(o, args[0], args[1]) })
	}
	f.addChange(c, why)
	return c
}

// trip says what ends it: a project whose breaker was tripped does not go on by being run.
func trip(o pipeline.Operator, id, service string) (pipeline.Done, error) {
	d, err := o.TripBreaker(id, service)
	d.Next = fmt.Sprintf(`shadowrun pipeline breaker reset %s %s --reason "…"`, id, service)
	return d, err
}

func (a *app) showBreakers(f *pipelineFlags, id string) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	all, err := o.Breakers(id)
	switch {
	case err != nil:
		return f.refused(err)
	case a.json:
		return a.printJSON(pipelineBreakersJSON{jsonVersion, id, all})
	case len(all) == 0:
		fmt.Fprintf(a.out, "%s: all are closed; no service has failed so far\n", id)
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SERVICE\tSTATE\tFAILURES IN A ROW\tTESTS PASSED\tOPENED\tOPEN UNTIL")
	next := ""
	for _, b := range all {
		until := moment(b.Until)
		if b.Forced {
			until = "it is reset: it was tripped by hand"
		}
		if b.State == project.BreakerIsOpen {
			next = f.paste(fmt.Sprintf(`shadowrun pipeline breaker reset %s %s --reason "…"`, id, b.Service))
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\n", printable(b.Service), b.State, b.Failures, b.Probes, moment(b.OpenedAt), until)
	}
	if err := w.Flush(); err != nil || next == "" {
		return err
	}
	fmt.Fprintf(a.out, "\n  next  %s  (if the service is well; else wait)\n", next)
	return nil
}
