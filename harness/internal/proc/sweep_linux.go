package proc

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Sweep kills what is left of the owner's runs after the process that started them was killed, and returns
// when it is dead: the pids that were killed, ascending. It must not be called while a run of that owner is in
// progress, here or elsewhere: hold the lock on what the owner names.
func Sweep(owner string) (killed []int, err error) {
	if owner == "" {
		return nil, errors.New("sweep: no owner named: it would kill the runs of everyone who names none")
	}
	giveUp := time.NewTimer(patience)
	defer giveUp.Stop()
	want := ownerMark(owner)
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		alive, failed := 0, error(nil)
		for _, pid := range processes() {
			if mark(peekToken(pid))&^runMask != want || pid == os.Getpid() || !running(pid) {
				continue
			}
			alive++
			if err := killMarked(pid, want); err != nil {
				failed = err
			} else if !slices.Contains(killed, pid) {
				killed = append(killed, pid)
			}
		}
		if alive == 0 {
			slices.Sort(killed)
			return killed, nil
		}
		select {
		case <-giveUp.C:
			slices.Sort(killed)
			return killed, fmt.Errorf("sweep: %d processes of %s are still there: %w", alive, owner, failed)
		case <-time.After(pause):
		}
	}
}

// killMarked kills a process through a handle: what had the mark may be gone and its pid another's.
func killMarked(pid int, want mark) error {
	handle, err := unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return nil
	}
	if err != nil {
		return fmt.Errorf("pidfd_open %d: %w", pid, err)
	}
	defer unix.Close(handle)
	if mark(peekToken(pid))&^runMask != want {
		return nil
	}
	if err := unix.PidfdSendSignal(handle, unix.SIGKILL, nil, 0); err != nil && err != unix.ESRCH {
		return fmt.Errorf("killing %d: %w", pid, err)
	}
	return nil
}
