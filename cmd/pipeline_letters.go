package cmd

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type pipelineLettersJSON struct {
	Version int                  `json:"version"`
	Project string               `json:"project"`
	Letters []project.DeadLetter `json:"dead_letters"`
}

func (a *app) pipelineLettersCommand(f *pipelineFlags) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "dead-letters",
		Short: "What was given up: list, replay, purge",
		Long: `A stage that is given up leaves a dead letter: what it was asked, what went wrong, how often it was tried.
Find the cause first ('list', 'history --failures'); then replay the letter, or purge it.`,
	})
	list := &cobra.Command{
		Use: "list ID", Short: "List the dead letters of a project, oldest first",
		Example: "  shadowrun pipeline dead-letters list project-1\n  shadowrun pipeline dead-letters list project-1 --json | jq '.dead_letters | length'",
		Args:    arguments(1, 1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.showLetters(f, args[0]) },
	}
	replay := &cobra.Command{
		Use: "replay ID [LETTER]", Short: "Let the stage of a dead letter begin anew: of the newest, or the one named",
		Long:    "Takes a dead letter out of the queue, and lets its stage and those after it begin anew. 'run' carries it out.",
		Example: `  shadowrun pipeline dead-letters replay project-1 letter-12 --reason "the disk has space again"`,
		Args:    arguments(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return o.ReplayLetter(args[0], argument(args[1:])) })
		},
	}
	f.addChange(replay, why)
	c.AddCommand(list, replay, a.purgeCommand(f))
	return c
}

func (a *app) purgeCommand(f *pipelineFlags) *cobra.Command {
	var which pipeline.Purge
	older := secondsOrDuration{&which.OlderThan}
	c := &cobra.Command{
		Use: "purge ID [LETTER…]", Short: "Give dead letters up for good: some, the old ones, or all",
		Long: `Takes dead letters out of the queue: those that are named, those older than a time, or all. The file is backed
up beside itself first, and the audit log keeps them.`,
		Example: `  shadowrun pipeline dead-letters purge project-1 letter-12 --reason "the order was cancelled"
  shadowrun pipeline dead-letters purge project-1 --older-than 720h --reason "quarterly"
  shadowrun pipeline dead-letters purge project-1 --all --reason "a drill's"`,
		Args: arguments(1, 1000),
		RunE: func(c *cobra.Command, args []string) error {
			which.IDs = args[1:]
			return a.changed(c, f, func(o pipeline.Operator) (pipeline.Done, error) { return o.PurgeLetters(args[0], which) })
		},
	}
	f.addChange(c, why)
	c.Flags().Var(&older, "older-than", "those older than this, such as 72h")
	c.Flags().BoolVar(&which.All, "all", false, "all of them")
	return c
}

func (a *app) showLetters(f *pipelineFlags, id string) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	letters, err := o.DeadLetters(id)
	switch {
	case err != nil:
		return f.refused(err)
	case a.json:
		return a.printJSON(pipelineLettersJSON{jsonVersion, id, letters})
	case len(letters) == 0:
		fmt.Fprintf(a.out, "%s: no dead letters\n", id)
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "LETTER\tGIVEN UP\tSTAGE\tKIND\tATTEMPTS\tSERVICE\tERROR")
	for _, l := range letters {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", l.ID, l.At.UTC().Format(time.RFC3339), l.Stage, l.Kind, l.Attempts, dash(printable(l.Service)), shortened(l.Message))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	s, err := o.Status(id)
	if err != nil {
		return f.refused(err)
	}
	act := "replay"
	if s.Status != project.Failed {
		act = "purge" // it got on without: a replay would be refused
	}
	last := letters[len(letters)-1]
	fmt.Fprintf(a.out, "\n  mend  %s: %s\n", mend[last.Kind].why, f.paste("shadowrun pipeline "+mend[last.Kind].look+" "+id))
	fmt.Fprintf(a.out, "  next  %s\n", f.paste(fmt.Sprintf(`shadowrun pipeline dead-letters %s %s %s --reason "…"`, act, id, last.ID)))
	return nil
}

// mend says of each kind of error why a letter came of it, and where to look for the cause: replayed before that
// is mended, it comes back.
var mend = map[project.ErrorKind]struct{ why, look string }{
	project.Validation: {"what the agent made was refused each time", "gate show"},
	project.Transient:  {"the service or the agent failed each time", "breaker status"},
	project.Permanent:  {"the agent says that no retry helps", "history --failures"},
}
