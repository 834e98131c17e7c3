package lab

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Entrance is where the TCP connections of a command are made, wherever it wants them: to a proxy that carries its calls, also
// those of a program that knows nothing of proxies. The proxy is told of the destination in a CONNECT request that stands before
// what the program says, and that the proxy answers nothing to.
//
// Left as they are: connections to the port of the entrance on loopback, so that programs which do know the proxy have it; those
// to a server of the command's own; those to this machine where nothing listens, unless Known has it, since a program that waits
// for a server is to be told that there is none yet; and all that is no TCP.
type Entrance struct {
	Address string   // host:port, IPv4 on loopback
	Header  string   // lines of the request's header, each with its CRLF, by which the proxy knows whom it serves
	Known   []string // host:port of servers whose answers the proxy has, should they not be there
}

// at returns the address, or what is wrong with the entrance.
func (e *Entrance) at() (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(e.Address)
	switch {
	case err != nil:
		return at, fmt.Errorf("entrance: %w", err)
	case !at.Addr().Is4() || !at.Addr().IsLoopback() || at.Port() == 0:
		return at, fmt.Errorf("entrance: %s is no port of an IPv4 address on loopback", e.Address)
	case e.Header != "" && !strings.HasSuffix(e.Header, "\r\n"):
		return at, errors.New("entrance: the header's last line has no end")
	}
	return at, nil
}

// request tells the proxy of a destination.
func (e *Entrance) request(to netip.AddrPort) []byte {
	return fmt.Appendf(nil, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", to, to, e.Header)
}

// knows tells whether the proxy has answers of a server on this machine: by its address, or by a name, which may be any.
func (e *Entrance) knows(to netip.AddrPort) bool {
	return slices.ContainsFunc(e.Known, func(known string) bool {
		host, port, err := net.SplitHostPort(known)
		if err != nil || port != strconv.Itoa(int(to.Port())) {
			return false
		}
		ip, err := netip.ParseAddr(host)
		return err != nil || ip.Unmap() == to.Addr()
	})
}
