//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// This file makes the command's connections to the task's entrance. The tracer takes the socket that the command would connect
// (pidfd_getfd, since Linux 5.6), connects it itself, says whereto, and answers the command's call. What is connected is the
// program's own socket, so its options, time-outs and polls work as ever; only getsockname tells of loopback.
//
// What is not covered: io_uring, an IPv6 socket that was bound for IPv6 only before, and link-local IPv6.

// gate is the way to the entrance.
type gate struct {
	t         *tracer
	at        netip.AddrPort
	listeners listeners
	peers     map[uint64][]byte // by inode of a socket: what getpeername is to say
}

// trapConnects redirects connections, if the task has an entrance.
func (t *tracer) trapConnects() error {
	if t.task.Entrance == nil {
		return nil
	}
	at, err := t.task.Entrance.at()
	if err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	g := &gate{t: t, at: at, peers: map[uint64][]byte{}}
	if g.listeners, err = newListeners(t); err != nil {
		return fmt.Errorf("lab: entrance: %w", err)
	}
	t.trap(trap{call: unix.SYS_CONNECT, enter: g.connect})
	t.trap(trap{call: unix.SYS_GETPEERNAME, enter: g.getpeername})
	for _, send := range []struct{ call, flags int }{{unix.SYS_SENDTO, 3}, {unix.SYS_SENDMSG, 2}, {unix.SYS_SENDMMSG, 3}} {
		fast := masked(send.flags, unix.MSG_FASTOPEN, unix.MSG_FASTOPEN)
		t.trap(trap{call: send.call, when: []condition{fast}, enter: func(c *tracee) error {
			c.skip(-int64(unix.EOPNOTSUPP)) // as a kernel says in which TCP Fast Open is switched off: the program connects then
			return nil
		}})
	}
	return nil
}

// connect answers connect(2) of a fresh TCP socket, where that is to be redirected.
func (g *gate) connect(c *tracee) error {
	name := c.socketAddress(c.arg(1), c.arg(2))
	to, ok := destination(name)
	if !ok || to.Port() == 0 || to.Addr().Is6() && to.Addr().IsLinkLocalUnicast() {
		return nil
	}
	if to.Port() == g.at.Port() && isLoopback(to.Addr()) || g.listeners.reachedByItself(c, to) {
		return nil
	}
	socket, err := c.socket(int(int32(c.arg(0))))
	switch {
	case errors.Is(err, unix.EBADF):
		return nil // the kernel's to refuse
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.ENOSYS):
		g.t.report.escaped("connections: pidfd_getfd(2), by which they are redirected, is refused here: " + err.Error())
		return nil
	case err != nil:
		return err
	}
	defer unix.Close(socket)
	if !isFresh(socket) {
		return nil
	}
	nonBlocking, err := g.enter(socket, to)
	var number unix.Errno
	switch {
	case errors.As(err, &number):
		c.skip(-int64(number))
		return nil
	case err != nil:
		return err
	}
	var stat unix.Stat_t
	if err := unix.Fstat(socket, &stat); err != nil {
		return err
	}
	g.peers[stat.Ino] = name
	if nonBlocking {
		c.skip(-int64(unix.EINPROGRESS)) // as the kernel has it, even on loopback
		return nil
	}
	c.skip(0)
	return nil
}

// entranceTime is how long the entrance may take to let a connection in, which the kernel does by itself. Nobody else is served meanwhile.
const entranceTime = 5 * time.Second

// enter connects a socket to the entrance and says whereto it was to go.
func (g *gate) enter(socket int, to netip.AddrPort) (nonBlocking bool, err error) {
	flags, err := unix.FcntlInt(uintptr(socket), unix.F_GETFL, 0)
	if err != nil {
		return false, err
	}
	domain, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil {
		return false, err
	}
	var entrance unix.Sockaddr = &unix.SockaddrInet4{Port: int(g.at.Port()), Addr: g.at.Addr().As4()}
	if domain == unix.AF_INET6 {
		_ = unix.SetsockoptInt(socket, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0) // too late for one that is bound: connect says so
		entrance = &unix.SockaddrInet6{Port: int(g.at.Port()), Addr: g.at.Addr().As16()}
	}
	err = unix.Connect(socket, entrance)
	if errors.Is(err, unix.EINPROGRESS) || errors.Is(err, unix.EINTR) {
		err = connected(socket)
	}
	for request := g.t.task.Entrance.request(to); err == nil && len(request) > 0; {
		var n int
		n, err = unix.SendmsgN(socket, request, nil, nil, unix.MSG_NOSIGNAL)
		request = request[max(n, 0):]
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			err = connected(socket)
		}
	}
	return flags&unix.O_NONBLOCK != 0, err
}

// connected waits until a socket is connected and can be written to.
func connected(socket int) error {
	for until := time.Now().Add(entranceTime); ; {
		left := time.Until(until)
		if left <= 0 {
			return unix.ETIMEDOUT
		}
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(socket), Events: unix.POLLOUT}}, int(left.Milliseconds())+1)
		if errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return err
		}
		number, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && number != 0 {
			err = unix.Errno(number)
		}
		return err
	}
}

// getpeername has the program find the server at the other end that it connected to.
func (g *gate) getpeername(c *tracee) error {
	var given [4]byte
	if c.read(c.arg(2), given[:]) != nil {
		return nil
	}
	room := binary.NativeEndian.Uint32(given[:])
	c.after(func() error {
		if c.result() != 0 {
			return nil
		}
		name, ok := g.peers[inodeOf(c.proc.pid, strconv.Itoa(int(int32(c.arg(0)))))]
		if !ok {
			return nil
		}
		if err := c.write(c.arg(1), name[:min(int(room), len(name))]); err != nil {
			return err
		}
		return c.write(c.arg(2), binary.NativeEndian.AppendUint32(nil, uint32(len(name))))
	})
	return nil
}
