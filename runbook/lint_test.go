package runbook

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLint(t *testing.T) {
	for _, test := range []struct {
		name, src string
		want      []string
	}{
		{"nothing", "# A\n[a](#a) [b](b.md#up) [f](file.txt#L3) [x](http://x/y.md#z)\n~~~sh\nls\n~~~\n\n~~~output\nx\n~~~\n~~~yaml title=x\na: b\n~~~", nil},
		{"no language", "# A\n~~~\nls\n~~~", []string{"a.md:2: the block names no language; write sh for a step, text for what is none"}},
		{"an attribute that is none", "# A\n~~~sh ide=x\nls\n~~~", []string{`a.md:2: unknown attribute "ide"; want id=NAME, manual="reason" or destructive`}},
		{"attributes of a step on none", "# A\n~~~json id=x\n1\n~~~", []string{"a.md:2: the block has attributes of a step and is none; a step is sh, bash, shell or console"}},
		{"an output above its step", "# A\n~~~output\nx\n~~~\n~~~sh\nls\n~~~", []string{"a.md:2: the output block is not right below a step; put it there, or call it text"}},
		{"an output with text between", "# A\n~~~sh\nls\n~~~\nIt prints\n~~~output\nx\n~~~", []string{"a.md:6: the output block is not right below a step; put it there, or call it text"}},
		{"an open fence", "# A\n~~~sh\nls\n## B\n", []string{"a.md:2: the fence is not closed, and hides all that follows; close it"}},
		{"an open fence in a list", "# A\n- ~~~sh\n  ls\n\nB\n", []string{"a.md:2: the fence is not closed, and hides all that follows; close it"}},
		{"an open fence at the end", "# A\n~~~sh x=y\nls", []string{"a.md:2: the fence is not closed, and hides all that follows; close it", `a.md:2: unknown attribute "x"; want id=NAME, manual="reason" or destructive`}},
		{"a fence that a shorter one does not close", "# A\n````sh\nls\n~~~\n", []string{"a.md:2: the fence is not closed, and hides all that follows; close it"}},
		{"closed fences of all kinds", "# A\n1. ~~~~sh\n   ls\n   ~~~\n   ~~~~~  \n\n> ````sh\n> ls\n> ````\n\n~~~sh\nls\n~~~~\n", nil},
		{"a placeholder that is bound", "# A\n~~~sh id=s\nls <bound>\n~~~", nil},
		{"a placeholder that is bound too late", "# A\n~~~sh id=s\nls <late>\n~~~", []string{"a.md:2: step s: no scenario that carries it out binds <late>, which a shell reads as a redirection; say 'bind late VALUE' there"}},
		{"a placeholder of a person's", "# A\n~~~sh id=s manual=\"no\"\nls <late>\n~~~", nil},
		{"what is no placeholder", "# A\n~~~sh id=s\nls <Project ID> <PROJECT_ID> <<EOF>x\n~~~", []string{
			"a.md:2: step s: <Project ID> is no placeholder, and a shell reads it as a redirection; write <project-id>",
			"a.md:2: step s: <PROJECT_ID> is no placeholder, and a shell reads it as a redirection; write <project-id>"}},
		{"dead links", "# A\n<a id=\"here\"></a> [a](#b)\n[h](#here) [b](b.md#gone)\n![c](gone.png)\n[d](./b.md#up)\n[e](doc/e.md#e) [e](doc/e.md#f)\n[r]\n\n[r]: c.md", []string{
			"a.md:2: the link to #b is dead: no heading there has this anchor",
			"a.md:3: the link to b.md#gone is dead: no heading there has this anchor",
			"a.md:4: the link to gone.png is dead: there is no such file",
			"a.md:6: the link to doc/e.md#f is dead: no heading there has this anchor",
			"a.md:7: the link to c.md is dead: there is no such file"}},
		{"a strict book", "<!-- runbook: strict -->\n# A\n**Severity:** low\n\n**Symptoms** a\n\n- **Diagnosis:** b\n## Resolution\n## Escalation.\n~~~sh\nls\n~~~\n# B\nno procedure", []string{
			"a.md:2: procedure a has no verification; add it, as a heading or a bold word",
			"a.md:2: procedure a: want its severity and response time right below the heading: **Severity:** high · **Response:** 1 hour"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			src := test.src
			if test.name != "closed fences of all kinds" {
				src = strings.ReplaceAll(src, "~~~", "```")
			}
			a, err := Parse("a", []byte(src))
			if err != nil {
				t.Fatal(err)
			}
			in := Surroundings{Books: []*Book{a, mustParse(t, "b", "# Up\n")}, Read: readable}
			digest := "none"
			if s := a.Step("s"); s != nil {
				digest = s.Digest
			}
			scenario, err := ScanScenario("s", []byte("bind bound 1\nstep s "+digest+"\nbind late 2\n"))
			if err != nil {
				t.Fatal(err)
			}
			in.Scenarios = []*Scenario{scenario}
			var got []string
			for _, p := range Lint(a, in) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(test.want, got, equalEmpty); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A block that is not the one its scenario reviewed is told where it stands, with what makes it reviewed.
func TestLintTellsOfStaleSteps(t *testing.T) {
	a := mustParse(t, "a", strings.ReplaceAll("# A\n~~~sh id=s\nls\n~~~\n~~~sh id=call manual=\"no\"\nx\n~~~\n# B\n~~~sh\nls\n~~~", "~~~", "```"))
	step, procedure := a.Step("s").Digest, a.Procedure("b").Digest()
	for _, test := range []struct{ name, script, want string }{
		{"as reviewed", "step s " + step + "\nprocedure a:b " + procedure, ""},
		{"changed", "# it lists\nstep s 0123456789ab", "a.md:2: step s changed since it was reviewed as 0123456789ab; look at its commands and what n.txtar:2 asserts of them, then write there 'step s " + step + "'"},
		{"never reviewed", "step a:s", "a.md:2: step a:s was never reviewed; look at its commands and what n.txtar:1 asserts of them, then write there 'step a:s " + step + "'"},
		{"a whole procedure", "procedure b 0123456789ab", "a.md:8: procedure b changed since it was reviewed as 0123456789ab; look at its commands and what n.txtar:1 asserts of them, then write there 'procedure b " + procedure + "'"},
		{"one of two uses", "step s " + step + "\nstep s 0", "a.md:2: step s changed since it was reviewed as 0; look at its commands and what n.txtar:2 asserts of them, then write there 'step s " + step + "'"},
		{"a person's, and one of another book", "step call 0\nstep z 0\nstep gone 0", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario, err := ScanScenario("n", []byte(test.script))
			if err != nil {
				t.Fatal(err)
			}
			z := mustParse(t, "z", strings.ReplaceAll("# Z\n~~~sh id=z\nls\n~~~", "~~~", "```"))
			var got []string
			for _, p := range Lint(a, Surroundings{Books: []*Book{a, z}, Scenarios: []*Scenario{scenario}}) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(test.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

var equalEmpty = cmp.Transformer("lines", func(lines []string) string { return strings.Join(lines, "\n") })

func readable(path string) ([]byte, error) {
	switch path {
	case "file.txt":
		return nil, nil
	case "doc/e.md":
		return []byte("# E\n"), nil
	}
	return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
}
