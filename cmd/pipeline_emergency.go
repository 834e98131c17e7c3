package cmd

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
)

type pipelineRevisionsJSON struct {
	Version   int                 `json:"version"`
	Project   string              `json:"project,omitempty"`
	Revisions []pipeline.Revision `json:"revisions"`
}

func (a *app) pipelineStopAllCommand(f *pipelineFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "stop-all", Short: "Emergency: no project begins another stage",
		Long: `Sets pipeline.enabled to false in .somas/config.yml, which engines look at before every stage, and stops all
projects that no engine is at work on. A stage that is under way is let finish: to end it at once, kill the engine
('status' says its process); nothing is lost by that.`,
		Example: `  shadowrun pipeline stop-all --reason "the provider leaks data, INC-40"`,
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) {
				d, err := o.StopAll()
				d.Next = `shadowrun pipeline start-all --reason "…", once it is over`
				return d, err
			})
		},
	}
	f.addChange(c, why)
	return c
}

func (a *app) pipelineStartAllCommand(f *pipelineFlags) *cobra.Command {
	c := &cobra.Command{
		Use: "start-all", Short: "The emergency is over: what was stopped goes on as what it was",
		Long:    "Sets pipeline.enabled to true again, and lets the projects that were stopped be what they were. 'run' takes them on.",
		Example: `  shadowrun pipeline start-all --reason "INC-40 is closed"`,
		Args:    arguments(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) {
				d, err := o.StartAll()
				d.Next = "shadowrun pipeline list"
				return d, err
			})
		},
	}
	f.addChange(c, why)
	return c
}

func (a *app) pipelineRollbackCommand(f *pipelineFlags) *cobra.Command {
	var config bool
	var to string
	c := &cobra.Command{
		Use:   "rollback ID | --config [--to REVISION]",
		Short: "Go back to a project's state, or the configuration, as git has it",
		Long: `Makes the state of a git revision the project's, or its configuration today's. It is held to its schema
first, and to the artifacts, which have to be there. The audit log stays, and says so.

Without --to it lists the revisions there are, and changes nothing.`,
		Example: `  shadowrun pipeline rollback project-1
  shadowrun pipeline rollback project-1 --to 1f0c2ab --reason "verify was skipped, INC-31"
  shadowrun pipeline rollback --config --to HEAD~1 --reason "the new thresholds are wrong"`,
		Args: arguments(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			id := argument(args)
			if config == (id != "") {
				return hinted(errors.New("what is to be rolled back? a project's ID, or --config"), helpHint(c))
			}
			if to == "" {
				return a.showRevisions(c, f, id)
			}
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) {
				if config {
					return o.RollbackConfig(c.Context(), to)
				}
				return o.Rollback(c.Context(), id, to)
			})
		},
	}
	f.addChange(c, why)
	c.Flags().BoolVar(&config, "config", false, "the configuration, .somas/config.yml")
	c.Flags().StringVar(&to, "to", "", "the git `revision`, such as HEAD~1")
	return c
}

func (a *app) showRevisions(c *cobra.Command, f *pipelineFlags, id string) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	all, err := o.Revisions(c.Context(), id)
	switch {
	case err != nil:
		return f.refused(err)
	case a.json:
		return a.printJSON(pipelineRevisionsJSON{jsonVersion, id, append([]pipeline.Revision{}, all...)})
	case len(all) == 0:
		return hinted(errors.New("it was never committed to git: there is nothing to go back to"), "'shadowrun pipeline backups' and 'reconstruct' need no git")
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "REVISION\tCOMMITTED\tSUBJECT")
	for _, r := range all {
		fmt.Fprintf(w, "%.12s\t%s\t%s\n", r.ID, r.Date, shortened(r.Subject))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	what := id
	if id == "" {
		what = "--config"
	}
	fmt.Fprintf(a.out, "\n  next  %s\n", f.paste(fmt.Sprintf(`shadowrun pipeline rollback %s --to %.12s --reason "…"`, what, all[0].ID)))
	return nil
}

func (a *app) pipelineEscalateCommand(f *pipelineFlags) *cobra.Command {
	var severity string
	c := &cobra.Command{
		Use: "escalate ID --severity low|medium|high|critical", Short: "Call somebody: notify, enter until when an answer is due",
		Long: `Tells whom monitoring.notifications names, and enters until when an answer is due.

  low       24 hours    watch it, write it down
  medium    4 hours     look into it, let automatic recovery try
  high      1 hour      act by hand, tell the team
  critical  15 minutes  all pipelines are stopped, too`,
		Example: `  shadowrun pipeline escalate project-1 --severity high --reason "verify fails since noon, INC-31"`,
		Args:    arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) {
				return o.Escalate(c.Context(), args[0], pipeline.Severity(severity))
			})
		},
	}
	f.addChange(c, "what is wrong, for whom is called and the audit log")
	c.Flags().StringVar(&severity, "severity", "", "low, medium, high or critical")
	return c
}

func (a *app) pipelineIncidentCommand(f *pipelineFlags) *cobra.Command {
	var i pipeline.Incident
	var severity, since string
	c := &cobra.Command{
		Use:   "incident ID --title TEXT --severity SEVERITY",
		Short: "Write a post-incident record, with its time line from the audit log",
		Long: `Writes a Markdown file below .somas/incidents: what happened, from the audit log; the cause; how it was resolved
(--reason); what is still to do. The resolution is entered in the audit log, too.`,
		Example: `  shadowrun pipeline incident project-1 --title "verify failed all night" --severity high --since 6h \
    --cause "the test database was full" --reason "it was emptied, and verify restarted" --follow-up "alert on its disk"`,
		Args: arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if i.Since, err = sinceWhen(since, time.Now()); err != nil {
				return err
			}
			i.Severity = pipeline.Severity(severity)
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return o.RecordIncident(args[0], i) })
		},
	}
	f.addChange(c, "how it was resolved")
	flags := c.Flags()
	flags.StringVar(&i.Title, "title", "", "what happened, in a few words")
	flags.StringVar(&severity, "severity", "", "low, medium, high or critical")
	flags.StringVar(&since, "since", "", "where the time line begins: a `time` (RFC 3339), or how long ago, such as 6h (default the project's begin)")
	flags.StringVar(&i.Cause, "cause", "", "why it happened")
	flags.StringArrayVar(&i.FollowUp, "follow-up", nil, "what is still to do; may be given several times")
	return c
}

// sinceWhen reads a time, or how long ago it was.
func sinceWhen(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		return now.Add(-ago).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("--since %s: want a time such as 2026-11-23T09:00:00Z, or how long ago, such as 6h", text)
	}
	return at, nil
}
