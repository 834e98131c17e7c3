package golden

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncData makes a file's bytes durable, and of its metadata what reading them back needs.
func syncData(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
