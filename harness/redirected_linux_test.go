//go:build linux && amd64

package harness

import (
	"bufio"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay/external"
	"github.com/shadowrun/shadowrun/replay/lab"
)

// asGoClient makes the test binary a program that asks over net/http, which takes no proxy for a loopback host.
const asGoClient = "HARNESS_TEST_GO_CLIENT"

func init() {
	base := os.Getenv(asGoClient)
	if base == "" {
		return
	}
	for _, path := range []string{"/a", "/b"} {
		response, err := http.Get(base + path)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		body, err := io.ReadAll(response.Body)
		fmt.Println(string(body), err)
	}
	os.Exit(0)
}

// direct are clients that ask past a proxy: each as [external.Clients] names it.
var direct = []struct {
	client, name string
	https        bool
	host         string // "" 127.0.0.1
	needs        []string
	command      func(t *testing.T, base, port string) []string
	env          func(base string) map[string]string
}{
	{client: "Python http.client", needs: []string{"python3"}, command: argv("python3", "testdata/redirected/http_client.py")},
	{client: "Python http.client", name: "by name", host: "localhost", needs: []string{"python3"}, command: argv("python3", "testdata/redirected/http_client.py")},
	{client: "Python http.client", https: true, needs: []string{"python3"}, command: argv("python3", "testdata/redirected/http_client.py")},
	{client: "Node http2, net, tls", name: "net", needs: []string{"node"}, command: argv("node", "testdata/redirected/sockets.cjs", "net")},
	{client: "Node http2, net, tls", name: "net by name", host: "localhost", needs: []string{"node"}, command: argv("node", "testdata/redirected/sockets.cjs", "net")},
	{client: "Node http2, net, tls", name: "tls", https: true, needs: []string{"node"}, command: argv("node", "testdata/redirected/sockets.cjs", "tls")},
	{client: "Node http2, net, tls", name: "http2", needs: []string{"node"}, command: argv("node", "testdata/redirected/sockets.cjs", "http2")},
	{client: "Node http2, net, tls", name: "http2", https: true, needs: []string{"node"}, command: argv("node", "testdata/redirected/sockets.cjs", "http2")},
	{client: "Go net/http", name: "loopback", command: itself, env: func(base string) map[string]string { return map[string]string{asGoClient: base} }},
	{client: "Go net/http", name: "loopback", https: true, command: itself, env: func(base string) map[string]string { return map[string]string{asGoClient: base} }},
	{client: "raw sockets", name: "C", needs: []string{"gcc"}, command: func(t *testing.T, _, port string) []string {
		return []string{compiled(t, "testdata/redirected/raw.c"), port}
	}},
	{client: "raw sockets", name: "Java", needs: []string{"java", "javac"}, command: func(_ *testing.T, _, port string) []string {
		return []string{"java", absolute("testdata/redirected/RawSocket.java"), port}
	}},
	{client: "raw sockets", name: "Python, 50 at once", needs: []string{"python3"}, command: func(_ *testing.T, _, port string) []string {
		return []string{"sh", "-c", "python3 " + absolute("testdata/redirected/many.py") + " " + port + " | sort"}
	}},
	{client: "curl", name: "past the proxy", needs: []string{"curl"}, command: func(_ *testing.T, base, _ string) []string {
		return []string{"curl", "-sS", "--noproxy", "*", base + "/a"}
	}},
	{client: "curl", name: "past the proxy", https: true, needs: []string{"curl"}, command: func(_ *testing.T, base, _ string) []string {
		return []string{"curl", "-sS", "--noproxy", "*", base + "/a"}
	}},
}

func argv(words ...string) func(*testing.T, string, string) []string {
	return func(_ *testing.T, base, _ string) []string {
		words := slices.Clone(words)
		words[1] = absolute(words[1])
		return append(words, base)
	}
}

func itself(*testing.T, string, string) []string { return []string{os.Args[0]} }

func absolute(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return path
}

func compiled(t *testing.T, source string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("gcc", "-Wall", "-Werror", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// In the lab a program that knows nothing of proxies is recorded, and then answered without its server.
func TestDirectClientsAreReplayedInTheLab(t *testing.T) {
	if testing.Short() {
		t.Skip("each client, treated or not, in processes of its own")
	}
	for _, c := range direct {
		scheme := "http"
		if c.https {
			scheme = "https"
		}
		t.Run(strings.TrimSpace(c.client+" "+c.name)+" over "+scheme, func(t *testing.T) {
			for _, program := range c.needs {
				needs(t, program)
			}
			for name, treatment := range map[string]lab.Treatment{
				"empty": {}, "clock and entropy": {"clock": lab.DefaultInstant, "entropy": "1"},
			} {
				t.Run(name, func(t *testing.T) {
					server, asked := answering(t, c.https)
					host := c.host
					if host == "" {
						host = "127.0.0.1"
					}
					_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
					base := scheme + "://" + host + ":" + port
					w := WorkflowConfig{Command: c.command(t, base, port), Timeout: Duration(time.Minute), External: external.Record}
					if c.env != nil {
						w.Env = c.env(base)
					}
					run, replay, uncovered := recordedAndReplayed(t, commandOf(t, w), treatment, server.Close)
					if run.Status != golden.StatusOK || !strings.Contains(strings.Join(run.Trace, "\n"), "answer") {
						t.Errorf("%s %s: %q", run.Status, run.Message, run.Trace)
					}
					if calls := callsOf(run); int64(len(calls)) != asked.Load() || len(calls) == 0 || !strings.Contains(calls[0], base+"/") {
						t.Errorf("%d requests, recorded as %q", asked.Load(), calls)
					}
					if diff := cmp.Diff(run, replay); diff != "" {
						t.Errorf("run -, replay +:\n%s", diff)
					}
					if peer := "('127.0.0.1', " + port + ")"; c.client == "Python http.client" && !strings.Contains(strings.Join(run.Trace, "\n"), peer) {
						t.Errorf("want the other end's address %s in %q", peer, run.Trace)
					}
					if len(uncovered) != 0 {
						t.Errorf("not covered: %q", uncovered)
					}
				})
			}
		})
	}
}

// answering is a server that gives each path an answer of its own, and another each time.
func answering(t *testing.T, secure bool) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	asked := new(atomic.Int64)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "answer %d to %s", asked.Add(1), r.URL.Path)
	}))
	if secure {
		server.EnableHTTP2 = true
		server.StartTLS()
		authority := filepath.Join(t.TempDir(), "authority.pem")
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		if err := os.WriteFile(authority, text, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("SSL_CERT_FILE", authority)
	} else {
		var both http.Protocols
		both.SetHTTP1(true)
		both.SetUnencryptedHTTP2(true)
		server.Config.Protocols = &both
		server.Start()
	}
	t.Cleanup(server.Close)
	return server, asked
}

// recordedAndReplayed executes a workflow in the lab, and again by the record of that once stop has stopped its servers.
func recordedAndReplayed(t *testing.T, x *commandExecutor, treatment lab.Treatment, stop func()) (run, replay seen, uncovered []string) {
	t.Helper()
	j := planned("hostile", 5)
	j.treatment = treatment
	first := x.execute(t.Context(), j)
	defer first.Close()
	if first.Trace == nil {
		t.Fatalf("%s %s: %s", first.Status, first.Message, first.Stderr)
	}
	var err error
	if j.record, err = RecordOf(first.Trace); err != nil {
		t.Fatal(err)
	}
	stop()
	second := x.execute(t.Context(), j)
	defer second.Close()
	if t.Failed() || second.Status != golden.StatusOK {
		t.Logf("standard error of run and replay:\n%s\n%s", first.Stderr, second.Stderr)
	}
	return seenIn(t, first), seenIn(t, second), first.Lab.Uncovered
}

// callsOf returns the outside calls of a trace.
func callsOf(s seen) (calls []string) {
	for _, event := range s.Trace {
		if strings.HasPrefix(event, "call ") {
			calls = append(calls, event)
		}
	}
	return calls
}

// What is no outside call stays as it is: servers of a program's own, those that are not there yet, and other protocols.
func TestOwnServersAndOtherProtocolsInTheLab(t *testing.T) {
	needs(t, "python3")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			said, err := bufio.NewReader(conn).ReadString('o')
			fmt.Fprintf(conn, "%q %v", said, err)
			conn.Close()
		}
	})
	defer serving.Wait()
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	x := commandOf(t, WorkflowConfig{Command: argv("python3", "testdata/redirected/own_server.py")(t, port, ""), External: external.Record})
	run, replay, uncovered := recordedAndReplayed(t, x, lab.Treatment{}, func() {})
	want := seen{Status: golden.StatusOK, Trace: []string{
		`out "nobody there: ConnectionRefusedError\n"`, `out "its own\n"`, `out "b'\"\\\\x00hello\" <nil>'\n"`,
	}}
	if diff := cmp.Diff(want, run); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if diff := cmp.Diff(run, replay); diff != "" {
		t.Errorf("run -, replay +:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"calls of 127.0.0.1:" + port + ", which speak neither HTTP nor TLS"}, uncovered); diff != "" {
		t.Errorf("not covered: want -, got +:\n%s", diff)
	}
}

// What is called covered in the lab is run here.
func TestClientsAreShownInTheLab(t *testing.T) {
	shown := map[string]bool{}
	for _, c := range direct {
		shown[c.client] = true
	}
	for _, c := range external.Clients() {
		if c.InLab != "" != shown[c.Name] {
			t.Errorf("%s: covered in the lab by %q, shown by a test: %v", c.Name, c.InLab, shown[c.Name])
		}
		delete(shown, c.Name)
	}
	for name := range shown {
		t.Errorf("%s is shown by a test, and not in the table", name)
	}
}
