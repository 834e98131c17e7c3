package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// pipelineDoneJSON is what an operation did.
type pipelineDoneJSON struct {
	Version int `json:"version"`
	pipeline.Done
}

// printDone prints what an operation did, and what to type next.
func (a *app) printDone(d pipeline.Done) error {
	if d.DryRun {
		d.Next = ""
	}
	if a.json {
		return a.printJSON(pipelineDoneJSON{jsonVersion, d})
	}
	head := d.Operation
	if d.Project != "" {
		head = d.Project + ": " + head
	}
	if d.DryRun {
		head += " (dry run: nothing was changed; this is what would be done)"
	}
	fmt.Fprintln(a.out, head)
	for _, did := range d.Did {
		fmt.Fprintf(a.out, "  %s\n", printable(did))
	}
	if len(d.Did) == 0 && d.Status != "" {
		fmt.Fprintf(a.out, "  entered in the audit log; the project is %s at %s, as before\n", d.Status, d.Stage)
	}
	if d.DryRun {
		fmt.Fprintln(a.out, "  next  the same without --dry-run")
	} else if d.Next != "" {
		fmt.Fprintf(a.out, "  next  %s\n", d.Next)
	}
	return nil
}

// transitionHead names the columns of [transitionLine].
const transitionHead = "TIME                     #  EVENT                        ABOUT       PROJECT    BY          WHY"

// transitionLine is an entry of the audit log, in columns of a fixed width: they come one by one.
func transitionLine(e project.Entry) string {
	about := string(e.Stage)
	if about == "" {
		about = e.Service
	}
	line := fmt.Sprintf("%s  %4d  %-27s  %-10s  %-9s  %-10s  %s", e.At.UTC().Format(time.RFC3339), e.Seq, e.Event,
		printable(about), e.To, printable(e.Actor), shortened(e.Reason))
	return strings.TrimRight(line, " ")
}

// moment is a time for people; that there is none is a dash.
func moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// dash stands for nothing in a table's cell.
func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
