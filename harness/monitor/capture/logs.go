package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxLog is how much of a log's end is captured, in bytes.
const maxLog = 16 << 20

// Logs are the files of a folder, of large ones the end.
func Logs(dir string) (parts []Part, missing []Missing) {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			parts = append(parts, logEnd("log/"+filepath.ToSlash(name), path))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		missing = append(missing, Missing{"log", err.Error()})
	}
	return parts, missing
}

func logEnd(name, path string) Part {
	return Part{Name: name, Write: func(_ context.Context, w io.Writer, _ string) (note string, err error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return "", err
		}
		if info.Size() > maxLog {
			note = fmt.Sprintf("the last %d of %d bytes", maxLog, info.Size())
			if _, err := f.Seek(-maxLog, io.SeekEnd); err != nil {
				return "", err
			}
		}
		_, err = io.Copy(w, io.LimitReader(f, maxLog)) // a soak may write faster than this reads
		return note, err
	}}
}
