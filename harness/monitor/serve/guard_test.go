package serve

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGuard(t *testing.T) {
	const token = "correct horse battery"
	here, anywhere := net.ParseIP("127.0.0.1"), net.ParseIP("192.0.2.7")
	pass := newGuard(&net.TCPAddr{IP: anywhere, Port: 9464}, "", token, nil).pass()
	bearer := func(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
	cookie := func(name, value string) http.Header { return http.Header{"Cookie": {name + "=" + value}} }
	for _, test := range []struct {
		name                string
		at                  net.IP
		token               string
		method, host, path  string
		header              http.Header
		status              int
		allow, location, as string // headers of the answer
	}{
		{name: "this machine", at: here, status: 200},
		{name: "its head", at: here, method: "HEAD", status: 200},
		{name: "by name", at: here, host: "localhost:9464", status: 200},
		{name: "through a forwarded port", at: here, host: "localhost:80", status: 200},
		{name: "by IPv6", at: here, host: "[::1]:9464", status: 200},
		{name: "by the name that was listened at", at: here, host: "builder.lan:9464", status: 200},
		{name: "a name that was bent to it", at: here, host: "evil.example:9464", status: 421},
		{name: "a name that begins like it", at: here, host: "127.0.0.1.evil.example", status: 421},
		{name: "no name", at: here, host: "-", status: 421},
		{name: "a bent name with the token", at: here, token: token, host: "evil.example", header: bearer(token), status: 421},
		{name: "a change", at: here, method: "POST", status: 405, allow: "GET, HEAD"},
		{name: "a removal", at: here, method: "DELETE", path: "/api/v1/findings/1", status: 405, allow: "GET, HEAD"},
		{name: "a preflight", at: here, method: "OPTIONS", status: 405, allow: "GET, HEAD"},

		{name: "no token", at: anywhere, token: token, host: "soak.example", status: 401},
		{name: "the token", at: anywhere, token: token, host: "soak.example", header: bearer(token), status: 200},
		{name: "the token's scheme in another case", at: anywhere, token: token, header: http.Header{"Authorization": {"bearer " + token}}, status: 200},
		{name: "a part of the token", at: anywhere, token: token, header: bearer(token[:5]), status: 401},
		{name: "an empty token", at: anywhere, token: token, header: bearer(""), status: 401},
		{name: "another scheme", at: anywhere, token: token, header: http.Header{"Authorization": {"Basic " + token}}, status: 401},
		{name: "a token is asked of this machine too, where there is one", at: here, token: token, status: 401},
		{name: "probes need none", at: anywhere, token: token, path: "/healthz", status: 200},
		{name: "nor this one", at: anywhere, token: token, path: "/readyz", status: 200},
		{name: "metrics do", at: anywhere, token: token, path: "/metrics", status: 401},
		{name: "a browser is given a cookie", at: anywhere, token: token, path: "/?token=correct+horse+battery", status: 303, location: "/", as: pass},
		{name: "not for a wrong token", at: anywhere, token: token, path: "/?token=wrong", status: 401},
		{name: "not elsewhere", at: anywhere, token: token, path: "//evil.example/?token=correct+horse+battery", status: 401},
		{name: "the cookie", at: anywhere, token: token, header: cookie("shadowrun_9464", pass), status: 200},
		{name: "the token is no cookie", at: anywhere, token: token, header: cookie("shadowrun_9464", token), status: 401},
		{name: "the cookie of another port", at: anywhere, token: token, header: cookie("shadowrun_9465", pass), status: 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.path == "" {
				test.path = "/"
			}
			if test.method == "" {
				test.method = "GET"
			}
			r := httptest.NewRequest(test.method, "http://127.0.0.1:9464"+test.path, nil)
			if test.host != "" {
				r.Host = test.host
			}
			if test.host == "-" {
				r.Host = ""
			}
			for name, values := range test.header {
				r.Header[name] = values
			}
			answer := httptest.NewRecorder()
			next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
			newGuard(&net.TCPAddr{IP: test.at, Port: 9464}, "builder.lan", test.token, next).ServeHTTP(answer, r)
			got := answer.Result()
			as := ""
			for _, c := range got.Cookies() {
				if as = c.Value; !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Name != "shadowrun_9464" {
					t.Errorf("cookie %v: want one for this port, kept from scripts and other sites", c)
				}
			}
			want := []any{test.status, test.allow, test.location, test.as}
			if diff := cmp.Diff(want, []any{got.StatusCode, got.Header.Get("Allow"), got.Header.Get("Location"), as}); diff != "" {
				t.Errorf("status, Allow, Location, cookie (-want +got):\n%s", diff)
			}
			if csp := got.Header.Get("Content-Security-Policy"); csp == "" {
				t.Error("an answer without a Content-Security-Policy")
			}
		})
	}
}
