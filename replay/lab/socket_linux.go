//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// This file looks at sockets of the command.

// EntranceRefused tells why connections can't be made to an [Entrance] here, should the lab work otherwise; nil if they can.
func EntranceRefused() error {
	process, err := unix.PidfdOpen(unix.Getpid(), 0)
	if err != nil {
		return fmt.Errorf("pidfd_open(2): %w", err)
	}
	defer unix.Close(process)
	file, err := unix.PidfdGetfd(process, process, 0)
	if err != nil {
		return fmt.Errorf("pidfd_getfd(2): %w: it needs Linux 5.6, and in a container CAP_SYS_PTRACE or --security-opt seccomp=unconfined", err)
	}
	return unix.Close(file)
}

// isFresh tells whether a socket speaks TCP and was not connected yet.
func isFresh(socket int) bool {
	const closed = 7 // TCP_CLOSE: include/net/tcp_states.h
	kind, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil || kind != unix.SOCK_STREAM {
		return false
	}
	info, err := unix.GetsockoptTCPInfo(socket, unix.IPPROTO_TCP, unix.TCP_INFO)
	return err == nil && info.State == closed
}

// The sizes of a struct sockaddr_in and sockaddr_in6. The kernel takes the latter without its scope, too.
const (
	sizeInet4      = 16
	sizeInet6      = 28
	sizeInet6Least = 24
)

// socketAddress reads a struct sockaddr of the Internet as the kernel would give it back; nil where it is another.
func (c *tracee) socketAddress(at, size uint64) []byte {
	p := make([]byte, min(size, sizeInet6))
	if len(p) < sizeInet4 || c.read(at, p) != nil {
		return nil
	}
	switch family := binary.NativeEndian.Uint16(p); {
	case family == unix.AF_INET:
		p = p[:sizeInet4]
		clear(p[8:])
		return p
	case family == unix.AF_INET6 && len(p) >= sizeInet6Least:
		return append(p, make([]byte, sizeInet6-len(p))...)
	}
	return nil
}

// destination returns what such an address means.
func destination(name []byte) (netip.AddrPort, bool) {
	if len(name) == 0 {
		return netip.AddrPort{}, false
	}
	port := binary.BigEndian.Uint16(name[2:])
	if len(name) == sizeInet4 {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(name[4:8])), port), true
	}
	return netip.AddrPortFrom(netip.AddrFrom16([16]byte(name[8:24])).Unmap(), port), true
}

// isLoopback tells whether connections to an address stay on this machine by its kind: to none in particular goes there, too.
func isLoopback(a netip.Addr) bool { return a.IsLoopback() || a.IsUnspecified() }

// socket returns a file of the tracee's as one of ours. It must be closed.
func (c *tracee) socket(fd int) (int, error) {
	for _, who := range []struct{ id, flags int }{{c.proc.pid, 0}, {c.tid, unix.PIDFD_THREAD}} {
		process, err := unix.PidfdOpen(who.id, who.flags)
		if err != nil {
			return -1, err
		}
		socket, err := unix.PidfdGetfd(process, fd, 0)
		unix.Close(process)
		if !errors.Is(err, unix.EBADF) || who.id == c.tid { // the first thread of a process may have ended, and has no files then
			return socket, err
		}
	}
	return -1, unix.EBADF
}

// inodeOf returns the inode of a socket that a process has open, or 0.
func inodeOf(pid int, fd string) uint64 {
	link := make([]byte, len("socket:[]")+20)
	n, err := unix.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, fd), link)
	if err != nil {
		return 0
	}
	text, isSocket := strings.CutPrefix(string(link[:n]), "socket:[")
	inode, err := strconv.ParseUint(strings.TrimSuffix(text, "]"), 10, 64)
	if !isSocket || err != nil {
		return 0
	}
	return inode
}
