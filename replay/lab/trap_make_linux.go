//go:build linux && (amd64 || arm64)

package lab

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// maxMade bounds the names that are noted, and how long each may be.
const (
	maxMade     = 256
	longestMade = 1024
)

// trapMakes notes the names of the files and folders that the command makes where there must be none: libraries make temporary
// ones so, under names that they choose at random, or by the time. Only absolute names are noted, and a name
// that was taken already with the others.
func (t *tracer) trapMakes() {
	note := func(n int) func(*tracee) error {
		return func(c *tracee) error {
			if len(t.report.Made) >= maxMade {
				return nil
			}
			if name, ok := c.text(c.arg(n), longestMade); ok && filepath.IsAbs(name) {
				t.report.Made = append(t.report.Made, name)
			}
			return nil
		}
	}
	const exclusively = unix.O_CREAT | unix.O_EXCL
	if callOpen >= 0 {
		t.trapFirst(trap{call: callOpen, when: []condition{masked(1, exclusively, exclusively)}, enter: note(0)})
	}
	t.trapFirst(trap{call: unix.SYS_OPENAT, when: []condition{masked(2, exclusively, exclusively)}, enter: note(1)})
	if callMkdir >= 0 {
		t.trapFirst(trap{call: callMkdir, enter: note(0)})
	}
	t.trapFirst(trap{call: unix.SYS_MKDIRAT, enter: note(1)})
}
