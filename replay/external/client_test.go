package external

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func clientOf(t testing.TB, proxy string, a *authority) *http.Client {
	t.Helper()
	at, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	transport := &http.Transport{
		Proxy: http.ProxyURL(at), TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// program is a real client of its own.
type program struct {
	client  string   // as in Clients
	as      string   // in which way
	needs   []string // programs
	module  string   // of the Python that runs it
	command func(base string) []string
	env     func(base string) []string
	plain   bool // no https here
}

func script(words ...string) func(string) []string {
	return func(base string) []string { return append(words, base) }
}

// curl asks as the other clients do, with more options.
func curl(options string) func(string) []string {
	return func(base string) []string {
		call := "curl -sSL " + options + " "
		return []string{"sh", "-ec", strings.Join([]string{
			call + base + "/count", "echo", call + base + "/count", "echo",
			call + `-H 'Content-Type: application/json' -H 'Authorization: Bearer s3cr3t' -d '{"b": 1, "a": [2]}' ` + base + "/echo", "echo",
			call + base + "/redirect", "echo",
		}, "\n")}
	}
}

var programs = []program{
	{client: "Go net/http", command: func(string) []string { return []string{os.Args[0]} }, env: func(base string) []string { return []string{asGoClient + "=" + base} }},
	{client: "curl", needs: []string{"curl"}, command: curl("")},
	{client: "curl", needs: []string{"curl"}, as: "with HTTP/2", command: curl("--http2")},
	{client: "wget", needs: []string{"wget"}, command: func(base string) []string {
		return []string{"sh", "-ec", "for p in count count redirect; do wget -qO- " + base + "/$p; echo; done\n" +
			`wget -qO- --header 'Content-Type: application/json' --header 'Authorization: Bearer s3cr3t' --post-data '{"b": 1, "a": [2]}' ` + base + "/echo"}
	}},
	{client: "Python urllib", needs: []string{"python3"}, command: script("python3", "testdata/urllib_client.py")},
	{client: "Python requests", needs: []string{"python3"}, module: "requests", command: script("python3", "testdata/requests_client.py")},
	{client: "Node http, https", needs: []string{"node"}, command: script("node", "testdata/http_client.cjs")},
	{client: "Node fetch", needs: []string{"node"}, command: script("node", "testdata/fetch_client.mjs")},
	{client: "Java HttpURLConnection", needs: []string{"java", "javac"}, command: script("java", "testdata/UrlConnection.java")},
	{client: "Java HttpClient", needs: []string{"java", "javac"}, command: script("java", "testdata/NewClient.java")},
	{client: "Perl HTTP::Tiny", needs: []string{"perl"}, command: script("perl", "testdata/tiny_client.pl"), plain: true},
}

// run executes the program in the session's environment.
func (p program) run(t *testing.T, s *Session, base string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	words := p.command(base)
	if p.module != "" {
		words[0] = pythonWith(t, p.module)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LC_ALL=C.UTF-8"}
	if p.env != nil {
		env = append(env, p.env(base)...)
	}
	cmd.Env = s.Env(env)
	var out, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errors
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s%s", words, err, &out, &errors)
	}
	return out.String()
}

// TestRealClients runs real programs of many languages: recorded, then answered from the record
// without a word to the server.
func TestRealClients(t *testing.T) {
	for _, p := range programs {
		for _, scheme := range []string{"http", "https"} {
			if scheme == "https" && p.plain {
				continue
			}
			t.Run(strings.TrimSpace(p.client+" "+p.as)+" over "+scheme, func(t *testing.T) {
				if testing.Short() && slices.Contains(p.needs, "javac") {
					t.Skip("seconds each")
				}
				for _, name := range p.needs {
					needs(t, name)
				}
				o := newOutside(t, nil)
				base := scheme + "://" + host
				recording := o.session(t, Record, nil)
				out := p.run(t, recording, base)
				record := end(t, recording)
				if asked := o.asked.Load(); asked != 5 || len(record) != 5 {
					t.Fatalf("want 5 calls seen by the server and 5 recorded, got %d and %d; output:\n%s", asked, len(record), out)
				}
				if got := authorizationOf(record); got != "Bearer [redacted]" {
					t.Errorf("want the secret redacted, got Authorization %q", got)
				}
				replaying := o.session(t, Replay, reread(t, record))
				again := p.run(t, replaying, base)
				replayed := end(t, replaying)
				if asked := o.asked.Load(); asked != 5 {
					t.Errorf("the replay asked the server %d times", asked-5)
				}
				if diff := cmp.Diff(out, again); diff != "" {
					t.Errorf("output of run and replay (-run +replay):\n%s", diff)
				}
				if diff := cmp.Diff(record, replayed); diff != "" {
					t.Errorf("exchanges of run and replay (-run +replay):\n%s", diff)
				}
			})
		}
	}
}

// authorizationOf returns the header of the one call that has it.
func authorizationOf(record []Exchange) string {
	for _, e := range record {
		if e.Request.Method == http.MethodPost {
			return e.Request.Headers.Get("Authorization")
		}
	}
	return ""
}

// pythonWith returns a Python that has a module: the path's, or Debian's, whose packages the path's doesn't see.
func pythonWith(t *testing.T, module string) string {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import "+module).Run() == nil {
			return python
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("Python's %s is missing", module)
	}
	t.Skipf("SKIPPED: Python's %s is missing; what this test shows is not shown here", module)
	return ""
}

func valueOfExchange(t *testing.T, e Exchange) []byte {
	t.Helper()
	value, err := e.Value()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// reread returns exchanges as a golden gives them back.
func reread(t *testing.T, exchanges []Exchange) []Exchange {
	t.Helper()
	again := make([]Exchange, len(exchanges))
	for i, e := range exchanges {
		var err error
		if again[i], err = ParseExchange(valueOfExchange(t, e)); err != nil {
			t.Fatal(err)
		}
	}
	return again
}

// TestGit clones over https: git asks without credentials first.
func TestGit(t *testing.T) {
	needs(t, "git")
	repository := t.TempDir()
	git := func(env []string, words ...string) string {
		cmd := exec.CommandContext(t.Context(), "git", words...)
		cmd.Env = append(env, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", words, err, out)
		}
		return string(out)
	}
	path := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + repository}
	git(path, "init", "-q", filepath.Join(repository, "r.git"))
	git(path, "-C", filepath.Join(repository, "r.git"), "-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "one")
	git(path, "-C", filepath.Join(repository, "r.git"), "update-server-info")
	files := http.FileServer(http.Dir(filepath.Join(repository, "r.git", ".git")))
	o := newOutside(t, files.ServeHTTP)
	list := func(mode Mode, record []Exchange) (string, []Exchange) {
		s := o.session(t, mode, record)
		out := git(s.Env(path), "ls-remote", "https://"+host+"/")
		return out, end(t, s)
	}
	out, record := list(Record, nil)
	if !strings.Contains(out, "refs/heads/") {
		t.Fatalf("want a branch, got %q", out)
	}
	asked := o.asked.Load()
	again, _ := list(Replay, record)
	if out != again || o.asked.Load() != asked {
		t.Errorf("replay: want %q without asking, got %q and %d more calls", out, again, o.asked.Load()-asked)
	}
}
