//go:build linux && amd64

package lab

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mark is a line of a request's header, as an entrance has it.
const mark = "X-Mark: ours\r\n"

// openEntrance is a proxy that says on each connection whereto it was to go, and repeats what it is told.
func openEntrance(t *testing.T) *Entrance {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				said := bufio.NewReader(conn)
				request, err := http.ReadRequest(said)
				if err != nil || request.Method != http.MethodConnect {
					fmt.Fprintf(conn, "no CONNECT: %v\n", err)
					return
				}
				line, _ := said.ReadString('\n')
				fmt.Fprintf(conn, "%s, %s: %s", request.Host, request.Header.Get("X-Mark"), line)
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return &Entrance{Address: listener.Addr().String(), Header: mark}
}

// speak is Python that connects in a certain way, says who it is and prints the answer, and whom it takes the other end for.
const speak = `
import errno, os, select, socket, sys
def speak(s, name="me"):
    s.sendall(name.encode() + b"\n")
    print(s.makefile().readline().rstrip(), s.getpeername()[:2])
`

func TestConnections(t *testing.T) {
	need(t, "python3")
	others, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { others.Close() })
	port := others.Addr().(*net.TCPAddr).Port
	const at4, at6 = `198.51.100.7:80, ours: me ('198.51.100.7', 80)`, `[2001:db8::7]:81, ours: me ('2001:db8::7', 81)`
	for _, test := range []struct{ name, script, want string }{
		{"IPv4", `s = socket.socket(); s.connect(("198.51.100.7", 80)); speak(s)`, at4},
		{"IPv6", `s = socket.socket(socket.AF_INET6); s.connect(("2001:db8::7", 81)); speak(s)`, at6},
		{"IPv6 only", `s = socket.socket(socket.AF_INET6); s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1); s.connect(("2001:db8::7", 81)); speak(s)`, at6},
		{"IPv4 by IPv6", `s = socket.socket(socket.AF_INET6); s.connect(("::ffff:198.51.100.7", 80)); speak(s)`, `198.51.100.7:80, ours: me ('::ffff:198.51.100.7', 80)`},
		{"bound before", `s = socket.socket(); s.bind(("127.0.0.1", 0)); s.connect(("198.51.100.7", 80)); speak(s)`, at4},
		{"with a time-out", `s = socket.create_connection(("198.51.100.7", 80), timeout=30); speak(s)`, at4},
		{"MPTCP", `
try: s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
except OSError: s = socket.socket()
s.connect(("198.51.100.7", 80)); speak(s)`, at4},
		{"without waiting", `
s = socket.socket(); s.setblocking(False)
print(errno.errorcode[s.connect_ex(("198.51.100.7", 80))])
poll = select.epoll(); poll.register(s, select.EPOLLOUT); poll.poll()
print(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), s.connect_ex(("198.51.100.7", 80)), errno.errorcode[s.connect_ex(("198.51.100.7", 80))])
s.setblocking(True); speak(s)`, "EINPROGRESS\n0 0 EISCONN\n" + at4},
		{"in a child", `
s = socket.create_connection(("198.51.100.7", 80))
if os.fork() == 0: speak(s)
else: os.wait()`, at4},
		{"by threads", `
import threading
sockets = []
def one(n):
    s = socket.create_connection(("198.51.100.%d" % n, 80)); s.sendall(b"me\n"); sockets.append((n, s.makefile().readline().rstrip()))
all = [threading.Thread(target=one, args=(n,)) for n in range(1, 51)]
for t in all: t.start()
for t in all: t.join()
print(len(sockets), all and sorted(sockets) == [(n, "198.51.100.%d:80, ours: me" % n) for n in range(1, 51)])`, "50 True"},
		{"fast open", `
s = socket.socket()
try: s.sendto(b"me\n", socket.MSG_FASTOPEN, ("198.51.100.7", 80))
except OSError as e: print(e.errno == errno.EOPNOTSUPP)`, "True"},
		{"by UDP", `
a = socket.socket(type=socket.SOCK_DGRAM); a.bind(("127.0.0.1", 0))
b = socket.socket(type=socket.SOCK_DGRAM); b.connect(a.getsockname()); b.send(b"direct"); print(a.recv(9).decode(), b.getpeername() == a.getsockname())
b.connect(("127.0.0.1", 7)); print(any(line.split()[2] == "0100007F:0007" for line in open("/proc/self/net/udp")))`, "direct True\nTrue"},
		{"within the machine", `
a = socket.socket(socket.AF_UNIX); a.bind("\0entrance-%d" % os.getpid()); a.listen()
b = socket.socket(socket.AF_UNIX); b.connect(a.getsockname()); print("direct")`, "direct"},
		{"where nobody listens", `print(errno.errorcode[socket.socket().connect_ex(("127.0.0.1", 1))])`, "ECONNREFUSED"},
		{"where nobody listens, and it is known", `s = socket.create_connection(("127.0.0.1", 7)); speak(s)`, `127.0.0.1:7, ours: me ('127.0.0.1', 7)`},
		{"a file that is no socket", `
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
to = bytes([2, 0, 0, 80, 198, 51, 100, 7]) + bytes(8)
for fd, at in ((1, to), (99, to), (1, None)): print(libc.connect(fd, at, 16), errno.errorcode[ctypes.get_errno()])`,
			"-1 ENOTSOCK\n-1 EBADF\n-1 EFAULT"},
		{"a server of its own", `
a = socket.create_server(("", 0)); s = socket.create_connection(("127.0.0.1", a.getsockname()[1])); b, _ = a.accept(); b.sendall(b"direct\n"); print(s.makefile().readline().rstrip())`, "direct"},
		{"a server of a child's", `
r, w = os.pipe()
if os.fork() == 0:
    a = socket.create_server(("::1", 0), family=socket.AF_INET6); os.write(w, str(a.getsockname()[1]).encode()); a.accept()[0].sendall(b"direct\n"); os._exit(0)
s = socket.create_connection(("::1", int(os.read(r, 9)))); print(s.makefile().readline().rstrip())`, "direct"},
		{"a server of its own by MPTCP", `
try: a = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 262)
except OSError: a = socket.socket(socket.AF_INET6)
a.listen(); s = socket.create_connection(("127.0.0.1", a.getsockname()[1])); b, _ = a.accept(); b.sendall(b"direct\n"); print(s.makefile().readline().rstrip())`, "direct"},
		{"a server of others", fmt.Sprintf(`s = socket.create_connection(("127.0.0.1", %d)); speak(s)`, port), fmt.Sprintf("127.0.0.1:%d, ours: me ('127.0.0.1', %[1]d)", port)},
	} {
		for name, treatment := range map[string]Treatment{"": {}, ", pinned": {"clock": DefaultInstant, "entropy": "1"}} {
			t.Run(test.name+name, func(t *testing.T) {
				t.Parallel()
				task := task(t, treatment, "python3", "-c", speak+test.script)
				task.Entrance = openEntrance(t)
				task.Entrance.Known = []string{"localhost:7", "nonsense"}
				r := finish(t, command(t, task), task)
				if diff := cmp.Diff(test.want, strings.TrimSpace(r.out)); diff != "" || len(r.Uncovered) != 0 {
					t.Errorf("not covered: %q; (-want +got)\n%s%s", r.Uncovered, diff, r.err)
				}
			})
		}
	}
}

// In a namespace of process ids too, where the lab knows processes by other numbers.
func TestConnectionsWithOtherPIDs(t *testing.T) {
	need(t, "python3")
	needNamespace(t)
	task := task(t, Treatment{"pid": "300"}, "python3", "-c", speak+`s = socket.create_connection(("198.51.100.7", 80)); speak(s)`)
	task.Entrance = openEntrance(t)
	if r := finish(t, command(t, task), task); r.out != "198.51.100.7:80, ours: me ('198.51.100.7', 80)\n" {
		t.Errorf("got %q: %s", r.out, r.err)
	}
}

func TestEntranceIsChecked(t *testing.T) {
	for _, test := range []struct{ address, header, want string }{
		{"127.0.0.1:80", mark, ""},
		{"127.0.0.1:80", "", ""},
		{"127.0.0.1:80", "X: y", "entrance: the header's last line has no end"},
		{"10.0.0.1:80", "", "entrance: 10.0.0.1:80 is no port of an IPv4 address on loopback"},
		{"[::1]:80", "", "entrance: [::1]:80 is no port of an IPv4 address on loopback"},
		{"127.0.0.1:0", "", "entrance: 127.0.0.1:0 is no port of an IPv4 address on loopback"},
		{"", "", "entrance: not an ip:port"},
	} {
		got := ""
		if _, err := (&Entrance{Address: test.address, Header: test.header}).at(); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%q, %q (-want +got):\n%s", test.address, test.header, diff)
		}
	}
}

func TestWhoListens(t *testing.T) {
	const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0 100 0 0 10 0
   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0
   3: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 14 1 0
   4: 0000000000000000FFFF00000100007F:1F92 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 15 1 0
   5: 0100007F:1F90 nonsense
`
	for to, want := range map[string][]uint64{
		"127.0.0.1:8080": {11}, "127.0.0.2:8080": nil, "127.0.0.2:8081": {12}, "[::1]:8080": {14}, "127.0.0.1:8082": {15}, "0.0.0.0:8080": {11, 14}, "127.0.0.1:1": nil,
	} {
		var got []uint64
		for inode := range listening(strings.NewReader(table), netip.MustParseAddrPort(to)) {
			got = append(got, inode)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", to, diff)
		}
	}
}

func FuzzTableAddress(f *testing.F) {
	f.Add("0100007F:1F90")
	f.Add("0000000000000000FFFF00000100007F:1F92")
	f.Add("01:")
	f.Fuzz(func(t *testing.T, text string) {
		if at, err := parseTableAddress(text); err == nil && !at.IsValid() {
			t.Errorf("%q is %v", text, at)
		}
	})
}
