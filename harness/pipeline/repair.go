package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// Doctor holds every byte of projects to what their logs say. No ids are all projects, and with them
// the root's configuration, agents and log: an error names the one that is wrong.
func (o Operator) Doctor(ids ...string) ([]store.Damage, error) {
	var failed []error
	if len(ids) == 0 {
		var err error
		if ids, err = store.Projects(o.Root); err != nil {
			return nil, err
		}
		failed = append(failed, o.checkRoot())
	}
	all := []store.Damage{}
	for _, id := range ids {
		if err := project.CheckID(id); err != nil {
			return nil, err
		}
		found, err := store.Check(store.Dir(o.Root, id))
		all, failed = append(all, found...), append(failed, err)
	}
	return all, errors.Join(failed...)
}

func (o Operator) checkRoot() error {
	_, config := LoadConfig(o.Root)
	_, log := Operations(o.Root)
	names, err := agentNames(o.Root)
	failed := []error{config, log, err}
	for _, name := range names {
		_, err := loadAgent(o.Root, name)
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// Accept makes a project's files, as somebody edited them, its state.
func (o Operator) Accept(id string) (Done, error) {
	return o.mend("doctor --accept", id, store.Accept)
}

// Reconstruct makes a project's files anew from its log.
func (o Operator) Reconstruct(id string) (Done, error) {
	return o.mend("reconstruct", id, store.Reconstruct)
}

// Backups returns the states that a project can be restored to, the newest first.
func (o Operator) Backups(id string) ([]store.Backup, error) {
	if err := project.CheckID(id); err != nil {
		return nil, err
	}
	all, err := store.Backups(store.Dir(o.Root, id))
	return append([]store.Backup{}, all...), err
}

// Restore makes a backup the state; "" is the newest that is whole.
func (o Operator) Restore(id, backup string) (Done, error) {
	there, err := o.Backups(id)
	if err != nil {
		return o.done("restore", id), err
	}
	var to *store.Backup
	for _, b := range there {
		if b.Name == backup || backup == "" && b.Damage == "" && to == nil {
			to = &b
		}
	}
	if to == nil {
		return o.done("restore", id), fmt.Errorf("%s has no backup %q: look at \"shadowrun pipeline backups %s\"", id, backup, id)
	}
	d, err := o.mend("restore", id, func(dir string, so store.Options, reason string) (store.Mending, error) {
		return store.Restore(dir, to.Name, so, reason)
	})
	if err != nil {
		return d, err
	}
	d.Did = append([]string{fmt.Sprintf("%s is the state after entry %d: %s at %s", to.Name, to.Sequence, to.Status, to.Stage)}, d.Did...)
	return d, nil
}

// mend has the store mend a project, damaged or not, that no engine is at work on.
func (o Operator) mend(operation, id string, how func(dir string, so store.Options, reason string) (store.Mending, error)) (Done, error) {
	d := o.done(operation, id)
	if err := errors.Join(needs(o.Actor, o.Reason), project.CheckID(id)); err != nil {
		return d, err
	}
	if _, err := o.stateOf(id); errors.As(err, new(*store.HeldError)) {
		return d, err
	}
	dir := store.Dir(o.Root, id)
	newest := newest(dir)
	so := o.options()
	so.DryRun = o.DryRun
	m, err := how(dir, so, o.Reason)
	if err != nil {
		return d, err
	}
	for _, name := range m.Aside {
		d.did("kept aside %s", name)
	}
	if m.Lost > 0 {
		d.did("lost %d lines of the log that can't be read; the old log is kept aside", m.Lost)
	}
	if newest >= m.Sequence {
		d.did("lost transitions %d to %d: files tell of them, and the log has them no more", m.Sequence, newest)
	}
	for _, name := range m.Written {
		d.did("wrote %s", name)
	}
	for _, name := range m.Removed {
		d.did("removed %s", name)
	}
	d.Did = append(d.Did, changes(m.Before, m.After)...)
	d.did("entered as transition %d", m.Sequence)
	d.Status, d.Stage = m.After.Status, m.After.CurrentStage
	return d, nil
}

// newest is the last transition that a project's states tell of, as far as they can be read. A log
// that ends before it has lost some.
func newest(dir string) (seq int64) {
	if src, err := os.ReadFile(filepath.Join(dir, string(project.StateFile))); err == nil {
		if s, err := project.ParseState(src); err == nil {
			seq = s.Sequence
		}
	}
	there, _ := store.Backups(dir) // none that can be read tells of none
	for _, b := range there {
		seq = max(seq, b.Sequence)
	}
	return seq
}
