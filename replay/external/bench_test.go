package external

import (
	"io"
	"net/http"
	"testing"
)

// BenchmarkCall measures one call over loopback: without us, and through us in each mode.
func BenchmarkCall(b *testing.B) {
	for _, scheme := range []string{"http", "https"} {
		b.Run(scheme+"/direct", func(b *testing.B) {
			o := newOutside(b, nil)
			c := clientOf(b, "", o.authority)
			c.Transport.(*http.Transport).Proxy = nil
			c.Transport.(*http.Transport).DialContext = o.dial
			if scheme == "https" {
				c.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(o.secure.Certificate())
			}
			benchmarkCalls(b, c, scheme)
		})
		for _, mode := range []Mode{Live, Record, Replay} {
			b.Run(scheme+"/"+string(mode), func(b *testing.B) {
				o := newOutside(b, nil)
				var record []Exchange
				if mode == Replay {
					one := Exchange{
						Request:  Request{Method: "GET", URL: scheme + "://" + host + "/count"},
						Response: &Response{Status: 200, Headers: http.Header{"Content-Type": {"text/plain"}}, Body: Body{Data: []byte("answer 1")}},
					}
					for range b.N {
						record = append(record, one)
					}
				}
				s := o.session(b, mode, record)
				defer end(b, s)
				c := o.through(b, s)
				if mode == Live && scheme == "https" { // a tunnel: the certificate is the server's own
					c.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(o.secure.Certificate())
				}
				benchmarkCalls(b, c, scheme)
			})
		}
	}
}

func benchmarkCalls(b *testing.B, c *http.Client, scheme string) {
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N { // and not b.Loop: the record has to hold as many
		resp, err := c.Get(scheme + "://" + host + "/count")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp.Status, err)
		}
		resp.Body.Close()
	}
}

// BenchmarkSession measures what an execution costs that makes no call.
func BenchmarkSession(b *testing.B) {
	o := newOutside(b, nil)
	for b.Loop() {
		s := o.session(b, Record, nil)
		s.Env(nil)
		end(b, s)
	}
}

// BenchmarkStart measures what a soak costs that makes no call.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		p, err := Start(Options{Dir: dir})
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
