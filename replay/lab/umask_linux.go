//go:build linux && (amd64 || arm64)

package lab

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// umask has the command create files with other permissions. The mask is this whole process's, so nothing may be created between
// the change and its undoing.
func umask(t *tracer, level string) error {
	mask, err := strconv.ParseUint(level, 8, 9)
	if err != nil {
		return err
	}
	t.beforeStart(func() (func(), error) {
		before := unix.Umask(int(mask))
		return func() { unix.Umask(before) }, nil
	})
	return nil
}
