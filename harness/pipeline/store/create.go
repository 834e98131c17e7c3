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
	if _, err := os.Lstat(Dir(root, id)); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("%s: there is such a project already (%s): %w", id, Dir(root, id), fs.ErrExist), errors.Unwrap(err))
	}
	unborn, err := os.MkdirTemp(parent, unborn+id+"-")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	p, err := bear(unborn, id, seed, o)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(unborn))
	}
	if err := os.Rename(unborn, Dir(root, id)); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", id, err), p.Close(), os.RemoveAll(unborn))
	}
	if err := syncFolder(parent); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", id, err), p.Close())
	}
	return p, nil
}

// bear makes a whole project in a folder of another name.
func bear(dir, id string, seed uint64, o Options) (*Project, error) {
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	lock, err := take(root, id, Holder{PID: os.Getpid(), Since: o.Now().UTC(), Actor: o.Actor})
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	p := &Project{id: id, root: root, lock: lock, disk: o.on(root), options: o, history: newHistory()}
	err = errors.Join(p.disk.Mkdir(objects), p.disk.Create(logFile, nil), p.disk.Sync(artifacts), p.disk.Sync(objects))
	if err == nil {
		err = p.Append(project.Entry{Event: project.Created, Detail: project.Detail(project.Creation{Project: id, Seed: seed})})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", id, err), p.Close())
	}
	return p, nil
}

// Archive moves a project out of the way, to .somas/archive/project-N.SEQ under the same root, and
// returns where it is. A damaged one can be archived too.
func Archive(dir string, o Options) (string, error) {
	p, s, err := locked(dir, o)
	if err != nil {
		return "", err
	}
	n, _ := s.history.last()
	archive := filepath.Join(filepath.Dir(filepath.Dir(filepath.Clean(dir))), "archive")
	to := filepath.Join(archive, fmt.Sprintf("%s.%d", p.id, n))
	for again := 2; ; again++ {
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			break
		}
		to = filepath.Join(archive, fmt.Sprintf("%s.%d.%d", p.id, n, again))
	}
	err = os.MkdirAll(archive, 0o755)
	if err == nil {
		err = os.Rename(dir, to)
	}
	if err == nil {
		err = errors.Join(syncFolder(archive), syncFolder(filepath.Dir(dir)))
	}
	if err = errors.Join(err, p.Close()); err != nil {
		return "", fmt.Errorf("%s: archive: %w", p.id, err)
	}
	return to, nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
