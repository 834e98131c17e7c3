//go:build linux && (amd64 || arm64)

package lab

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

const pageSize = 4096 // at least: only a bound for how much is read at once

// read fills p from the tracee's memory; EFAULT where not all of it can be read.
func (c *tracee) read(addr uint64, p []byte) error {
	n, err := c.readSome(addr, p)
	if err == nil && n < len(p) {
		err = unix.EFAULT
	}
	return err
}

// readSome reads up to the first page that is not there.
func (c *tracee) readSome(addr uint64, p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	var remote []unix.RemoteIovec // a part of one is not read
	for at, left := addr, len(p); left > 0; {
		n := min(left, int(pageSize-at%pageSize))
		remote = append(remote, unix.RemoteIovec{Base: uintptr(at), Len: n})
		at, left = at+uint64(n), left-n
	}
	return unix.ProcessVMReadv(c.tid, iovec(p), remote, 0)
}

// write puts p into the tracee's memory, where the tracee itself may write; EFAULT where not all of it could be.
func (c *tracee) write(addr uint64, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n, err := unix.ProcessVMWritev(c.tid, iovec(p), []unix.RemoteIovec{{Base: uintptr(addr), Len: len(p)}}, 0)
	if err == nil && n < len(p) {
		err = unix.EFAULT
	}
	return err
}

func iovec(p []byte) []unix.Iovec {
	return []unix.Iovec{{Base: unsafe.SliceData(p), Len: uint64(len(p))}}
}

// text reads a string that ends in a NUL byte, of at most most bytes; ok is false where it is longer or can't be read.
func (c *tracee) text(addr uint64, most int) (text string, ok bool) {
	p := make([]byte, most+1)
	n, err := c.readSome(addr, p)
	if err != nil {
		return "", false
	}
	end := bytes.IndexByte(p[:n], 0)
	if end < 0 {
		return "", false
	}
	return string(p[:end]), true
}

// pair is two words as memory holds them, as in a timespec or timeval.
func pair(a, b int64) []byte {
	return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, uint64(a)), uint64(b))
}
