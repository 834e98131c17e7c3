package pipeline

import (
	"errors"
	"fmt"
	"time"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// Operator is a person at work on the projects of a root. Each of its operations is refused, done
// whole, or not at all, and is entered with who and why.
type Operator struct {
	Root   string
	Now    func() time.Time
	Actor  string
	Reason string
	DryRun bool // say what would be done, and write nothing
}

// Done is what an operation did, or with a dry run would do.
type Done struct {
	Operation string         `json:"operation"`
	Project   string         `json:"project,omitempty"`
	DryRun    bool           `json:"dry_run"`
	Did       []string       `json:"did"` // in order
	Status    project.Status `json:"status,omitempty"`
	Stage     project.Stage  `json:"stage,omitempty"`
	Next      string         `json:"next,omitempty"` // what to type next
}

func (o Operator) done(operation, id string) Done {
	return Done{Operation: operation, Project: id, DryRun: o.DryRun, Did: []string{}}
}

func (d *Done) did(format string, args ...any) { d.Did = append(d.Did, fmt.Sprintf(format, args...)) }

// change enters one entry that the state allows, made by plan. A project with any damage is not opened: nothing goes on
// from artifacts that are not what they were.
func (o Operator) change(operation, id string, plan func(p *store.Project) (project.Entry, error)) (Done, error) {
	d := o.done(operation, id)
	if err := needs(o.Actor, o.Reason); err != nil {
		return d, err
	}
	p, err := o.open(id)
	if err != nil {
		return d, err
	}
	defer p.Close()
	e, err := plan(p)
	if err != nil {
		return d, err
	}
	return d, o.enter(&d, p, e)
}

// enter enters an entry; with a dry run it is only held to the table.
func (o Operator) enter(d *Done, p *store.Project, e project.Entry) error {
	e.At, e.Actor, e.Reason = o.Now(), o.Actor, o.Reason
	for _, m := range p.Mended {
		d.did("opening it mended %s: %s", m.File, m.Found)
	}
	before := p.State()
	_, after, _, err := project.Prepare(before, p.Letters(), e)
	if err != nil {
		return err
	}
	if !o.DryRun {
		if err := p.Append(e); err != nil {
			return err
		}
		after = p.State()
	}
	d.Did = append(d.Did, changes(before, after)...)
	d.Status, d.Stage = after.Status, after.CurrentStage
	if after.Status == project.Pending || after.Status == project.Running {
		d.Next = "shadowrun pipeline run " + d.Project
	}
	return nil
}

// open opens a project that no engine is at work on; with a dry run, to be read.
func (o Operator) open(id string) (*store.Project, error) {
	if o.DryRun {
		p, err := openRead(o.Root, id)
		if err != nil {
			return nil, err
		}
		if who := p.Holder(); who != nil {
			return nil, errors.Join(&store.HeldError{Project: id, Holder: *who}, p.Close())
		}
		return p, nil
	}
	return openProject(o.Root, id, o.Now, o.Actor)
}
