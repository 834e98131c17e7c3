//go:build linux && (amd64 || arm64)

package lab

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"
)

// stateNow is what a thread does, in proc(5)'s letters; Z where it is gone. Its file stays open: it is read often.
func (c *tracee) stateNow() byte {
	if c.stat == 0 {
		fd, err := unix.Open(fmt.Sprintf("/proc/%d/task/%d/stat", c.proc.pid, c.tid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return 'Z'
		}
		c.stat = fd
	}
	var text [64]byte // a name has at most 15 bytes
	n, err := unix.Pread(c.stat, text[:], 0)
	at := bytes.LastIndexByte(text[:max(n, 0)], ')')
	if err != nil || at < 0 || at+2 >= n {
		return 'Z'
	}
	return text[at+2]
}

func (c *tracee) closeStat() {
	if c.stat > 0 {
		unix.Close(c.stat)
		c.stat = 0
	}
}
