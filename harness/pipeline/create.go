package pipeline

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// Create begins a project. "" is the next number that was never used, archives included.
func (o Operator) Create(id string, seed uint64) (Done, error) {
	d := o.done("create", id)
	if id == "" {
		ids, err := store.Projects(o.Root)
		if err != nil {
			return d, err
		}
		last := 0
		for _, there := range append(ids, archived(o.Root)...) {
			n, _ := strconv.Atoi(strings.TrimPrefix(there, "project-"))
			last = max(last, n)
		}
		d.Project = fmt.Sprintf("project-%d", last+1)
	}
	return d, o.begin(&d, seed)
}

func (o Operator) begin(d *Done, seed uint64) error {
	if err := project.CheckID(d.Project); err != nil {
		return err
	}
	if o.DryRun {
		if err := store.Free(o.Root, d.Project); err != nil {
			return err
		}
		d.begun(seed)
		return nil
	}
	p, err := store.Create(o.Root, d.Project, seed, o.options())
	if err != nil {
		return err
	}
	d.begun(seed)
	return p.Close()
}

func (d *Done) begun(seed uint64) {
	d.did("%s begins at %s, seed %d", d.Project, project.Stages[0], seed)
	d.Status, d.Stage, d.Next = project.Pending, project.Stages[0], "shadowrun pipeline run "+d.Project
}

func (o Operator) options() store.Options { return store.Options{Now: o.Now, Actor: o.Actor} }

// RestartFresh archives a project, damaged or not, and begins it anew with its seed. Where that can't be
// read any more it has to be given.
func (o Operator) RestartFresh(id string, seed *uint64) (Done, error) {
	d := o.done("restart --fresh", id)
	if err := needs(o.Actor, o.Reason); err != nil {
		return d, err
	}
	if err := project.CheckID(id); err != nil {
		return d, err
	}
	if store.CutOff(store.Dir(o.Root, id)) {
		return o.goOnFresh(d)
	}
	s, err := o.stateOf(id)
	switch {
	case errors.As(err, new(*store.Damage)) && seed != nil:
	case errors.As(err, new(*store.Damage)):
		return d, fmt.Errorf("%w\nto begin it anew all the same say with which seed", err)
	case err != nil:
		return d, err
	case s.Status == project.Completed:
		return d, fmt.Errorf("%s is completed: begin another project instead", id)
	case seed == nil:
		seed = &s.Seed
	}
	if o.DryRun {
		d.did("archived %s", id)
		d.begun(*seed)
		return d, nil
	}
	to, err := store.Renew(store.Dir(o.Root, id), *seed, o.options(), o.Reason)
	if err != nil {
		return d, err
	}
	d.did("archived as %s", to)
	d.begun(*seed)
	return d, enter(o.Root, Operation{At: o.Now(), Event: "restart --fresh", Actor: o.Actor, Reason: o.Reason,
		Detail: project.Detail(map[string]string{"project": id, "archive": to})})
}

// goOnFresh does the rest of a restart that was cut off: what was there is archived already.
func (o Operator) goOnFresh(d Done) (Done, error) {
	d.did("went on with the restart --fresh that was cut off: what was there is archived")
	d.Status, d.Stage, d.Next = project.Pending, project.Stages[0], "shadowrun pipeline run "+d.Project
	if o.DryRun {
		return d, nil
	}
	p, err := openProject(o.Root, d.Project, o.Now, o.Actor)
	if err != nil {
		return d, err
	}
	began := p.Entries()[0]
	return d, errors.Join(p.Close(), enter(o.Root, Operation{At: o.Now(), Event: "restart --fresh", Actor: began.Actor, Reason: began.Reason,
		Detail: project.Detail(map[string]string{"project": d.Project})}))
}

// stateOf is the state of a project that nobody is at work on.
func (o Operator) stateOf(id string) (project.State, error) {
	o.DryRun = true
	p, err := o.open(id)
	if err != nil {
		return project.State{}, err
	}
	defer p.Close()
	return p.State(), nil
}
