package loopback

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// folder is a temporary one, of a server's data, that goes with the server. Who starts one of the same kind removes what a
// process left that was killed: its lock has ended with it.
type folder struct {
	path string
	lock *os.File
}

const (
	folders  = "shadowrun-" // how the names of all begin, before the server's
	lockFile = "owner.lock"
)

// newFolder makes one for a server, and removes those that nobody has any more.
func newFolder(server string) (*folder, error) {
	sweep(server)
	dir, err := os.MkdirTemp("", folders+server+"-")
	if err != nil {
		return nil, err
	}
	lock, err := owned(dir, os.O_CREATE)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &folder{dir, lock}, nil
}

// owned takes a folder's lock. The error is that somebody else has it, or that it has none.
func owned(dir string, how int) (*os.File, error) {
	lock, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|how, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// sweep removes the folders that killed processes left. One that can't be removed is another user's.
func sweep(server string) {
	entries, _ := os.ReadDir(os.TempDir()) // without them there is nothing to remove
	for _, e := range entries {
		dir := filepath.Join(os.TempDir(), e.Name())
		if !e.IsDir() || !strings.HasPrefix(e.Name(), folders+server+"-") {
			continue
		}
		if lock, err := owned(dir, 0); err == nil {
			os.RemoveAll(dir)
			lock.Close()
		}
	}
}

func (f *folder) remove() error { return errors.Join(os.RemoveAll(f.path), f.lock.Close()) }
