//go:build unix

package golden

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile waits for a lock on f, which ends when f is closed.
func lockFile(f *os.File, alone bool) error {
	how := unix.LOCK_SH
	if alone {
		how = unix.LOCK_EX
	}
	for {
		if err := unix.Flock(int(f.Fd()), how); err != unix.EINTR {
			return os.NewSyscallError("flock", err)
		}
	}
}
