package cmd

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// A report's page in a real browser, opened from a file: the one that tests of its rendering hold still, which has something of everything.
func TestReportInABrowser(t *testing.T) {
	page, err := filepath.Abs("../harness/report/testdata/sample.html")
	if err != nil {
		t.Fatal(err)
	}
	b := openBrowser(t, "file://"+page)
	axe := accessibilityRules(t)
	for _, look := range []struct {
		name, media, scheme string
		width               int64
		checked             bool // the others have these colours, or this order
	}{
		{"light", "screen", "light", 1100, true}, {"dark", "screen", "dark", 1100, false}, {"between", "screen", "light", 940, false},
		{"narrow", "screen", "dark", 400, true}, {"print", "print", "dark", 680, true},
	} {
		t.Run(look.name, func(t *testing.T) {
			b.do(t, chromedp.EmulateViewport(look.width, 800))
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: look.media,
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}}); err != nil {
				t.Fatal(err)
			}
			if wide := ask[[]string](t, b, fmt.Sprintf(`(document.documentElement.scrollWidth > %[1]d ? ["the page"] : []).concat([...document.querySelectorAll("body *")].filter((e) => !e.closest("thead") && (e.getBoundingClientRect().right > %[1]d || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display === "block"))
				.map((e) => e.tagName + " " + e.textContent.trim().slice(0, 40)).slice(0, 9))`, look.width)); len(wide) > 0 {
				t.Errorf("too wide: %q", wide)
			}
			if look.media == "print" && !ask[bool](t, b, `getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)" && getComputedStyle(document.querySelector("nav")).display === "none"`) {
				t.Error("it is not dark on white, or has links to sections that paper has not")
			}
			if look.media == "print" {
				apart := ask[[]string](t, b, `[...document.querySelectorAll("caption")].filter((c) => getComputedStyle(c).breakAfter !== "avoid" || getComputedStyle(c.parentElement.querySelector("tbody tr")).breakBefore !== "avoid").map((c) => c.textContent)`)
				if len(apart) > 0 {
					t.Errorf("a page may end between a caption and the first row below: %q", apart)
				}
			}
			b.picture(t, look.name)
			if look.checked {
				b.accessible(t, look.name, axe)
			}
		})
	}
	if !ask[bool](t, b, `document.querySelectorAll("script, img").length === 0`) {
		t.Error("something was made of what a workflow wrote")
	}
	if diff := cmp.Diff([]string(nil), b.complaints()); diff != "" {
		t.Errorf("the console, and requests to others (-want +got):\n%s", diff)
	}
}
