package external

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRedactURL(t *testing.T) {
	for _, test := range []struct{ url, want string }{
		{"http://a/b?c=d", "http://a/b?c=d"},
		{"http://user:pass@a/b", "http://[redacted]@a/b"},
		{"http://a/@b", "http://a/@b"},
		{"http://a/b?api_key=x&c=d&Access_Token=y", "http://a/b?api_key=[redacted]&c=d&Access_Token=[redacted]"},
		{"http://a/b?api%5Fkey=x", "http://a/b?api%5Fkey=[redacted]"},
		{"http://a/b?token=&page_token=3", "http://a/b?token=&page_token=3"},
		{"http://a/b?X-Amz-Signature=f00#fragment", "http://a/b?X-Amz-Signature=[redacted]#fragment"},
		{"http://a/hunter2?q=hunter2", "http://a/[mask]?q=[mask]"},
		{"http://a/?q=\xff", "http://a/?q=%FF"},
		{"http://a/?mine=1", "http://a/?mine=[redacted]"},
	} {
		t.Run(test.url, func(t *testing.T) {
			if got := testRedactor().url(test.url); got != test.want {
				t.Errorf("want %q, got %q", test.want, got)
			}
		})
	}
}

func testRedactor() redactor {
	return newRedactor([]string{"Mine"}, func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("hunter2"), []byte("[mask]")) })
}

func TestRedactHeaders(t *testing.T) {
	got := testRedactor().headers(http.Header{
		"Authorization":       {"Bearer abc", "opaque"},
		"Proxy-Authorization": {"Basic abc"},
		"Cookie":              {"a=1; b=2"},
		"Set-Cookie":          {"sid=abc; Path=/; HttpOnly", "gone=; Max-Age=0"},
		"X-Api-Key":           {"abc"},
		"X-Csrf-Token":        {"abc"},
		"Mine":                {"abc"},
		"X-Note":              {"say hunter2", "\xff"},
		"Location":            {"http://a/?token=abc"},
		"Date":                {"Mon, 01 Jan 2024 00:00:00 GMT"},
		"Connection":          {"keep-alive, X-Hop"},
		"X-Hop":               {"1"},
		"Keep-Alive":          {"timeout=5"},
		"Transfer-Encoding":   {"chunked"},
		"User-Agent":          {""},
	})
	want := http.Header{
		"Authorization": {"Bearer [redacted]", "[redacted]"},
		"Cookie":        {"a=[redacted]; b=[redacted]"},
		"Set-Cookie":    {"sid=[redacted]; Path=/; HttpOnly", "gone=; Max-Age=0"},
		"X-Api-Key":     {"[redacted]"},
		"X-Csrf-Token":  {"[redacted]"},
		"Mine":          {"[redacted]"},
		"X-Note":        {"say [mask]", "\uFFFD"},
		"Location":      {"http://a/?token=[redacted]"},
		"Date":          {"Mon, 01 Jan 2024 00:00:00 GMT"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestRedactBodies(t *testing.T) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, test := range []struct {
		name    string
		headers http.Header
		body    string
		want    string
	}{
		{"form", form, "user=me&password=abc", "user=me&password=[redacted]"},
		{"text", nil, "say hunter2", "say [mask]"},
		{"JSON", nil, `{"b": "hunter2", "a": 1}`, `{"a":1,"b":"[mask]"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := testRedactor().requestBody(Body{Data: []byte(test.body)}, test.headers); string(got.Data) != test.want {
				t.Errorf("want %s, got %s", test.want, got.Data)
			}
		})
	}
	if got := testRedactor().responseBody(Body{Data: []byte(`{"b": "hunter2"}`)}); string(got.Data) != `{"b": "[mask]"}` {
		t.Errorf("a response: got %s", got.Data)
	}
}

// TestRedactedThroughAProxy: the program has the secret, its record does not, and the replay goes
// on with what stands for it.
func TestRedactedThroughAProxy(t *testing.T) {
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "hunter2"})
			w.Write([]byte("hunter2"))
			return
		}
		c, err := r.Cookie("sid")
		if err != nil || c.Value != "hunter2" {
			http.Error(w, "who are you?", http.StatusForbidden)
			return
		}
		w.Write([]byte("welcome"))
	}, func(o *Options) {
		o.Redact = func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("hunter2"), []byte("[mask]")) }
	})
	var bodies [2]string
	var record []Exchange
	for i, mode := range []Mode{Record, Replay} {
		s := o.session(t, mode, record)
		c := o.through(t, s)
		c.Jar = &oneJar{}
		bodies[i] = ask(c, "GET", "http://"+host+"/login", "")
		if got := ask(c, "GET", "http://"+host+"/in?token=hunter2", ""); got != "200 welcome" {
			t.Errorf("%s: got %q", mode, got)
		}
		exchanges := end(t, s)
		if mode == Record {
			record = reread(t, exchanges)
		} else if diff := cmp.Diff(record, exchanges); diff != "" {
			t.Errorf("exchanges (-run +replay):\n%s", diff)
		}
	}
	if bodies != [2]string{"200 hunter2", "200 [mask]"} {
		t.Errorf("what the program saw: %q", bodies)
	}
	for _, e := range record {
		if value := valueOfExchange(t, e); bytes.Contains(value, []byte("hunter2")) {
			t.Errorf("a secret was stored: %s", value)
		}
	}
}
