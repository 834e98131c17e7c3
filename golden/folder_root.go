package golden

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// folderRoot is a folder while one operation works in it, locked against others. Through os.Root
// nothing reaches outside, whatever names and symbolic links say.
type folderRoot struct {
	*os.Root
	lock *os.File
}

// openFolderRoot opens dir, alone or beside others that don't write either.
func openFolderRoot(dir string, alone bool) (*folderRoot, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	lock, err := root.Open(".")
	if err == nil {
		if err = lockFile(lock, alone); err == nil {
			return &folderRoot{Root: root, lock: lock}, nil
		}
		lock.Close()
	}
	root.Close()
	return nil, fmt.Errorf("lock folder %s: %w", dir, err)
}

// Close unlocks and closes the folder.
func (r *folderRoot) Close() { r.lock.Close(); r.Root.Close() }

// sum reads goldens.sum. One that is not there wraps fs.ErrNotExist.
func (r *folderRoot) sum() (sum, error) {
	text, err := r.ReadFile(sumFile)
	if err != nil {
		return nil, err
	}
	return parseSum(text)
}

// open opens a regular file: neither a link, which could be to another golden, nor a pipe, which
// could keep us waiting.
func (r *folderRoot) open(name string) (*os.File, error) {
	info, err := r.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file but %v", name, info.Mode().Type())
	}
	return r.Open(name)
}

// replace writes a file that is whole when its name appears: temporary name, sync, rename, sync
// of the folders. A temporary file that a kill leaves is written over by the next replace.
func (r *folderRoot) replace(name string, write func(io.Writer) error) error {
	dir, base := path.Split(name)
	dir = path.Clean(dir)
	if err := r.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temporary := path.Join(dir, "."+base+".tmp")
	err := r.writeSynced(temporary, write)
	if err == nil {
		err = r.Rename(temporary, name)
	}
	if err != nil {
		return errors.Join(err, r.removeIfThere(temporary))
	}
	return r.syncUp(dir)
}

func (r *folderRoot) writeSynced(name string, write func(io.Writer) error) error {
	if err := r.removeIfThere(name); err != nil {
		return err
	}
	f, err := r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (r *folderRoot) removeIfThere(name string) error {
	if err := r.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncUp makes the names in dir durable, and dir's own in the folders above.
func (r *folderRoot) syncUp(dir string) error {
	for {
		d, err := r.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return fmt.Errorf("sync folder %s: %w", dir, err)
		}
		if dir == "." {
			return nil
		}
		dir = path.Dir(dir)
	}
}
