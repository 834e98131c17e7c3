//go:build linux && (amd64 || arm64)

package lab

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// listeners tells servers on this machine from those elsewhere, and the command's own from others.
type listeners struct {
	t   *tracer
	own []netip.Addr    // addresses of this machine
	had map[uint64]bool // inodes of listening sockets that belong to the command
}

func newListeners(t *tracer) (listeners, error) {
	l := listeners{t: t, had: map[uint64]bool{}}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return l, err
	}
	for _, a := range all {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil {
			l.own = append(l.own, prefix.Addr().Unmap())
		}
	}
	return l, nil
}

// isHere tells whether an address is one of this machine.
func (l *listeners) isHere(a netip.Addr) bool {
	for _, own := range l.own {
		if own == a {
			return true
		}
	}
	return isLoopback(a)
}

// reachedByItself tells whether a destination is to be connected to as it is: a server of the command's own, or one of this
// machine that is not there.
func (l *listeners) reachedByItself(c *tracee, to netip.AddrPort) bool {
	if !l.isHere(to.Addr()) {
		return false
	}
	there := false
	for _, file := range []string{"tcp", "tcp6"} {
		table, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", c.proc.pid, file)) // of the network that it is in
		if err != nil {
			continue
		}
		for inode := range listening(table, to) {
			there = true
			if l.owns(inode) {
				table.Close()
				return true
			}
		}
		table.Close()
	}
	return !there && !l.t.task.Entrance.knows(to)
}

// owns tells whether a socket is open in a process of the command.
func (l *listeners) owns(inode uint64) bool {
	if l.had[inode] {
		return true
	}
	seen := map[int]bool{}
	for _, c := range l.t.tracees {
		if c.proc == nil || seen[c.proc.pid] {
			continue
		}
		seen[c.proc.pid] = true
		files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", c.proc.pid))
		if err != nil {
			continue // it is ending
		}
		for _, f := range files {
			if inodeOf(c.proc.pid, f.Name()) == inode {
				l.had[inode] = true
				return true
			}
		}
	}
	return false
}

// listening yields the inodes of the sockets in a table of proc(5) that listen at an address: by it, or by none in particular.
func listening(table io.Reader, to netip.AddrPort) func(yield func(uint64) bool) {
	return func(yield func(uint64) bool) {
		lines := bufio.NewScanner(table)
		for lines.Scan() {
			// sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
			fields := strings.Fields(lines.Text())
			if len(fields) < 10 || fields[3] != listenState {
				continue
			}
			at, err := parseTableAddress(fields[1])
			if err != nil || at.Port() != to.Port() || at.Addr() != to.Addr() && !at.Addr().IsUnspecified() && !to.Addr().IsUnspecified() {
				continue
			}
			if inode, err := strconv.ParseUint(fields[9], 10, 64); err == nil && inode != 0 && !yield(inode) {
				return
			}
		}
	}
}

const listenState = "0A" // TCP_LISTEN: include/net/tcp_states.h

// parseTableAddress reads an address as such a table has it: words of 32 bits in this machine's order, and a port, in hexadecimal.
func parseTableAddress(text string) (netip.AddrPort, error) {
	host, portText, _ := strings.Cut(text, ":")
	port, err := strconv.ParseUint(portText, 16, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	ip, err := hex.DecodeString(host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	for n := 0; n+4 <= len(ip); n += 4 {
		binary.NativeEndian.PutUint32(ip[n:], binary.BigEndian.Uint32(ip[n:]))
	}
	a, ok := netip.AddrFromSlice(ip)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%s is no address", text)
	}
	return netip.AddrPortFrom(a.Unmap(), uint16(port)), nil
}
