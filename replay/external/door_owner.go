package external

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// ownerOf returns the user whose process has the connection from one address to another, both on
// this machine, as /proc/net/tcp names it (proc(5)).
func ownerOf(from, to net.Addr) (uid int, err error) {
	local, errFrom := procAddress(from)
	remote, errTo := procAddress(to)
	if err := errors.Join(errFrom, errTo); err != nil {
		return 0, err
	}
	// A Java program's IPv4 connection is often that of an IPv6 socket.
	for _, table := range []struct{ path, prefix string }{
		{"/proc/net/tcp", ""},
		{"/proc/net/tcp6", "0000000000000000FFFF0000"},
	} {
		uid, err = findOwner(table.path, table.prefix+local, table.prefix+remote)
		if err == nil || !errors.Is(err, errNoConnection) {
			return uid, err
		}
	}
	return 0, err
}

var errNoConnection = errors.New("no such connection")

func findOwner(path, local, remote string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		// sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid …
		fields := strings.Fields(lines.Text())
		if len(fields) > 7 && fields[1] == local && fields[2] == remote {
			return strconv.Atoi(fields[7])
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	return 0, fmt.Errorf("%s: %w from %s to %s", path, errNoConnection, local, remote)
}

// procAddress writes an address as /proc/net/tcp does: the four bytes as one number of this
// machine's byte order.
func procAddress(a net.Addr) (string, error) {
	at, ok := a.(*net.TCPAddr)
	if !ok || at.IP.To4() == nil {
		return "", fmt.Errorf("%s is not an IPv4 address", a)
	}
	var number [4]byte
	binary.BigEndian.PutUint32(number[:], binary.NativeEndian.Uint32(at.IP.To4()))
	return fmt.Sprintf("%s:%04X", strings.ToUpper(hex.EncodeToString(number[:])), at.Port), nil
}
