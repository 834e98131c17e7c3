package cmd

import (
	"fmt"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// pipelineRunJSON is how far projects came.
type pipelineRunJSON struct {
	Version  int               `json:"version"`
	Projects []pipelineRanJSON `json:"projects"`
}

// pipelineRanJSON is how far one came, and what to type next.
type pipelineRanJSON struct {
	pipeline.Outcome
	Next string `json:"next,omitempty"`
}

func (a *app) pipelineRunCommand(f *pipelineFlags) *cobra.Command {
	var watch bool
	c := &cobra.Command{
		Use:   "run ID…",
		Short: "Take projects on, until they are completed or need somebody",
		Long: `Takes each project on, one after the other, from wherever it is: a stage that an engine died at begins
anew. A stage that fails is tried again as error_handling.retries says, and the debugger looks at validation
failures; then the project has failed, and a dead letter keeps the context.

--watch shows every transition as it happens. An interrupt (Ctrl-C) ends it at once; running it again goes on.

Exit status: 0 completed; 1 failed; 2 it could not be begun; 3 it waits for a person, or for a circuit breaker;
4 interrupted, or stopped. Of several projects: 1 if one failed, else 4, else 3.`,
		Example: "  shadowrun pipeline run project-1\n  shadowrun pipeline run project-1 project-2 --watch",
		Args:    arguments(1, 1000),
		RunE:    func(c *cobra.Command, ids []string) error { return a.runPipeline(c, f, ids, watch) },
	}
	c.Flags().BoolVar(&watch, "watch", false, "show every transition as it happens")
	return c
}

func (a *app) runPipeline(c *cobra.Command, f *pipelineFlags, ids []string, watch bool) error {
	o, err := f.reader()
	if err != nil {
		return err
	}
	ctx, end := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
	defer end()
	e := &pipeline.Engine{Root: f.root, Now: time.Now, Actor: "engine"}
	if watch {
		e.Log = a.transition
	}
	ran := pipelineRunJSON{jsonVersion, []pipelineRanJSON{}}
	status := exitOK
	for _, id := range ids {
		out, err := e.Run(ctx, id)
		if err != nil {
			return f.refused(err)
		}
		next := nextCommand(id, out.Status, out.Why)
		if s, err := o.Status(id); err == nil && out.Status == project.Failed {
			next = nextOf(s) // whether there is a letter
		}
		ran.Projects = append(ran.Projects, pipelineRanJSON{out, f.paste(next)})
		status = worse(status, ranStatus(out.Why))
		if ctx.Err() != nil {
			break // what was not begun is as it was
		}
	}
	if err := a.printRan(ran, watch); err != nil {
		return err
	}
	if status != exitOK {
		return exitError(status)
	}
	return nil
}

// transition shows what an engine has just entered: a line.
func (a *app) transition(e project.Entry) {
	if a.json {
		a.printLine(pipelineTransitionJSON{jsonVersion, e}) // standard output that is gone does not end an engine
		return
	}
	fmt.Fprintln(a.out, transitionLine(e))
}

// ranStatus is the exit status of a project that came to rest.
func ranStatus(why pipeline.Why) int {
	switch why {
	case pipeline.WhyCompleted:
		return exitOK
	case pipeline.WhyFailed:
		return exitFail
	case pipeline.WhyWaiting, pipeline.WhyBreaker:
		return exitInconclusive
	}
	return exitInterrupted
}

// worse is the exit status that says more.
func worse(a, b int) int {
	for _, status := range []int{exitFail, exitInterrupted, exitInconclusive} {
		if a == status || b == status {
			return status
		}
	}
	return exitOK
}

func (a *app) printRan(ran pipelineRunJSON, watched bool) error {
	switch {
	case a.json && watched:
		return a.printLine(ran)
	case a.json:
		return a.printJSON(ran)
	case watched:
		fmt.Fprintln(a.out)
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, p := range ran.Projects {
		fmt.Fprintf(w, "%s\t%s\n", p.Project, shortened(outcome(p.Outcome)))
		for _, m := range p.Mended {
			fmt.Fprintf(w, "  mended\t%s\n", describeDamage(m))
		}
		if p.Next != "" {
			fmt.Fprintf(w, "  next\t%s\n", p.Next)
		}
	}
	return w.Flush()
}

// outcome says in words how far a project came.
func outcome(o pipeline.Outcome) string {
	text := ""
	switch o.Why {
	case pipeline.WhyCompleted:
		return "completed: all stages are"
	case pipeline.WhyFailed:
		text = fmt.Sprintf("FAILED at %s", o.Stage)
	case pipeline.WhyWaiting:
		return fmt.Sprintf("waits for a person: may %s begin?", o.Stage)
	case pipeline.WhyStopped:
		return fmt.Sprintf("stopped before %s: nothing is done until it is started", o.Stage)
	case pipeline.WhyBreaker:
		text = fmt.Sprintf("held at %s: the circuit breaker of %s is open", o.Stage, o.Service)
		if o.Until != nil {
			text += " until " + moment(o.Until)
		}
	case pipeline.WhyCancelled:
		return fmt.Sprintf("interrupted at %s; running it again goes on", o.Stage)
	}
	if o.Message != "" {
		text += ": " + o.Message
	}
	return text
}

// nextCommand is what an operator types next about a project; why is "" where no engine just ran it.
func nextCommand(id string, status project.Status, why pipeline.Why) string {
	do := func(what string) string { return "shadowrun pipeline " + what }
	switch {
	case why == pipeline.WhyBreaker:
		return do("breaker status " + id)
	case status == project.Waiting:
		return do("approve " + id + ` --reason "…"`)
	case status == project.Failed:
		return do("dead-letters list " + id)
	case status == project.Stopped:
		return do(`start-all --reason "…"`)
	case status == project.Completed:
		return ""
	}
	return do("run " + id)
}
