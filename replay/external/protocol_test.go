package external

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestHTTP2OnBothSides: the program speaks HTTP/2 with us, and we with the server.
func TestHTTP2OnBothSides(t *testing.T) {
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) })
	s := o.session(t, Record, nil)
	defer end(t, s)
	resp, err := o.through(t, s).Get("https://" + host + "/protocol")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if got := resp.Proto + " " + string(body); got != "HTTP/2.0 HTTP/2.0" || err != nil {
		t.Errorf("got %s, %v", got, err)
	}
}

// TestCurlAsks goes through what curl can be told to do that a proxy may get wrong.
func TestCurlAsks(t *testing.T) {
	needs(t, "curl")
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.URL.Path == "/encoding" {
			io.WriteString(w, r.Header.Get("Accept-Encoding"))
			return
		}
		fmt.Fprintf(w, "%s %d %s %s", r.Method, len(body), r.Header.Get("X-Forwarded-For"), r.URL.RawQuery)
	})
	for _, test := range []struct{ name, options, want string }{
		{"100-continue", "-H 'Expect: 100-continue' -d hello http://" + host + "/", "POST 5  "},
		{"100-continue over https", "-H 'Expect: 100-continue' -d hello https://" + host + "/", "POST 5  "},
		{"a chunked question", "-H 'Transfer-Encoding: chunked' -d hello http://" + host + "/", "POST 5  "},
		{"plain HTTP through a tunnel", "--proxytunnel http://" + host + "/", "GET 0  "},
		{"HTTP/2 without TLS through a tunnel", "--http2-prior-knowledge --proxytunnel http://" + host + "/", "GET 0  "},
		{"an offer of HTTP/2", "--http2 http://" + host + "/", "GET 0  "},
		{"a header that proxies add", "-H 'X-Forwarded-For: me' http://" + host + "/", "GET 0 me "},
		{"a query that Go can't read", "'http://" + host + "/?a;b=%zz'", "GET 0  a;b=%zz"},
		{"an offer to unpack", "--compressed https://" + host + "/encoding", "identity"},
		{"a method of its own", "-X PURGE http://" + host + "/", "PURGE 0  "},
		{"two calls on one connection", "http://" + host + "/ https://" + host + "/ https://" + host + "/", "GET 0  GET 0  GET 0  "},
		{"several at once", "-Z http://" + host + "/ https://" + host + "/ https://" + host + "/", "GET 0  GET 0  GET 0  "},
	} {
		t.Run(test.name, func(t *testing.T) {
			var outputs [2]string
			var record []Exchange
			for i, mode := range []Mode{Record, Replay} {
				s := o.session(t, mode, record)
				ctx, cancel := context.WithCancel(t.Context())
				cmd := exec.CommandContext(ctx, "sh", "-c", "curl -sS "+test.options)
				cmd.Env = s.Env([]string{"PATH=" + os.Getenv("PATH")})
				out, err := cmd.Output()
				cancel()
				if err != nil {
					t.Errorf("%s: %v", mode, err)
				}
				outputs[i] = string(out)
				record = end(t, s)
				for _, e := range record {
					if e.Error != "" {
						t.Errorf("%s: %s: %s", mode, e.Name(), e.Error)
					}
				}
			}
			if outputs != [2]string{test.want, test.want} {
				t.Errorf("want %q twice, got %q", test.want, outputs)
			}
		})
	}
}

// TestProgramKilledInMidAnswer: the call is kept as far as it came, and the proxy goes on.
func TestProgramKilledInMidAnswer(t *testing.T) {
	needs(t, "curl")
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, strings.Repeat("x", 10_000))
		}
	})
	s := o.session(t, Record, nil)
	cmd := exec.Command("curl", "-sN", "https://"+host+"/endless")
	cmd.Env = s.Env([]string{"PATH=" + os.Getenv("PATH")})
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 3_000_000)); err != nil {
		t.Error(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	waitFor(t, func() bool { return s.transport.kept(errGaveUp) == 1 })
	got := end(t, s)
	if len(got) != 1 || got[0].Response.Body.Omitted == nil || got[0].Response.Body.Omitted.Size < 3_000_000 {
		t.Errorf("got %+v", got)
	}
}

// TestDirect: hosts that are the program's own affair.
func TestDirect(t *testing.T) {
	needs(t, "curl")
	needs(t, "node")
	o := newOutside(t, nil, func(o *Options) { o.Direct = []string{"127.0.0.1"} })
	for _, words := range [][]string{
		{"curl", "-sS", o.plain.URL + "/count"},
		{"node", "-e", "fetch('" + o.plain.URL + "/count').then((r) => r.text()).then(console.log)"},
		{"node", "-e", "require('http').get('" + o.plain.URL + "/count', (r) => r.pipe(process.stdout))"},
	} {
		s := o.session(t, Block, nil)
		cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
		cmd.Env = s.Env([]string{"PATH=" + os.Getenv("PATH")})
		if out, err := cmd.Output(); err != nil || !strings.HasPrefix(string(out), "answer ") {
			t.Errorf("%v: got %q, %v", words, out, err)
		}
		if got := end(t, s); len(got) != 0 {
			t.Errorf("%v: want nothing kept, got %+v", words, got)
		}
	}
}
