package runbook

import (
	"bytes"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	shownBlock = regexp.MustCompile(`(?s)<pre><code class="language-([^"]*)">(.*?)</code></pre>`)
	fenceLine  = regexp.MustCompile("(`{3,}|~{3,})[ \t]*[^`\n]")
)

// FuzzParse: whatever the Markdown is, each step's line is the one of its fence, and its block
// is, byte for byte, one that readers of the rendered page see.
func FuzzParse(f *testing.F) {
	valve, err := os.ReadFile(filepath.Join("testdata", "valve.md"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(valve))
	for _, seed := range []string{
		covered,
		"# A\r\n```sh\r\nls \\\r\n  x\r\n```\r\n",
		"A\n=\n- 1\n\n\t```sh\n\tls\n\t\tx\n\t```",
		"# A\n> ```sh id=x\n>\tls\n> &amp;<&lt;>\"'\n> ```\n```console\n$ a\\\n> b\nc\n```",
		"# A {#b}\n~~~~bash destructive\n```\n~~~\n~~~~\n## a\n## b",
		"# A\n1. ```sh\n   - ```sh\n     x\n",
	} {
		f.Add(strings.ReplaceAll(seed, "~~~", "```"))
	}
	f.Fuzz(func(t *testing.T, src string) {
		b, err := Parse("b", []byte(src))
		if err != nil {
			return
		}
		checkSteps(t, b, strings.ReplaceAll(strings.TrimPrefix(src, "\ufeff"), "\r\n", "\n"))
		_ = Lint(b, Surroundings{Books: []*Book{b}, Scenarios: []*Scenario{}})
	})
}

func checkSteps(t *testing.T, b *Book, src string) {
	var page bytes.Buffer
	if err := markdown.Convert([]byte(src), &page); err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, m := range shownBlock.FindAllStringSubmatch(page.String(), -1) {
		shown = append(shown, html.UnescapeString(m[2]))
	}
	lines := strings.Split(src, "\n")
	seen := map[string]bool{}
	for s := range b.steps {
		if line := lines[s.Line-1]; !fenceLine.MatchString(line) {
			t.Errorf("step %s is in line %d, which is %q", s.ID, s.Line, line)
		}
		if s.Lang != "console" && !slices.Contains(shown, s.Block) {
			t.Errorf("step %s is %q; the page shows\n%q", s.ID, s.Block, shown)
		}
		if seen[s.ID] {
			t.Errorf("step id %q is there twice", s.ID)
		}
		seen[s.ID] = true
		bound := map[string]string{}
		for _, name := range s.Placeholders {
			bound[name] = "value"
		}
		if _, err := s.Bind(bound); err != nil {
			t.Error(err)
		}
	}
}

func TestStepsAreWhatThePageShows(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "valve.md"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("valve", src)
	if err != nil {
		t.Fatal(err)
	}
	checkSteps(t, b, string(src))
}

// FuzzScanScenario: no script is too odd to be read, and one that can be read uses a step.
func FuzzScanScenario(f *testing.F) {
	f.Add("bind a b\n[linux] step 'a''b' c # d\n! exitcode 1 stdout 'x\n-- a --\n")
	f.Fuzz(func(t *testing.T, src string) {
		s, err := ScanScenario("s", []byte(src))
		if err == nil && len(s.Uses) == 0 {
			t.Error("a scenario without a step was accepted")
		}
	})
}

// FuzzParseJournal: no file is too odd to be read, and none without an end is certified.
func FuzzParseJournal(f *testing.F) {
	f.Add(`{"record":"header","version":1}` + "\n" + `{"record":"step","verdict":"pass"` + "\n\n" + `{"record":"end"}`)
	f.Fuzz(func(t *testing.T, src string) {
		j, err := ParseJournal([]byte(src))
		if err != nil {
			return
		}
		if verdict, _ := Judge(j, []string{""}); verdict == Certified && (j.End == nil || len(j.Damaged) > 0) {
			t.Error("a journal without an end, or with lines that can't be read, is certified")
		}
	})
}

// FuzzMatch: what was printed is what was expected where both are the same, whatever it is.
func FuzzMatch(f *testing.F) {
	f.Add("a\n…b\n…\n")
	f.Fuzz(func(t *testing.T, text string) {
		if diff := cmp.Diff("", message(Match(text, text))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
