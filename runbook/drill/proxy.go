package drill

import (
	"io"
	"net"
	"sync"
)

// proxy is the way to a service: a loopback port whose connections are passed on, until it is dropped, as by a network that
// fails, and again once it is restored. It does not look at what passes.
type proxy struct {
	target  string // host:port
	address string // of its own
	wait    sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener // nil: dropped
	open     map[net.Conn]bool
}

func startProxy(target string) (*proxy, error) {
	p := &proxy{target: target, address: "127.0.0.1:0", open: map[net.Conn]bool{}}
	return p, p.restore()
}

// restore takes connections again, at the same address.
func (p *proxy) restore() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return err
	}
	p.listener, p.address = listener, listener.Addr().String()
	p.wait.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // dropped
			}
			p.wait.Go(func() { p.pass(listener, conn) })
		}
	})
	return nil
}

// drop ends all connections, and refuses new ones.
func (p *proxy) drop() {
	p.mu.Lock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
	for conn := range p.open {
		conn.Close()
	}
	p.mu.Unlock()
	p.wait.Wait()
}

// pass passes on what comes from a client until either side ends.
func (p *proxy) pass(from net.Listener, client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	dropped := p.listener != from
	if !dropped {
		p.open[client], p.open[server] = true, true
	}
	p.mu.Unlock()
	if dropped {
		return
	}
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{server, client}, {client, server}} {
		both.Go(func() {
			io.Copy(way[0], way[1])
			// The other way may still have something to say.
			if half, ok := way[0].(*net.TCPConn); ok {
				half.CloseWrite()
			}
		})
	}
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, client)
	delete(p.open, server)
}
