package serve

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// guard decides who is answered.
type guard struct {
	loopback bool   // nobody but this machine can reach the address
	name     string // that the address was given by
	token    string // empty: none is asked for
	cookie   string // the cookie's name: browsers keep one for all ports of a host
	next     http.Handler
}

func newGuard(at *net.TCPAddr, name, token string, next http.Handler) guard {
	return guard{at.IP.IsLoopback(), name, token, fmt.Sprintf("shadowrun_%d", at.Port), next}
}

func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'") // the page has its own
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "nothing can be changed here: GET and HEAD only", http.StatusMethodNotAllowed)
	case !g.knows(r.Host):
		http.Error(w, "this soak is served to its own machine, by the name of localhost or 127.0.0.1", http.StatusMisdirectedRequest)
	case g.token == "" || r.URL.Path == "/healthz" || r.URL.Path == "/readyz":
		g.next.ServeHTTP(w, r) // probes tell nothing, and have no token
	case r.URL.Path == "/" && g.is(r.URL.Query().Get("token")):
		g.welcome(w, r)
	case !g.admits(r):
		h.Set("WWW-Authenticate", `Bearer realm="shadowrun"`)
		http.Error(w, "a token is needed: open /?token=TOKEN in a browser, or send Authorization: Bearer TOKEN", http.StatusUnauthorized)
	default:
		g.next.ServeHTTP(w, r)
	}
}

// knows reports whether the host that is asked for is meant. Another site's page may have its name
// resolved to the loopback address, and would read what it is answered; its name gives it away.
func (g guard) knows(host string) bool {
	if !g.loopback {
		return true // who has the token may call the machine what they like
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return isLoopback(host) || g.name != "" && strings.EqualFold(host, g.name)
}

// welcome takes the token out of the address, where a history or a colleague would find it.
func (g guard) welcome(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: g.cookie, Value: g.pass(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (g guard) admits(r *http.Request) bool {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return g.is(strings.TrimSpace(token))
	}
	c, err := r.Cookie(g.cookie)
	return err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(g.pass())) == 1
}

// is compares digests, which are of one length whatever is sent.
func (g guard) is(token string) bool {
	got, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(g.token))
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

// pass is what a browser keeps in the token's stead.
func (g guard) pass() string {
	m := hmac.New(sha256.New, []byte(g.token))
	m.Write([]byte(g.cookie))
	return hex.EncodeToString(m.Sum(nil))
}
