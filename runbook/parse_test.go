package runbook

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func mustParse(t *testing.T, name, src string) *Book {
	t.Helper()
	b, err := Parse(name, []byte(strings.ReplaceAll(src, "~~~", "```")))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParse(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "valve.md"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("valve", src)
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{"symptoms": true, "diagnosis": true, "resolution": true, "verification": true}
	want := &Book{
		Name: "valve", Title: "The valve", Strict: true,
		Procedures: []*Procedure{
			{ID: "valve-stuck", Title: "The valve is stuck", Level: 2, Line: 7, Severity: "high", ResponseTime: "1 hour", Sections: said,
				Steps: []*Step{
					{ID: "valve-look", Line: 13, Lang: "sh", Block: "valve status <valve-id> |\n  grep stuck\n", Expect: "stuck: … bar\n", Placeholders: []string{"valve-id"}},
					{ID: "valve-stuck.2", Line: 28, Lang: "console", Block: "valve turn \\\n  --hard\n", Expect: "turned\n…\n", Destructive: true},
					{ID: "call", Line: 39, Lang: "text", Block: "Call the plumber.\n", Manual: `only a person can say "help"`},
				}},
			{ID: "pipe-bursts", Title: "Pipe bursts", Level: 2, Line: 49, Severity: "critical", ResponseTime: "15 minutes", Sections: map[string]bool{"diagnosis": true},
				Steps: []*Step{{ID: "pipe-bursts.1", Line: 60, Lang: "bash", Block: "ls\n"}}},
			{ID: "pipe-bursts-1", Title: "Pipe bursts", Level: 2, Line: 64, Severity: "low", ResponseTime: "1 day", Sections: map[string]bool{},
				Steps: []*Step{{ID: "pipe-bursts-1.1", Line: 74, Lang: "sh", Block: "true\n"}}},
		},
	}
	ignore := cmp.Options{
		cmpopts.IgnoreUnexported(Book{}), cmpopts.IgnoreFields(Book{}, "Digest"),
		cmpopts.IgnoreFields(Step{}, "Procedure", "Digest"),
	}
	if diff := cmp.Diff(want, got, ignore); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for s := range got.steps {
		if s.Procedure == nil || len(s.Digest) != 12 {
			t.Errorf("step %s has procedure %v and digest %q", s.ID, s.Procedure, s.Digest)
		}
	}
}

// TestSections: a heading with a section's name belongs to the heading above it of a lower
// level, and so does all that is below that section.
func TestSections(t *testing.T) {
	b := mustParse(t, "b", "# Top\n## A\nText.\n\n**Severity:** low\n\n### Diagnosis\n#### Deep\n~~~sh\nls\n~~~\n"+
		"### Own\n#### Resolution\n~~~sh\nls\n~~~\n## Escalation\n### Below\n~~~sh\nls\n~~~\n")
	type row struct {
		ID, Severity, Sections string
		Steps                  int
	}
	var got []row
	for _, p := range b.Procedures {
		got = append(got, row{p.ID, p.Severity, strings.Join(slices.Sorted(maps.Keys(p.Sections)), " "), len(p.Steps)})
	}
	want := []row{{"a", "", "diagnosis", 1}, {"own", "", "resolution", 1}, {"top", "", "escalation", 1}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ name, src, want string }{
		{"a step above all headings", "~~~sh\nls\n~~~", `b.md:1: a step under no heading belongs to no procedure; put a heading above it`},
		{"an id twice", "# A\n~~~sh id=x\nls\n~~~\n~~~sh id=x\nls\n~~~", `b.md:5: step id "x" is the one of the step in line 2; give it one of its own`},
		{"an id that is that of a step without", "# A\n~~~sh\nls\n~~~\n~~~sh id=a.1\nls\n~~~", `b.md:5: step id "a.1" is the one of the step in line 2; give it one of its own`},
		{"an id with a colon", "# A\n~~~sh id=a:b\nls\n~~~", `b.md:2: id=a:b: an id is letters, digits and ._-`},
		{"a heading's id twice", "# A {#x}\n# B {#x}", `b.md:2: {#x}: another heading has this id; give it one of its own`},
		{"an open quote", "# A\n~~~sh manual=\"no\nls\n~~~", `b.md:2: manual: its value has no closing "`},
		{"manual for no reason", "# A\n~~~sh manual\nls\n~~~", `b.md:2: manual says no reason; write manual="why a person must do it"`},
		{"an attribute twice", "# A\n~~~sh id=a id=b\nls\n~~~", `b.md:2: id is given twice; write it once`},
		{"a step of nothing", "# A\n~~~sh\n\n~~~", `b.md:2: a step without a command; write one, or take the block out`},
		{"a session in which nothing is typed", "# A\n~~~console\nls\n~~~", `b.md:2: a console block without a command; begin a command's line with "$ "`},
		{"an output of nothing", "# A\n~~~sh\nls\n~~~\n~~~output\n~~~", `b.md:5: an output block that expects nothing; write what tells a good output from a bad one, or take it out`},
		{"an output of anything", "# A\n~~~sh\nls\n~~~\n~~~output\n…\n… …\n~~~", `b.md:5: an output block that expects nothing; write what tells a good output from a bad one, or take it out`},
		{"a session that prints anything", "# A\n~~~console\n$ ls\n…\n~~~", `b.md:2: what the step prints may be anything; write what tells a good output from a bad one, or take it out`},
		{"a blank that does not break", "# A\n~~~sh\nrm\u00a0x\n~~~", `b.md:2: U+00A0 in the step is no blank to a shell, and readers can't tell; write a blank, or take it out`},
		{"a character of no width", "# A\n~~~sh\nrm \u200bx\n~~~", `b.md:2: U+200B in the step is no blank to a shell, and readers can't tell; write a blank, or take it out`},
		{"two outputs", "# A\n~~~console\n$ ls\na\n~~~\n~~~output\nb\n~~~", `b.md:6: step a.1 shows its output already; keep one of the two`},
		{"a heading of no letters", "# !\n~~~sh\nls\n~~~", `b.md:1: the heading has no letters to make an id of; end it with {#id}`},
		{"a carriage return", "# A\n\ra", `b.md:2: U+000D is a character that readers don't see; take it out`},
		{"text in another order than it is read", "# A\n~~~sh\nrm \u202ex\n~~~", `b.md:3: U+202E is a character that readers don't see; take it out`},
		{"another encoding", "# A\n\xff", `b.md:2: it is not UTF-8 at byte 4; write it as UTF-8`},
		{"all that is wrong", "# A\n~~~sh id=a:b\nls\n~~~\n~~~sh\n~~~", "b.md:2: id=a:b: an id is letters, digits and ._-\nb.md:5: a step without a command; write one, or take the block out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("b", []byte(strings.ReplaceAll(test.src, "~~~", "```")))
			if err == nil {
				t.Fatal("it was accepted")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if syntax := new(SyntaxError); !errors.As(err, &syntax) {
				t.Errorf("%T is no SyntaxError", err)
			}
		})
	}
}
