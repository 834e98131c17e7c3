package external

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// A folder has one port: programs are shown a proxy's address, and it is to be the same in a replay that is made
// by a later process. While a proxy listens there, another on the same folder (an explainer beside its soak, a
// replay by hand) takes some other port, and leaves the folder's as it is.

const (
	portFile  = "port"      // the folder's
	claimFile = "port.lock" // held (flock) by the proxy that it belongs to
)

// listen returns a listener at the address, or at the folder's port where there is none, with the claim on that.
func listen(dir, address string) (listener net.Listener, claim *os.File, err error) {
	if address != "" {
		listener, err = listenAt(address)
		return listener, nil, err
	}
	if claim, err = claimPort(dir); err != nil {
		return nil, nil, fmt.Errorf("outside calls: %w", err)
	}
	if claim == nil {
		listener, err = listenAt("127.0.0.1:0")
		return listener, nil, err
	}
	if listener, err = listenAtLast(dir); err != nil {
		return nil, nil, errors.Join(err, claim.Close())
	}
	return listener, claim, nil
}

// claimPort returns nil where another proxy has the folder's port.
func claimPort(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, claimFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
}

// listenAtLast tries the port of last time first, so that programs see the same address again.
func listenAtLast(dir string) (net.Listener, error) {
	listener, err := listenAt(net.JoinHostPort("127.0.0.1", strconv.Itoa(lastPort(dir))))
	if err != nil { // some other program has it now
		if listener, err = listenAt("127.0.0.1:0"); err != nil {
			return nil, err
		}
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if err := writeFile(filepath.Join(dir, portFile), []byte(strconv.Itoa(port)+"\n"), 0o644); err != nil {
		return nil, errors.Join(fmt.Errorf("outside calls: %w", err), listener.Close())
	}
	return listener, nil
}

func listenAt(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("outside calls: %w", err)
	}
	if at := listener.Addr().(*net.TCPAddr); !at.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("outside calls: %s is not a loopback address: others could reach it", address), listener.Close())
	}
	return listener, nil
}

// lastPort returns the port of the folder's last proxy, or 0. What is no port is as good as none.
func lastPort(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, portFile))
	if err != nil {
		return 0
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || port < 1 || port > 65535 {
		return 0
	}
	return port
}
