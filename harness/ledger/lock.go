package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Holder is who holds a state folder, or held it last.
type Holder struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Started time.Time `json:"started"`
	Soak    bool      `json:"soak,omitempty"` // it carries a soak on, or is about to, and does nothing else
}

// HeldError is the error for a state folder that another process holds.
type HeldError struct {
	Dir string
	Holder
}

func (e *HeldError) Error() string {
	by := "a process that has only just taken it"
	if e.PID != 0 {
		by = fmt.Sprintf("process %d on %s, started %s", e.PID, e.Host, e.Started.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("state folder %s is in use by %s: wait for it, stop it, or choose another with --state", e.Dir, by)
}

// Lock is a hold on a state folder. It ends with the process that took it, however that
// ends, and children do not inherit it.
type Lock struct {
	file *os.File
}

// lookPause is how long to wait for a [HolderOf], which has the lock for some microseconds
// itself, and lookTries how often.
const (
	lookPause = time.Millisecond
	lookTries = 5000
)

// LockState makes who the holder of the state folder dir, which is created where it does
// not exist. Where another process holds it, the error is a [*HeldError].
func LockState(dir string, who Holder) (*Lock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the state folder: %w", err)
	}
	for range lookTries {
		if err = flock(file, unix.LOCK_EX); !errors.Is(err, unix.EWOULDBLOCK) {
			break
		}
		// Who looks takes a shared lock and who holds an exclusive one, so a shared one tells
		// which of them is in the way.
		if err = flock(file, unix.LOCK_SH); err != nil {
			break
		}
		if err = flock(file, unix.LOCK_UN); err != nil {
			break
		}
		err = unix.EWOULDBLOCK
		time.Sleep(lookPause)
	}
	if err != nil {
		return nil, errors.Join(refusal(dir, file, err), file.Close())
	}
	if err := inscribe(file, who); err != nil {
		return nil, errors.Join(fmt.Errorf("lock the state folder: %w", err), file.Close())
	}
	return &Lock{file}, nil
}

func refusal(dir string, file *os.File, err error) error {
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return fmt.Errorf("lock the state folder %s: %w", dir, err)
	}
	who, err := readHolder(file)
	return errors.Join(&HeldError{dir, who}, err)
}

// Unlock gives the folder up. The file stays, empty: removing it would let two processes
// hold two files of that name.
func (l *Lock) Unlock() error {
	return errors.Join(l.file.Truncate(0), l.file.Close())
}

// HolderOf returns who holds the state folder dir and true. Where nobody does, it returns
// false and the one who was killed while holding it, or else the zero Holder. It needs the
// right to read the folder only.
func HolderOf(dir string) (Holder, bool, error) {
	file, err := os.Open(filepath.Join(dir, "lock"))
	if errors.Is(err, fs.ErrNotExist) {
		return Holder{}, false, nil
	}
	if err != nil {
		return Holder{}, false, fmt.Errorf("who holds the state folder: %w", err)
	}
	defer file.Close() // and with it what was locked
	err = flock(file, unix.LOCK_SH)
	held := errors.Is(err, unix.EWOULDBLOCK)
	if err != nil && !held {
		return Holder{}, false, fmt.Errorf("who holds the state folder %s: %w", dir, err)
	}
	who, err := readHolder(file)
	return who, held, err
}

func flock(file *os.File, how int) error {
	for {
		if err := unix.Flock(int(file.Fd()), how|unix.LOCK_NB); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

func inscribe(file *os.File, who Holder) error {
	line, err := json.Marshal(who)
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(append(line, '\n'), 0)
	return err
}

// readHolder reads the file from its start. Empty is the zero Holder: given up, or taken
// this instant.
func readHolder(file *os.File) (who Holder, err error) {
	line, err := io.ReadAll(io.NewSectionReader(file, 0, 4096))
	if err != nil || len(line) == 0 {
		return Holder{}, err
	}
	if err := json.Unmarshal(line, &who); err != nil {
		return Holder{}, fmt.Errorf("%s: not what a soak writes into it: %w", file.Name(), err)
	}
	return who, nil
}
