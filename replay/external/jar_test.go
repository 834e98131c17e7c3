package external

import (
	"net/http"
	"net/url"
)

// oneJar keeps the cookies of one host.
type oneJar struct{ cookies []*http.Cookie }

func (j *oneJar) SetCookies(_ *url.URL, cookies []*http.Cookie) {
	j.cookies = append(j.cookies, cookies...)
}
func (j *oneJar) Cookies(*url.URL) []*http.Cookie { return j.cookies }
