package serve

import (
	"regexp"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness/monitor"
)

// The page is one file that asks for nothing but this server's own documents, and makes no markup of what it
// is told. The policy that it is sent with says so to the browser, too.
func TestPageIsOneFileOfItsOwn(t *testing.T) {
	status, text := get(t, begin(t, func() monitor.Status { return monitor.Status{} }))
	if status != 200 || !strings.HasSuffix(text, "</html>\n") {
		t.Fatalf("status %d, %d bytes", status, len(text))
	}
	text = strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "") // a name, not an address
	for _, test := range []struct{ name, pattern string }{
		{"another host", `https?://|(src|href)\s*=\s*["']//`},
		{"a script or image by address", `\ssrc\s*=`},
		{"a style sheet", `@import|rel="?stylesheet|url\(`},
		{"a script that imports", `\bimport\b`},
		{"markup from text", `innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc`},
		{"code from text", `\beval\b|new Function|javascript:`},
		{"a handler or style in markup", `<[^>]*\s(on[a-z]+|style)=`},
		{"what was to be put in", `/\*(style|script)\*/`},
	} {
		if found := regexp.MustCompile(test.pattern).FindString(text); found != "" {
			t.Errorf("%s: %q", test.name, found)
		}
	}
	for _, part := range []struct{ name, from, to string }{{"style-src", "<style>", "</style>"}, {"script-src", `<script type="module">`, "</script>"}} {
		_, rest, _ := strings.Cut(thePage.text, part.from)
		inside, _, _ := strings.Cut(rest, part.to)
		if want := part.name + " '" + hashOf(inside) + "';"; !strings.Contains(thePage.policy, want) || inside == "" {
			t.Errorf("the policy lacks %s:\n%s", want, thePage.policy)
		}
	}
}
