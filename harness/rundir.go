package harness

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// runDir is the private folder of one execution. A run and all its replays have the same path,
// one after another: whoever makes the folder holds a lock on it until it is removed.
type runDir struct {
	path string
	lock *os.File
	made []string
}

const lockRetry = time.Millisecond

// makeRunDir makes path anew and holds it; it waits while another execution does. Who waits holds a folder beside it, which others
// wait for first: experiments that follow each other without a pause let a replay of the same run in between.
func makeRunDir(ctx context.Context, path string) (*runDir, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	next := path + "~"
	if _, err := os.Lstat(next); errors.Is(err, fs.ErrNotExist) {
		if d, err := tryRunDir(path); d != nil || err != nil {
			return d, err
		}
	}
	turn, err := awaitRunDir(ctx, next)
	if err != nil {
		return nil, err
	}
	d, err := awaitRunDir(ctx, path)
	if removal := turn.remove(); err == nil && removal != nil {
		return nil, errors.Join(removal, d.remove())
	}
	return d, err
}

func awaitRunDir(ctx context.Context, path string) (*runDir, error) {
	for {
		d, err := tryRunDir(path)
		if d != nil || err != nil {
			return d, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s is held by another execution of the run: %w", path, context.Cause(ctx))
		case <-time.After(lockRetry):
		}
	}
}

// tryRunDir returns nil and no error where another execution holds path.
func tryRunDir(path string) (*runDir, error) {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // removed since by its holder
	}
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, nil
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	held, err1 := f.Stat()
	now, err2 := os.Stat(path)
	if err1 != nil || err2 != nil || !os.SameFile(held, now) {
		f.Close()
		return nil, nil // the folder that was locked is no longer the one at path
	}
	d := &runDir{path: path, lock: f}
	if err := d.empty(); err != nil {
		f.Close()
		return nil, err
	}
	return d, nil
}

// makeScratch makes a folder in workDir that no execution has, and holds it as theirs are held: what a
// killed harness left there is removed with them.
func makeScratch(workDir string) (*runDir, error) {
	if err := os.MkdirAll(workDir, 0o700); err != nil {
		return nil, err
	}
	path, err := os.MkdirTemp(workDir, "scratch-")
	if err != nil {
		return nil, err
	}
	d, err := tryRunDir(path)
	if d == nil && err == nil {
		err = fmt.Errorf("%s was taken by another process", path)
	}
	return d, err
}

// RemoveRunDirs removes the folders of executions that a killed harness left below workDir, a
// folder a soak in it. Those of executions that are under way, a replay by hand, stay.
func RemoveRunDirs(workDir string) error {
	paths, err := filepath.Glob(filepath.Join(globQuote.Replace(workDir), "*", "*"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		d, err := tryRunDir(path)
		if err != nil {
			return err
		}
		if d == nil {
			continue
		}
		if err := d.remove(); err != nil {
			return err
		}
	}
	return nil
}

var globQuote = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

// empty removes what a killed harness left.
func (d *runDir) empty() error {
	entries, err := d.lock.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := removeAll(filepath.Join(d.path, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// removeAll removes a folder also where a run took away its own right to.
func removeAll(path string) error {
	err := os.RemoveAll(path)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	filepath.WalkDir(path, func(name string, d fs.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			os.Chmod(name, 0o700) // what can't be changed shows in the second attempt
		}
		return nil
	})
	return os.RemoveAll(path)
}

func (d *runDir) sub(name string) string { return filepath.Join(d.path, name) }

// remove removes the folder and gives up the hold on it. Most runs leave nothing in those that they were
// given: removing empty folders without looking into them first halves what that costs.
func (d *runDir) remove() error {
	defer d.lock.Close()
	for _, name := range d.made {
		unix.Rmdir(d.sub(name)) // one that is not empty is left for below
	}
	if unix.Rmdir(d.path) == nil {
		return nil
	}
	return removeAll(d.path)
}

// make makes an empty folder in it.
func (d *runDir) make(name string) error {
	d.made = append(d.made, name)
	return os.Mkdir(d.sub(name), 0o700)
}
