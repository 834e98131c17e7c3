package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Holder is who holds a project: an engine or an operation at work.
type Holder struct {
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`
	Actor string    `json:"actor"`
}

// HeldError is the error for a project that another process holds.
type HeldError struct {
	Project string
	Holder
}

func (e *HeldError) Error() string {
	by := "a process that has only just taken it"
	if e.PID != 0 {
		by = fmt.Sprintf("process %d (%s) since %s", e.PID, e.Actor, e.Since.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("%s is in use by %s: wait for it, or end it", e.Project, by)
}

// A look at who holds a project takes a shared lock for some microseconds. Who finds one in the way
// tries again, this often.
const (
	lookPause = time.Millisecond
	lookTries = 5000
)

// take locks a project. The lock ends with the file, or with the process.
func take(root *os.Root, id string, who Holder) (*os.File, error) {
	file, err := root.OpenFile(lockFile, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("%s: lock: %w", id, err)
	}
	for range lookTries {
		if err = flock(file, unix.LOCK_EX); !errors.Is(err, unix.EWOULDBLOCK) {
			break
		}
		if flock(file, unix.LOCK_SH) != nil {
			break // an exclusive one is in the way
		}
		flock(file, unix.LOCK_UN) // or two who wait would be in each other's way
		time.Sleep(lookPause)
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = &HeldError{id, holder(file)}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	line, err := json.Marshal(who)
	if err == nil {
		err = file.Truncate(0)
	}
	if err == nil {
		_, err = file.WriteAt(append(line, '\n'), 0)
	}
	if err != nil && !errors.Is(err, unix.ENOSPC) { // a full disk is no reason not to mend a project
		return nil, errors.Join(fmt.Errorf("%s: lock: %w", id, err), file.Close())
	}
	return file, nil
}

// release gives a lock up. The file stays, empty: removing it would let two hold two files. To close it
// would not do: a child that is being started has the same open file until its exec.
func release(file *os.File) error {
	return errors.Join(file.Truncate(0), flock(file, unix.LOCK_UN), file.Close())
}

// holderOf is who holds the project; nil where nobody does.
func holderOf(root *os.Root) (*Holder, error) {
	file, err := root.Open(lockFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	err = flock(file, unix.LOCK_SH)
	defer flock(file, unix.LOCK_UN) // as in release
	if errors.Is(err, unix.EWOULDBLOCK) {
		who := holder(file)
		return &who, nil
	}
	return nil, err
}

// holder is what a lock's file says; the zero one where it says nothing yet.
func holder(file *os.File) Holder {
	var who Holder
	line, err := io.ReadAll(io.NewSectionReader(file, 0, 4096))
	if err != nil || json.Unmarshal(line, &who) != nil {
		return Holder{}
	}
	return who
}

func flock(file *os.File, how int) error {
	for {
		if err := unix.Flock(int(file.Fd()), how|unix.LOCK_NB); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
