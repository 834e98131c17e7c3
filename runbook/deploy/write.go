package deploy

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// fileMode lets every user read what is written: Prometheus, Grafana and cron run as users of their own.
const fileMode, dirMode = 0o644, 0o755

// ChangedError is the error for a file that is there already and reads otherwise.
type ChangedError struct{ Path string }

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s is there already and reads otherwise", e.Path)
}

// Write writes files into dir, which is made where it is not there. Where one is there and reads
// otherwise, nothing at all is written and the error is a [*ChangedError], unless force is set. It
// returns the paths of what it wrote; a file that reads so already is left as it is, with its mode mended.
func Write(dir string, files []File, force bool) (written []string, err error) {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		there, err := os.ReadFile(path)
		switch {
		case err == nil && !bytes.Equal(there, f.Content) && !force:
			return nil, &ChangedError{path}
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := write(path, f.Content); err != nil {
			return written, err
		}
		written = append(written, path)
	}
	return written, nil
}

// makeDir makes the folder and those above it readable for all where they are made.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeDir(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, dirMode); err != nil {
		return err
	}
	return os.Chmod(dir, dirMode) // the umask does not have the last word
}

// write puts a file in its place whole, or not at all.
func write(path string, content []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temp.Name()))
		}
	}()
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Chmod(fileMode), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
