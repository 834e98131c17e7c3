package external

// Client is a way to ask over HTTP, and whether a [Session] gets hold of it.
type Client struct {
	Name    string
	Covered bool
	How     string // by what, or why not
	Since   string // the oldest version that a test here has shown; empty where it is not covered
	InLab   string // what is covered besides where the lab redirects connections, as a test of harness shows; empty: nothing
}

// Clients says which are covered. Each that is has a test that runs it for real, recorded and then
// answered from the record; what no test shows is not called covered.
func Clients() []Client {
	return []Client{
		{"Go net/http", true, "HTTP_PROXY, SSL_CERT_FILE (Linux); Go never takes a proxy for a loopback host", "1.26", "loopback hosts too"},
		{"Go workflow (Run.HTTPClient)", true, "in process, loopback too", "1.26", ""},
		{"curl", true, "http_proxy, CURL_CA_BUNDLE; HTTP/1.1 and HTTP/2", "7.88", "with --noproxy too"},
		{"git over https", true, "https_proxy, GIT_SSL_CAINFO", "2.39", ""},
		{"wget", true, "http_proxy, WGETRC for our authority, in the place of ~/.wgetrc", "1.21", ""},
		{"Python urllib", true, "http_proxy, SSL_CERT_FILE", "3.11", ""},
		{"Python requests", true, "HTTP_PROXY, REQUESTS_CA_BUNDLE", "2.34", ""},
		{"Python http.client", false, "it knows no proxy variables", "", "redirected; https where the program takes SSL_CERT_FILE"},
		{"Node http, https", true, "a preload in NODE_OPTIONS gives http.Agent and https.Agent our connections", "20.20", ""},
		{"Node fetch", true, "the same preload gives fetch a dispatcher of ours", "20.20", ""},
		{"Node http2, net, tls", false, "they connect by themselves, past the preload", "", "redirected; https where the program takes NODE_EXTRA_CA_CERTS"},
		{"Java HttpURLConnection", true, "properties and a trust store in JAVA_TOOL_OPTIONS (Linux), which Java names on standard error", "17", ""},
		{"Java HttpClient", true, "the same, unless the program chooses a proxy or an SSLContext of its own", "17", ""},
		{"Perl HTTP::Tiny over http", true, "http_proxy", "0.080", ""},
		{"Perl HTTP::Tiny over https", false, "SSL_CERT_FILE is set for it, and no test has IO::Socket::SSL to show that", "", ""},
		{"raw sockets", false, "they connect by themselves", "", "redirected where they speak HTTP"},
		{"databases, WebSocket", false, "not HTTP", "", ""},
	}
}
