//go:build linux && (amd64 || arm64)

package lab

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"
)

// threadFile is a file of a thread in proc(5), which is open from the first time that it is read: it is read often.
type threadFile int

// read reads the beginning of the file; nothing where the thread is gone.
func (f *threadFile) read(c *tracee, name string, text []byte) []byte {
	if *f == 0 {
		fd, err := unix.Open(fmt.Sprintf("/proc/%d/task/%d/%s", c.proc.pid, c.tid, name), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil
		}
		*f = threadFile(fd)
	}
	n, err := unix.Pread(int(*f), text, 0)
	if err != nil {
		return nil
	}
	return text[:n]
}

func (f *threadFile) close() {
	if *f > 0 {
		unix.Close(int(*f))
		*f = 0
	}
}

const (
	gone    = 'Z' // ended, or about to
	running = 'R'
	asleep  = 'S'
	onDisk  = 'D' // or a parent by vfork
)

// stateNow is what a thread does, in proc(5)'s letters.
//
// A thread counts as asleep from when it looks for what it would wait for, and then may find that. So the kernel is first asked which
// call the thread is in: it answers that it is running, or waits until it has left its CPU.
func (c *tracee) stateNow() byte {
	var text [64]byte // a name has at most 15 bytes
	if bytes.HasPrefix(c.callFile.read(c, "syscall", text[:]), []byte("running")) {
		return running
	}
	stat := c.statFile.read(c, "stat", text[:])
	at := bytes.LastIndexByte(stat, ')')
	if at < 0 || at+2 >= len(stat) {
		return gone
	}
	return stat[at+2]
}

func (c *tracee) closeFiles() {
	c.callFile.close()
	c.statFile.close()
}
