package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeFile writes a file that is whole when its name appears: a temporary one beside it,
// synced and renamed.
func writeFile(path string, content io.Reader) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = io.Copy(f, content)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// writeJSON writes what --json prints to a file.
func writeJSON(path string, value any) error {
	var text bytes.Buffer
	if err := (&app{out: &text}).printJSON(value); err != nil {
		return err
	}
	return writeFile(path, &text)
}
