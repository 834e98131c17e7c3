package external

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Env returns an environment in which programs find the session: base, given as NAME=value, with
// our variables in the place of its own. NODE_OPTIONS and JAVA_TOOL_OPTIONS keep what base has in
// them. It is the same for every session of the same name, while Dir and its port stay; see
// [Session.Masks] for when they don't.
func (s *Session) Env(base []string) []string {
	proxy := s.url()
	bundle := s.file(bundleFile)
	none := strings.Join(s.proxy.options.Direct, ",")
	env := slices.Clone(base)
	for _, v := range [][2]string{
		{"HTTP_PROXY", proxy}, {"http_proxy", proxy}, {"HTTPS_PROXY", proxy}, {"https_proxy", proxy},
		{"NO_PROXY", none}, {"no_proxy", none},
		{"SSL_CERT_FILE", bundle}, {"CURL_CA_BUNDLE", bundle}, {"REQUESTS_CA_BUNDLE", bundle},
		{"GIT_SSL_CAINFO", bundle}, {"AWS_CA_BUNDLE", bundle}, {"PERL_LWP_SSL_CA_FILE", bundle},
		{"WGETRC", s.file(wgetFile)},
		{"NODE_EXTRA_CA_CERTS", s.file(certificateFile)},
		{"NODE_OPTIONS", joined(valueOf(base, "NODE_OPTIONS"), "--require "+strconv.Quote(s.file(preloadFile)))},
	} {
		env = set(env, v[0], v[1])
	}
	if options := s.javaOptions(); options != "" {
		env = set(env, "JAVA_TOOL_OPTIONS", joined(valueOf(base, "JAVA_TOOL_OPTIONS"), options))
	}
	return env
}

// Masks returns texts that differ between machines, and after a port has been lost to another
// process, with what is to stand for them in a trace: a program that prints its environment must
// not differ by our doing. Longer texts are to be replaced first.
func (s *Session) Masks() map[string]string {
	masks := map[string]string{
		s.secret:                         "[external-secret]",
		s.proxy.listener.Addr().String(): "[external-proxy]",
		s.proxy.dir:                      "[external-dir]",
	}
	if s.door != nil {
		at := s.door.Addr().(*net.TCPAddr)
		masks[at.IP.String()] = "[external-door]"
		masks[fmt.Sprintf(".proxyPort=%d", at.Port)] = ".proxyPort=[external-port]"
	}
	return masks
}

func (s *Session) url() string {
	u := url.URL{Scheme: "http", User: url.UserPassword(s.name, s.secret), Host: s.proxy.listener.Addr().String()}
	return u.String()
}

func (s *Session) file(name string) string { return filepath.Join(s.proxy.dir, name) }

// javaOptions are for HttpURLConnection and HttpClient, or "" where the session has no door. Java
// says on standard error that it picked them up.
func (s *Session) javaOptions() string {
	if s.door == nil {
		return ""
	}
	at := s.door.Addr().(*net.TCPAddr)
	var none []string
	for _, host := range s.proxy.options.Direct {
		if strings.HasPrefix(host, ".") {
			host = "*" + host
		}
		none = append(none, host)
	}
	options := []string{"-Dhttp.nonProxyHosts=" + strings.Join(none, "|")} // empty: not even loopback
	for _, scheme := range []string{"http", "https"} {
		options = append(options, fmt.Sprintf("-D%s.proxyHost=%s", scheme, at.IP), fmt.Sprintf("-D%s.proxyPort=%d", scheme, at.Port))
	}
	options = append(options, "-Djavax.net.ssl.trustStore="+s.file(javaFile), "-Djavax.net.ssl.trustStoreType=PKCS12")
	for i, o := range options {
		if strings.ContainsAny(o, " \t'|") {
			options[i] = `"` + o + `"`
		}
	}
	return strings.Join(options, " ")
}

func joined(had, more string) string { return strings.TrimSpace(had + " " + more) }

// valueOf returns a variable's value: the last one counts, as for os/exec.
func valueOf(env []string, name string) (value string) {
	for _, v := range env {
		if n, text, ok := strings.Cut(v, "="); ok && n == name {
			value = text
		}
	}
	return value
}

func set(env []string, name, value string) []string {
	env = slices.DeleteFunc(env, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	return append(env, name+"="+value)
}
