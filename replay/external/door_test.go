package external

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestStrangersAreRefused: a proxy on loopback is open to all users of a machine.
func TestStrangersAreRefused(t *testing.T) {
	o := newOutside(t, nil)
	s := o.session(t, Record, nil)
	at := "http://" + o.listener.Addr().String()
	for _, test := range []struct{ name, proxy string }{
		{"no credentials", at},
		{"no secret", strings.Replace(at, "//", "//c3r7@", 1)},
		{"another secret", strings.Replace(at, "//", "//c3r7:0123456789abcdef0123456789abcdef@", 1)},
		{"another session", strings.Replace(at, "//", "//c3r8:"+s.secret+"@", 1)},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := clientOf(t, test.proxy, o.authority)
			if got := ask(c, "GET", "http://"+host+"/count", ""); !strings.HasPrefix(got, "407 ") {
				t.Errorf("http: got %q", got)
			}
			if got := ask(c, "GET", "https://"+host+"/count", ""); !strings.Contains(got, "Proxy Authentication Required") {
				t.Errorf("https: got %q", got)
			}
		})
	}
	if got := end(t, s); len(got) != 0 || o.asked.Load() != 0 {
		t.Errorf("want nothing passed on or kept, got %+v", got)
	}
}

// TestAnotherUser: who may not be the session's user gets neither through its door nor at the key.
func TestAnotherUser(t *testing.T) {
	needs(t, "curl")
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("CI is set, and only root on Linux can try this as another user")
		}
		t.Skip("SKIPPED: only root on Linux can try this as another user; what this test shows is not shown here")
	}
	o := newOutside(t, nil)
	s := o.session(t, Record, nil)
	if err := openToAll(o.dir); err != nil {
		t.Fatal(err)
	}
	as := func(user uint32, words ...string) string {
		cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		out, err := cmd.CombinedOutput()
		return fmt.Sprintf("%s %v", out, err)
	}
	call := []string{"curl", "-s", "-x", s.door.Addr().String(), "http://" + host + "/count"}
	if got := as(65534, call...); !strings.Contains(got, "407") && !strings.Contains(got, "this proxy serves") {
		t.Errorf("another user at the door: got %q", got)
	}
	if got := as(0, call...); !strings.HasPrefix(got, "answer 1") {
		t.Errorf("our user at the door: got %q", got)
	}
	if got := as(65534, "cat", filepath.Join(o.dir, keyFile)); !strings.Contains(got, "Permission denied") {
		t.Errorf("another user at the key: got %q", got)
	}
	if got := as(65534, "cat", filepath.Join(o.dir, bundleFile)); !strings.Contains(got, "BEGIN CERTIFICATE") {
		t.Errorf("a workflow of another user needs the bundle: got %.100q", got)
	}
	if got := end(t, s); len(got) != 1 {
		t.Errorf("want our call only, got %+v", got)
	}
}

// openToAll lets other users into a test's folder, as a state folder's parents do.
func openToAll(dir string) error {
	for d := dir; d != "/" && d != os.TempDir(); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// TestHostileRequests must not end the proxy, nor find a way into it.
func TestHostileRequests(t *testing.T) {
	o := newOutside(t, nil)
	s := o.session(t, Record, nil)
	c := o.through(t, s)
	self := o.listener.Addr().String()
	for _, test := range []struct{ name, url, want string }{
		{"itself", "http://" + self + "/", "502 shadowrun: the server failed: the proxy's own address\n"},
		{"itself, by another address", "http://127.1.2.3:" + fmt.Sprint(o.port()) + "/", "502 "},
		{"itself, through a tunnel", "https://" + self + "/", "502 shadowrun: the server failed: the proxy's own address\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ask(c, "GET", test.url, ""); !strings.HasPrefix(got, test.want) {
				t.Errorf("want %q, got %q", test.want, got)
			}
		})
	}
	request := func(text string) string {
		conn, err := net.Dial("tcp", self)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		go io.WriteString(conn, text) // it may be refused before it has been read
		answer, _ := io.ReadAll(conn)
		return string(answer)
	}
	credentials := &http.Request{Header: http.Header{}}
	credentials.SetBasicAuth(s.name, s.secret)
	authorization := "Proxy-Authorization: " + credentials.Header.Get("Authorization") + "\r\nConnection: close\r\n"
	for _, test := range []struct{ name, text, want string }{
		{"a bomb of headers", "GET http://" + host + "/count HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 3000), "431"},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "400"},
		{"another scheme", "GET ftp://" + host + "/x HTTP/1.1\r\nHost: " + host + "\r\n" + authorization + "\r\n", "599"},
		{"a path", "GET /count HTTP/1.1\r\nHost: " + host + "\r\n" + authorization + "\r\n", "400"},
		{"CONNECT to no port", "CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n" + authorization + "\r\n", "400"},
		{"bytes in the URL and a header", "GET http://" + host + "/count?q=\xff\xfe HTTP/1.1\r\nHost: " + host + "\r\nX-A: \xff\r\n" + authorization + "\r\n", "200"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := request(test.text); !strings.HasPrefix(got, "HTTP/1.1 "+test.want) {
				t.Errorf("want %s, got %.300q", test.want, got)
			}
		})
	}
	t.Run("a body cut short", func(t *testing.T) {
		conn, err := net.Dial("tcp", self)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(conn, "POST http://"+host+"/echo HTTP/1.1\r\nHost: "+host+"\r\n"+authorization+"Content-Length: 100\r\n\r\nhalf")
		conn.Close()
		waitFor(t, func() bool { return s.transport.kept(errBrokenOff) == 1 })
	})
	if got := ask(c, "GET", "http://"+host+"/count", ""); !strings.HasPrefix(got, "200 ") {
		t.Errorf("after all of this: got %q", got)
	}
	for _, e := range end(t, s) {
		value := valueOfExchange(t, e)
		if again, err := ParseExchange(value); err != nil || !bytes.Equal(valueOfExchange(t, again), value) {
			t.Errorf("%s does not come back: %v", value, err)
		}
	}
}

// kept counts the calls that ended so.
func (t *Transport) kept(message string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, c := range t.calls {
		c.mu.Lock()
		if c.settled && c.exchange.Error == message {
			n++
		}
		c.mu.Unlock()
	}
	return n
}

// TestSlowPrograms: who doesn't get to the end of a request, or says nothing in a tunnel, is not
// waited for longer than the time for headers.
func TestSlowPrograms(t *testing.T) {
	o := newOutside(t, nil, func(o *Options) { o.headerTime = 20 * time.Millisecond })
	s := o.session(t, Record, nil)
	conn, err := net.Dial("tcp", o.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET http://"+host+"/count HTTP/1.1\r\nX-Sl")
	if answer, err := io.ReadAll(conn); err != nil || strings.HasPrefix(string(answer), "HTTP/1.1 200") {
		t.Errorf("half a header: got %q, %v", answer, err)
	}
	for _, said := range []string{"", "\x16\x03\x01", "GET / HT"} {
		tunnel := tunnelTo(t, o, s, host+":443")
		fmt.Fprint(tunnel, said)
		if answer, _ := io.ReadAll(tunnel); strings.HasPrefix(string(answer), "HTTP/1.1 200") {
			t.Errorf("%q in a tunnel: got %q", said, answer)
		}
	}
	var messages []string
	for _, e := range end(t, s) {
		messages = append(messages, e.Error)
	}
	if diff := cmp.Diff([]string{errForeign, errDistrust}, messages); diff != "" {
		t.Errorf("errors of the exchanges (-want +got):\n%s", diff)
	}
}

// TestDistrust: a program that does not take our certificate is named, and not passed over.
func TestDistrust(t *testing.T) {
	o := newOutside(t, nil)
	s := o.session(t, Record, nil)
	other, err := openAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(clientOf(t, s.url(), other), "GET", "https://"+host+"/count", ""); !strings.HasPrefix(got, "error: ") {
		t.Errorf("want no answer, got %q", got)
	}
	waitFor(t, func() bool { return s.transport.kept(errDistrust) == 1 })
	got := end(t, s)
	if len(got) != 1 || got[0].Name() != "CONNECT https://"+host+":443" {
		t.Errorf("want the tunnel named, got %+v", got)
	}
}
