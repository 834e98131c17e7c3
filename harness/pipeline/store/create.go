package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Create begins a project under root, and leaves it open. Its folder gets its name when it is
// whole; an id that is taken is refused.
func Create(root, id string, seed uint64, o Options) (*Project, error) {
	if err := project.CheckID(id); err != nil {
		return nil, err
	}
	parent := projectsDir(root)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	if err := Free(root, id); err != nil {
		return nil, err
	}
	return o.born(Dir(root, id), id, project.Entry{Event: project.Created, Detail: project.Detail(project.Creation{Project: id, Seed: seed})})
}

// Free returns why no project can be begun under an id, nil where one can.
func Free(root, id string) error {
	if _, err := os.Lstat(Dir(root, id)); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s: there is such a project already (%s): %w", id, Dir(root, id), fs.ErrExist), errors.Unwrap(err))
	}
	if CutOff(Dir(root, id)) {
		return fmt.Errorf("%s: it is being begun afresh, which was cut off: %s goes on with that: %w", id, opening(id), fs.ErrExist)
	}
	return nil
}

// born makes a whole project, of one entry, that then gets the folder's name.
func (o Options) born(dir, id string, e project.Entry) (*Project, error) {
	parent := filepath.Dir(dir)
	unborn, err := os.MkdirTemp(parent, unborn+id+"-")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	p, err := o.bear(unborn, id, e)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(unborn))
	}
	if err := os.Rename(unborn, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", id, err), p.Close(), os.RemoveAll(unborn))
	}
	if err := syncFolder(parent); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", id, err), p.Close())
	}
	return p, nil
}

// bear makes a whole project in a folder of another name.
func (o Options) bear(dir, id string, e project.Entry) (*Project, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	lock, err := take(root, id, Holder{PID: os.Getpid(), Since: o.Now().UTC(), Actor: o.Actor})
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	p := &Project{id: id, root: root, lock: lock, disk: o.on(root), options: o, history: newHistory()}
	err = errors.Join(os.Chmod(dir, 0o755), p.disk.Mkdir(objects), p.disk.Create(logFile, nil), p.disk.Sync(artifacts), p.disk.Sync(objects))
	if err == nil {
		err = p.Append(e)
	}
	if errors.Is(err, ErrHappened) { // not in a folder that goes away again
		err = p.failed
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", id, err), p.Close())
	}
	return p, nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
