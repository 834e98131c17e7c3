package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Incident is what a post-incident record says beside its time line.
type Incident struct {
	Title    string    `json:"title"`
	Severity Severity  `json:"severity"`
	Since    time.Time `json:"since"` // where the time line begins; zero: with the project
	Cause    string    `json:"cause,omitempty"`
	FollowUp []string  `json:"follow_up,omitempty"`
	// How it was resolved is the operator's reason.
}

// Recorded is an incident_recorded entry's detail.
type Recorded struct {
	Incident
	File   string `json:"file"`
	Digest string `json:"digest"`
}

// RecordIncident writes a post-incident record, with its time line from the audit log, and enters the
// resolution in the transitions.
func (o Operator) RecordIncident(id string, i Incident) (Done, error) {
	d := o.done("incident", id)
	_, err := i.Severity.Response()
	if strings.TrimSpace(i.Title) == "" {
		err = errors.Join(err, errors.New("an incident has a title: say in a few words what happened"))
	}
	if err := errors.Join(err, needs(o.Actor, o.Reason)); err != nil {
		return d, err
	}
	p, err := o.open(id)
	if err != nil {
		return d, err
	}
	defer p.Close()
	s := p.State()
	name := fmt.Sprintf("%s-%d.md", id, s.Sequence+1)
	path := filepath.Join(o.Root, ".somas", "incidents", name)
	text := i.markdown(s, timeline(p.Entries(), i.Since), o)
	d.did("wrote %s", path)
	if !o.DryRun {
		if err := replaceFile(path, []byte(text)); err != nil {
			return d, err
		}
	}
	r := Recorded{i, ".somas/incidents/" + name, project.Digest([]byte(text))}
	err = o.enter(&d, p, project.Entry{Event: project.IncidentRecorded, Detail: project.Detail(r)})
	if err != nil && !o.DryRun {
		err = errors.Join(err, os.Remove(path))
	}
	d.Next = ""
	return d, err
}

func timeline(entries []project.Entry, since time.Time) (in []project.Entry) {
	for _, e := range entries {
		if !e.At.Before(since) {
			in = append(in, e)
		}
	}
	return in
}

func (i Incident) markdown(s project.State, entries []project.Entry, o Operator) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", oneLine(i.Title))
	within, _ := i.Severity.Response()
	fmt.Fprintf(&b, "- Project: %s, %s at stage %s\n- Severity: %s (answer within %s)\n- Recorded: %s by %s\n\n",
		s.Project, s.Status, s.CurrentStage, i.Severity, within, o.Now().UTC().Format(time.RFC3339), oneLine(o.Actor))
	fmt.Fprintf(&b, "## What happened\n\n| time | # | event | stage | status | by | why |\n|---|---|---|---|---|---|---|\n")
	for _, e := range entries {
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s | %s |\n", e.At.Format(time.RFC3339), e.Seq, e.Event, e.Stage, e.To, cell(e.Actor), cell(e.Reason))
	}
	fmt.Fprintf(&b, "\n## Cause\n\n%s\n\n## Resolution\n\n%s\n", or(i.Cause, "Not known."), o.Reason)
	if len(i.FollowUp) > 0 {
		b.WriteString("\n## To do\n\n")
		for _, f := range i.FollowUp {
			fmt.Fprintf(&b, "- [ ] %s\n", oneLine(f))
		}
	}
	return b.String()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// cell is text as a table can have it.
func cell(s string) string { return strings.ReplaceAll(oneLine(s), "|", `\|`) }
