package store

import (
	"errors"
	"os"
	"path"
)

// disk is what changes a project's folder, an operation each, so that a test can record them and
// end at any. None of them syncs but the two that say so.
type disk interface {
	Create(name string, content []byte) error // a new file, or in place of one of that name
	Append(name string, content []byte) error
	Truncate(name string, size int64) error
	Sync(name string) error // a file's content, or a folder's names
	Rename(from, to string) error
	Remove(name string) error
	Mkdir(name string) error // and those above it
}

// folder is the disk itself.
type folder struct{ root *os.Root }

func (f folder) Create(name string, content []byte) error {
	return f.write(name, os.O_CREATE|os.O_TRUNC, content)
}

func (f folder) Append(name string, content []byte) error {
	return f.write(name, os.O_APPEND, content)
}

func (f folder) write(name string, how int, content []byte) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|how, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

func (f folder) Truncate(name string, size int64) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Truncate(size), file.Close())
}

func (f folder) Sync(name string) error {
	file, err := f.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

func (f folder) Rename(from, to string) error { return f.root.Rename(from, to) }
func (f folder) Remove(name string) error     { return f.root.Remove(name) }
func (f folder) Mkdir(name string) error      { return f.root.MkdirAll(name, 0o755) }

// put makes a whole file of that name, or leaves what was there: it is synced under a temporary
// name, and renamed. The folder's sync is the caller's, after its last file.
func put(d disk, name string, content []byte) error {
	if err := prepare(d, name, content); err != nil {
		return err
	}
	return d.Rename(name+temporary, name)
}

// prepare does put's first half.
func prepare(d disk, name string, content []byte) error {
	if folder := path.Dir(name); folder != "." {
		if err := d.Mkdir(folder); err != nil {
			return err
		}
	}
	if err := d.Create(name+temporary, content); err != nil {
		return err
	}
	return d.Sync(name + temporary)
}
