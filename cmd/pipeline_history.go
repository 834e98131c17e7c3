package cmd

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

type pipelineHistoryJSON struct {
	Version int             `json:"version"`
	Project string          `json:"project"`
	Entries []project.Entry `json:"entries"`
}

// pipelineTransitionJSON is an entry of the audit log, as a line among others.
type pipelineTransitionJSON struct {
	Version int `json:"version"`
	project.Entry
}

// historyEvery is how often --follow looks.
const historyEvery = 500 * time.Millisecond

func (a *app) pipelineHistoryCommand(f *pipelineFlags) *cobra.Command {
	var filter pipeline.Filter
	var stage, event string
	var follow bool
	c := &cobra.Command{
		Use:   "history ID",
		Short: "Show a project's audit log: every transition, by whom and why",
		Long: `Shows the transitions of a project, oldest first. --failures leaves what failed: attempts, projects that
were given up, gates that were rejected, breakers that opened, engines that died.

--follow goes on with what comes, until the project is completed or an interrupt.`,
		Example: "  shadowrun pipeline history project-1 --tail 20\n  shadowrun pipeline history project-1 --stage verify --failures\n  shadowrun pipeline history project-1 | grep circuit_breaker\n  shadowrun pipeline history project-1 --follow",
		Args:    arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.reader()
			if err != nil {
				return err
			}
			if filter.Stage, filter.Event, err = chosen(stage, event); err != nil {
				return err
			}
			if filter.Tail < 0 || c.Flags().Changed("tail") && filter.Tail == 0 {
				return errors.New("--tail: want 1 or more")
			}
			return a.showHistory(c, f, o, args[0], filter, follow)
		},
	}
	flags := c.Flags()
	flags.StringVar(&stage, "stage", "", "only those of this `stage`")
	flags.StringVar(&event, "event", "", "only these `event`s, such as circuit_breaker_opened")
	flags.BoolVar(&filter.Failures, "failures", false, "only what failed")
	flags.IntVar(&filter.Tail, "tail", 0, "only the newest so many of these")
	flags.BoolVar(&follow, "follow", false, "go on with what comes")
	return c
}

// chosen holds the names to what there is: a slip would show nothing, and seem to say that nothing happened.
func chosen(stage, event string) (project.Stage, project.Event, error) {
	if stage != "" && project.Stage(stage).Index() < 0 {
		return "", "", fmt.Errorf("--stage %s: there is no such stage; want one of %s", stage, names(project.Stages))
	}
	if _, known := project.RowOf(project.Event(event)); event != "" && !known {
		var all []project.Event
		for _, row := range project.Table {
			all = append(all, row.Event)
		}
		return "", "", fmt.Errorf("--event %s: there is no such event; want one of %s", event, names(all))
	}
	return project.Stage(stage), project.Event(event), nil
}

func names[T ~string](all []T) string {
	var texts []string
	for _, v := range all {
		texts = append(texts, string(v))
	}
	return strings.Join(texts, ", ")
}

func (a *app) showHistory(c *cobra.Command, f *pipelineFlags, o pipeline.Operator, id string, filter pipeline.Filter, follow bool) error {
	if follow {
		return a.followHistory(c, f, o, id, filter)
	}
	entries, err := o.History(id, filter)
	switch {
	case err != nil:
		return f.refused(err)
	case a.json:
		return a.printJSON(pipelineHistoryJSON{jsonVersion, id, entries})
	case len(entries) == 0:
		fmt.Fprintf(a.out, "%s: no such transition\n", id)
		return nil
	}
	fmt.Fprintln(a.out, transitionHead)
	for _, e := range entries {
		fmt.Fprintln(a.out, transitionLine(e))
	}
	return nil
}

func (a *app) followHistory(c *cobra.Command, f *pipelineFlags, o pipeline.Operator, id string, filter pipeline.Filter) error {
	last := int64(0)
	return watching(c.Context(), historyEvery, func() (bool, error) {
		s, err := o.Status(id) // before the entries, so that none of a completed project is missed
		if err != nil {
			return true, f.refused(err)
		}
		entries, err := o.History(id, filter)
		if err != nil {
			return true, f.refused(err)
		}
		filter.Tail = 0 // of what was there; what comes is shown whole
		for _, e := range entries {
			if e.Seq > last {
				a.transition(e)
				last = e.Seq
			}
		}
		last = max(last, s.Sequence)
		return s.Status == project.Completed, nil
	})
}
