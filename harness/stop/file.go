package stop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// put makes the file at path with a text, and reports whether it did: what is there already stays. An error with created
// means that it is there but not all that it should be.
func put(path string, text []byte) (created bool, err error) {
	created, err = putWhole(path, text)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if created || err == nil {
		return created, err
	}
	// A stop is to stand also where the disk is full, or where there are no links: the name is what counts.
	return putBare(path, text)
}

// putWhole links a file that is whole to its name, which fails where there is something of that name.
func putWhole(path string, text []byte) (created bool, err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".stop-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()) // whoever may look into the folder is to see who and why
	if err == nil {
		err = os.Link(f.Name(), path)
	}
	if err != nil {
		return false, err
	}
	return true, syncDir(dir)
}

// putBare makes the file under its name, whatever becomes of its text.
func putBare(path string, text []byte) (created bool, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path)))
	if err != nil {
		return true, fmt.Errorf("it stands, but does not say who and why: %w", err)
	}
	return true, nil
}

// remove removes the file, or the empty folder, at path and reports whether there was one.
func remove(path string) (there bool, err error) {
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	return true, syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
