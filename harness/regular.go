package harness

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// readTraceFile takes what the command wrote to SHADOWRUN_TRACE as its output.
func (e *execution) readTraceFile() error {
	f, err := openRegular(e.dir.sub(traceFile), unix.O_NOFOLLOW) // what a link points to is not the run's
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("SHADOWRUN_TRACE: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("SHADOWRUN_TRACE: %w", err)
	}
	if most := int64(e.x.config.MaxOutput); info.Size() > most {
		return &limitError{fmt.Sprintf("SHADOWRUN_TRACE: more than %s (max_output)", Size(most))}
	}
	_, err = io.Copy(writerFunc(e.output.write), f)
	return err
}

// openRegular opens a regular file for reading. It waits for nobody to open a named pipe's other
// end, and reads no device.
func openRegular(path string, flags int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|flags, 0)
	if errors.Is(err, unix.ELOOP) && flags&unix.O_NOFOLLOW != 0 {
		return nil, fmt.Errorf("%s is a link; want a regular file", path)
	}
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is a %s; want a regular file", path, fileType(info.Mode()))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func fileType(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "file"
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeSymlink != 0:
		return "link"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// below returns path, as seen from dir.
func below(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// writerFunc is a function that takes chunks, as an io.Writer.
type writerFunc func(chunk []byte) error

func (w writerFunc) Write(chunk []byte) (int, error) { return len(chunk), w(chunk) }
