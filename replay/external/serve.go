package external

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
)

// serveOuter takes what a program sends to a proxy: a request with an absolute URL, or CONNECT.
func (p *Proxy) serveOuter(w http.ResponseWriter, r *http.Request) {
	s := p.sessionOf(r)
	switch {
	case s == nil:
		w.Header().Set("Proxy-Authenticate", `Basic realm="shadowrun"`)
		w.Header().Set(Header, "no session")
		http.Error(w, "shadowrun: this proxy serves the programs that it was started for, by the name and secret in their environment", http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		s.connect(w, r)
	case r.URL.Host == "":
		w.Header().Set(Header, "not a server")
		http.Error(w, "shadowrun: this is a proxy, and a request to it names a host", http.StatusBadRequest)
	default:
		s.forward(w, r)
	}
}

// serveInner takes what a program sends through a tunnel to the server that it believes is there.
func (p *Proxy) serveInner(w http.ResponseWriter, r *http.Request) {
	conn, secure := connOf(r)
	t, ok := conn.(*tunnel)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	scheme, port := "http", ":80"
	if secure {
		scheme, port = "https", ":443"
	}
	authority := t.authority
	switch {
	case !t.redirected:
	case r.Method == http.MethodConnect: // to a proxy of the program's own choice, whose place we take
		t.session.connect(w, r)
		return
	case r.URL.Host != "":
		t.session.forward(w, r)
		return
	default:
		to := t.meant(r)
		authority = to.name
		r = r.WithContext(context.WithValue(r.Context(), destinationKey{}, to))
	}
	r.URL.Scheme, r.URL.Host = scheme, strings.TrimSuffix(authority, port)
	t.session.forward(w, r)
}

// connOf returns the connection that a request came on, from under its TLS.
func connOf(r *http.Request) (conn net.Conn, secure bool) {
	v, ok := r.Context().Value(visitorKey{}).(*visitor)
	if !ok {
		return nil, false
	}
	if t, ok := v.Conn.(*tls.Conn); ok {
		return t.NetConn(), true
	}
	return v.Conn, false
}
