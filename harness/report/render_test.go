package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// rendered holds a rendered form to a file. 'go test ./harness/report -run Rendered -update' blesses a change.
func rendered(t *testing.T, name, ending string, text []byte) {
	t.Helper()
	goldie.New(t, goldie.WithNameSuffix(ending)).Assert(t, name, text)
}

func TestRendered(t *testing.T) {
	r := sample()
	html, err := HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	rendered(t, "sample", ".html", html)
	rendered(t, "sample", ".md", Markdown(r))
	text, err := JSON(r)
	if err != nil {
		t.Fatal(err)
	}
	rendered(t, "sample", ".json", text)
	again, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r, again, cmp.Comparer(func(a, b []byte) bool { return compact(a) == compact(b) })); diff != "" {
		t.Errorf("read again (-made +read):\n%s", diff)
	}
}

func compact(text []byte) string { return strings.Join(strings.Fields(string(text)), "") }

func TestTheFirstLineIsTheVerdict(t *testing.T) {
	r := sample()
	for _, result := range []Result{Certified, NotCertified, Inconclusive} {
		r.Verdict.Result = result
		line, _, _ := strings.Cut(string(Markdown(r)), "\n")
		if want := "# " + string(result) + ": soak 2 on soak-1"; line != want {
			t.Errorf("Markdown begins %q, want %q", line, want)
		}
		html, err := HTML(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"<title>" + string(result) + ": ", "<h1>" + string(result) + ": "} {
			if !strings.Contains(string(html), want) {
				t.Errorf("the page has no %q", want)
			}
		}
	}
}

// TestMarkdownRendersAsText: what workflows and people wrote is no markup, and every table is one.
func TestMarkdownRendersAsText(t *testing.T) {
	var page bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(Markdown(sample()), &page); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	if n, want := strings.Count(text, "<table>"), strings.Count(string(Markdown(sample())), "\n\n| "); n != want || n < 15 {
		t.Errorf("%d tables, want %d", n, want)
	}
	for _, bad := range []string{"<script>alert", "<em>", "raw HTML omitted", "\x1b", "\u202e"} {
		if strings.Contains(text, bad) {
			t.Errorf("it has %q", bad)
		}
	}
	for _, want := range []string{"<code>/items/*/price|&lt;script&gt;alert(1)&lt;/script&gt;</code>", "it took_a minute, *really*", "<li>1. All ran in one environment", "not replayable, tried 2 times: \uFFFD[31mmissing answer",
		"<code class=\"language-console\">$ shadowrun status\n$ shadowrun check\nHEALTHY | OK"} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %q", want)
		}
	}
}

// TestPageNeedsNothingElse: it opens offline, and runs nothing.
func TestPageNeedsNothingElse(t *testing.T) {
	html, err := HTML(sample())
	if err != nil {
		t.Fatal(err)
	}
	text := string(html)
	if found := regexp.MustCompile(`(?i)<(script|link|img|iframe|object|embed|form)|\son[a-z]+=|@import|url\(|https?:`).FindAllString(text, -1); found != nil {
		t.Errorf("it has %q", found)
	}
	for _, want := range []string{`<html lang="en">`, "<header", "<nav aria-label=", "<main>", "<svg ", "&lt;script&gt;alert(1)&lt;/script&gt;"} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %q", want)
		}
	}
	for _, s := range newDocument(sample()).sections {
		for i, b := range s.blocks {
			switch b.(type) {
			case columns, spread:
				if _, ok := s.blocks[i+1].(table); !ok {
					t.Errorf("%s: a plot without its table", s.title)
				}
			}
		}
	}
}

// The first column of a plot of run times holds what took longer than the column before would, and at most its own bound.
func TestTheAxisOfRunTimesHasBothEnds(t *testing.T) {
	for _, test := range []struct {
		name     string
		buckets  []Bucket
		from, to string
	}{
		{"one bucket", []Bucket{{0.5, 9}}, "200ms", "500ms"},
		{"the first", []Bucket{{0.001, 9}}, "0s", "1ms"},
		{"some", []Bucket{{0.005, 9}, {0.02, 1}}, "2ms", "20ms"},
		{"to the last", []Bucket{{5000, 1}, {0, 9}}, "33m20s", "longer"},
		{"the last", []Bucket{{0, 9}}, "1h23m20s", "longer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plot := times(&Report{RunTimes: []RunTime{{Workflow: "orders", Histogram: test.buckets}}})[0].(spread)
			if plot.from != test.from || plot.to != test.to {
				t.Errorf("from %s to %s, want from %s to %s", plot.from, plot.to, test.from, test.to)
			}
		})
	}
}

func TestEscaped(t *testing.T) {
	for text, want := range map[string]string{
		"plain":        "plain",
		"8.124s of it": "8.124s of it",
		"8. of it":     `8\. of it`,
		"# title":      `\# title`,
		"## title":     `#\# title`,
		"- item":       `\- item`,
		"---":          `--\-`,
		"-1":           "-1",
		"a_b _c_":      `a_b \_c\_`,
		"a *b* [c](d)": `a \*b\* \[c\](d)`,
		"two\nlines":   "two lines",
		"&amp; <b>":    `\&amp; \<b\>`,
	} {
		if got := escaped(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
