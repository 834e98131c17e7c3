//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"
)

// hideJavaFiles gives a run an empty folder in place of the one where Java machines leave files that are named by their pids,
// whatever TMPDIR says. Of two that run at the same time with one pid, the second would complain on standard output. Where
// there is no such folder yet, none is made: a run is to leave nothing behind.
func hideJavaFiles() error {
	who, err := user.LookupId(strconv.Itoa(os.Geteuid()))
	if err != nil {
		return nil // without a name Java leaves no files either
	}
	folder := "/tmp/hsperfdata_" + who.Username
	if info, err := os.Lstat(folder); err != nil || !info.IsDir() {
		return nil
	}
	err = unix.Mount("tmpfs", folder, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "mode=0755")
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("pid: a folder of its own for Java: %w", err)
	}
	return nil
}
