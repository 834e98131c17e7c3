package external

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
)

// A door is a loopback address of a session's own, for programs that know a proxy's address and
// can't be given a name and a secret for it: Java has no property for those. Who comes to it is
// known by the address that it came to, and let in if the kernel says that the other end of the
// connection belongs to our user. Linux answers on all of 127.0.0.0/8 and says whose a connection
// is; elsewhere there are no doors.

// doorTries is how many addresses are tried for a door: another process may have the port there.
const doorTries = 4

// openDoor opens the session's door, where there can be one. p.mu is held.
func (p *Proxy) openDoor(s *Session) {
	if runtime.GOOS != "linux" || p.listener.Addr().(*net.TCPAddr).IP.To4() == nil {
		return
	}
	spots := p.authority.mac("door " + s.name)
	for try := range doorTries {
		spot := spots[3*try:]
		ip := net.IPv4(127, 1+spot[0]%254, spot[1], 1+spot[2]%254)
		door, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: ip, Port: p.port()})
		if err != nil {
			continue
		}
		s.door = door
		p.doors[ip.String()] = s
		p.serving.Go(func() error {
			if err := p.outer.Serve(door); !errors.Is(err, net.ErrClosed) {
				return err
			}
			return nil // the session's end, and not ours
		})
		return
	}
}

// closeDoor closes what openDoor opened. p.mu is held.
func (p *Proxy) closeDoor(s *Session) {
	if s.door == nil {
		return
	}
	s.door.Close()
	ip := s.door.Addr().(*net.TCPAddr).IP.String()
	if p.doors[ip] == s {
		delete(p.doors, ip)
	}
}

// visitor is a connection whose other end's owner is looked up once, and only if it matters.
type visitor struct {
	net.Conn
	once sync.Once
	ours bool
}

func (v *visitor) isOurs() bool {
	v.once.Do(func() {
		uid, err := ownerOf(v.RemoteAddr(), v.LocalAddr())
		v.ours = err == nil && uid == os.Getuid()
	})
	return v.ours
}

type visitorKey struct{}

func withVisitor(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, visitorKey{}, &visitor{Conn: c})
}

// sessionOfDoor returns the session whose door a request came through, or nil.
func (p *Proxy) sessionOfDoor(r *http.Request) *Session {
	v, ok := r.Context().Value(visitorKey{}).(*visitor)
	if !ok {
		return nil
	}
	at, ok := v.LocalAddr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	p.mu.Lock()
	s := p.doors[at.IP.String()]
	p.mu.Unlock()
	if s == nil || !v.isOurs() {
		return nil
	}
	return s
}
