package cmd

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

func (a *app) pipelineStatusCommand(f *pipelineFlags) *cobra.Command {
	watch := secondsOrDuration{new(time.Duration)}
	c := &cobra.Command{
		Use:   "status ID",
		Short: "Show how a project is: its stages, what is wrong, what to type next",
		Long: `Shows a project: each stage, its last checkpoint, circuit breakers, dead letters, what is wrong with it,
and its last transitions. It changes nothing, and disturbs no engine.

--watch looks again every two seconds, or as often as it says, until the project is completed or has failed.`,
		Example: "  shadowrun pipeline status project-1\n  shadowrun pipeline status project-1 --watch\n  shadowrun pipeline status project-1 --json | jq '.status, .current_stage'",
		Args:    arguments(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := f.reader()
			if err != nil {
				return err
			}
			if *watch.d > 0 {
				return a.watchPipeline(c, f, o, args[0], *watch.d)
			}
			s, err := o.Status(args[0])
			if err != nil {
				return f.refused(err)
			}
			if a.json {
				return a.printJSON(s)
			}
			return f.writePipeline(a.out, s)
		},
	}
	flags := c.Flags()
	flags.VarP(&watch, "watch", "", "look again every so often (default 2s)")
	flags.Lookup("watch").NoOptDefVal = defaultWatch.String()
	return c
}

// watchPipeline shows a project again and again: on a terminal in the same place, elsewhere where it changed.
func (a *app) watchPipeline(c *cobra.Command, f *pipelineFlags, o pipeline.Operator, id string, every time.Duration) error {
	last := int64(-1)
	terminal := isTerminal(a.out) && !a.json
	return watching(c.Context(), every, func() (bool, error) {
		s, err := o.Status(id)
		if err != nil {
			return true, f.refused(err)
		}
		over := s.Status == project.Completed || s.Status == project.Failed
		if s.Sequence == last && !terminal {
			return over, nil
		}
		first := last < 0
		last = s.Sequence
		if a.json {
			return over, a.printLine(s)
		}
		var text bytes.Buffer
		if err := f.writePipeline(&text, s); err != nil {
			return true, err
		}
		if terminal {
			return over, a.drawOver(text.String())
		}
		if !first {
			fmt.Fprintln(a.out)
		}
		_, err = a.out.Write(text.Bytes())
		return over, err
	})
}

// writePipeline writes a project for people.
func (f *pipelineFlags) writePipeline(out io.Writer, s pipeline.Status) error {
	done := 0
	for _, stage := range s.Stages {
		if stage.Status == project.StageCompleted {
			done++
		}
	}
	at := " at " + string(s.CurrentStage)
	if s.Status == project.Completed {
		at = ""
	}
	held := ""
	if slices.ContainsFunc(s.Health, func(h project.Finding) bool { return h.What == "held" }) {
		held = ", held"
	}
	fmt.Fprintf(out, "%s: %s%s%s, %d of %d stages completed\n\n", s.Project, s.Status, at, held, done, len(project.Stages))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  STAGE\tSTATUS\tATTEMPTS\tSTARTED\tCOMPLETED\tARTIFACTS\tERROR")
	for _, name := range project.Stages {
		at := s.Stages[name]
		fmt.Fprintf(w, "  %s\t%s\t%d\t%s\t%s\t%d\t%s\n", name, at.Status, at.Attempts, moment(at.StartedAt), moment(at.CompletedAt), len(at.Artifacts), dash(shortened(at.Error)))
	}
	w.Flush()
	fmt.Fprintln(out)
	writeCircumstances(out, s)
	fmt.Fprintln(out, "\n  last transitions")
	for _, e := range s.Last {
		fmt.Fprintf(out, "  %s\n", transitionLine(e))
	}
	if next := f.paste(nextOf(s)); next != "" {
		fmt.Fprintf(out, "\n  next  %s\n", next)
	}
	return nil
}

func writeCircumstances(out io.Writer, s pipeline.Status) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	switch died := s.Stages[s.CurrentStage].Status == project.StageInProgress; {
	case s.Engine == nil && died:
		row("engine", "none is at work on it, though %s is in progress: it died", s.CurrentStage)
	case s.Engine == nil && len(s.Last) > 0 && s.Last[len(s.Last)-1].Event == project.Interrupted:
		row("engine", "none is at work on it: it was interrupted at %s; running it again goes on", moment(&s.Last[len(s.Last)-1].At))
	case s.Engine == nil:
		row("engine", "none is at work on it")
	default:
		row("engine", "process %d (%s) since %s", s.Engine.PID, printable(s.Engine.Actor), moment(&s.Engine.Since))
	}
	row("created", "%s, seed %d", moment(&s.CreatedAt), s.Seed)
	r := s.RecoveryInfo
	if c, ok := s.Checkpoint(r.LastSuccessfulCheckpoint); ok {
		row("checkpoint", "%s, after %s", c.ID, c.Stage)
	} else {
		row("checkpoint", "none so far")
	}
	row("recovery", "%s, %s of the debugger, %s", quantityOf(r.Retries, "retry", "retries"), quantityOf(r.DebuggerInvocations, "call", "calls"), quantityOf(r.Interruptions, "interruption", "interruptions"))
	for _, service := range slices.Sorted(maps.Keys(s.CircuitBreakers)) {
		b := s.CircuitBreakers[service]
		since := ""
		if b.OpenedAt != nil {
			since = " since " + moment(b.OpenedAt)
		}
		row("breaker", "%s: %s%s, %s in a row", printable(service), b.State, since, quantity(b.Failures, "failure"))
	}
	for _, gate := range slices.Sorted(maps.Keys(s.QualityGates)) {
		row("gate", "%s was adjusted by %s: %s", gate, printable(s.QualityGates[gate].Actor), shortened(s.QualityGates[gate].Reason))
	}
	row("dead letters", "%d", s.DeadLetters)
	if r.LastError != "" && s.Status != project.Completed {
		row("last error", "%s", shortened(r.LastError))
	}
	if len(s.Health) == 0 {
		row("health", "nothing is above its threshold")
	}
	for _, h := range s.Health {
		row("health", "%s: %s; %s", strings.ToUpper(string(h.Level)), h.Detail, threshold(h))
	}
	w.Flush()
}

// nextOf is what an operator types next about a project.
func nextOf(s pipeline.Status) string {
	switch held := s.Engine != nil; {
	case held:
		return "shadowrun pipeline status " + s.Project + " --watch"
	case s.Status == project.Running && slices.ContainsFunc(s.Health, func(h project.Finding) bool { return h.What == "timeout" }):
		return "shadowrun pipeline unstick " + s.Project + ` --reason "…"`
	case s.Status == project.Failed && s.DeadLetters == 0: // a person rejected it, or the letters were purged
		return fmt.Sprintf(`shadowrun pipeline restart %s --from %s --reason "…"`, s.Project, s.CurrentStage)
	}
	return nextCommand(s.Project, s.Status, "")
}

// quantityOf is [quantity] of a noun with a plural of its own.
func quantityOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
