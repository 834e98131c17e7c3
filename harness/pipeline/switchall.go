package pipeline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
)

// StopAll ends all work in a root: pipeline.enabled becomes false, which engines look at before every
// stage, and projects that no engine is at work on are stopped. The switch comes first, and
// what fails later is said; it keeps nothing else from being stopped.
func (o Operator) StopAll() (Done, error) {
	return o.switchAll("stop-all", false, project.StoppedByOperator, func(s project.Status) bool {
		return s == project.Pending || s == project.Running || s == project.Waiting
	})
}

// StartAll undoes [Operator.StopAll]: what was stopped goes on as what it was.
func (o Operator) StartAll() (Done, error) {
	return o.switchAll("start-all", true, project.Started, func(s project.Status) bool { return s == project.Stopped })
}

func (o Operator) switchAll(operation string, enabled bool, event project.Event, concerns func(project.Status) bool) (Done, error) {
	d := o.done(operation, "")
	if err := needs(o.Actor, o.Reason); err != nil {
		return d, err
	}
	failed := []error{o.setEnabled(&d, enabled)}
	if failed[0] != nil && enabled {
		return d, failed[0]
	}
	if !o.DryRun {
		failed = append(failed, enter(o.Root, Operation{At: o.Now(), Event: operation, Actor: o.Actor, Reason: o.Reason}))
	}
	ids, err := store.Projects(o.Root)
	failed = append(failed, err)
	for _, id := range ids {
		if err := o.switchOne(&d, id, event, concerns); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", id, err))
		}
	}
	return d, errors.Join(failed...)
}

func (o Operator) setEnabled(d *Done, enabled bool) error {
	path := ConfigPath(o.Root)
	src, err := readConfig(o.Root)
	if err != nil {
		return err
	}
	out, err := switched(path, src, enabled)
	if err != nil {
		return err
	}
	if string(out) == string(src) {
		d.did("pipeline.enabled was %t already", enabled)
		return nil
	}
	d.did("pipeline.enabled: %t → %t in %s", !enabled, enabled, path)
	if o.DryRun {
		return nil
	}
	return replaceFile(path, out)
}

func (o Operator) switchOne(d *Done, id string, event project.Event, concerns func(project.Status) bool) error {
	p, err := o.open(id)
	var held *store.HeldError
	if errors.As(err, &held) {
		d.did("%s: its engine (pid %d) looks at pipeline.enabled before its next stage", id, held.PID)
		return nil
	}
	if err != nil {
		return err
	}
	defer p.Close()
	before := p.State()
	if !concerns(before.Status) {
		return nil
	}
	one := o.done(d.Operation, id)
	if err := o.enter(&one, p, project.Entry{Event: event}); err != nil {
		return err
	}
	d.did("%s: %s → %s", id, before.Status, one.Status)
	return nil
}

// replaceFile writes a file that is whole when its name appears. It keeps the mode of one that is there.
func replaceFile(path string, content []byte) error {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
