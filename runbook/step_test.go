package runbook

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBind(t *testing.T) {
	values := map[string]string{"id": "p-1", "url": "http://h:80/a?", "path": "a/b.c", "empty": ""}
	for _, test := range []struct{ name, block, want, err string }{
		{"nothing to bind", "ls >a 2>b", "ls >a 2>b", ""},
		{"each place", "a <id>/<path> <id>", "a p-1/a/b.c p-1", ""},
		{"a here-document's end is none", "cat <<eof>out", "cat <<eof>out", ""},
		{"what a command prints is none", "diff <(cat <in>(x) <id>) <id>", "diff <(cat <in>(x) <id>) p-1", ""},
		{"other letters are none", "a <ID> <1a> < id> <a_b>", "a <ID> <1a> < id> <a_b>", ""},
		{"one that is not bound", "a <id> <nobody>", "", "step s: <nobody> is not bound; say 'bind nobody VALUE' before the step"},
		{"a value that a shell would read", "a <url>", "", `step s: <url> is bound to "http://h:80/a?"; a value is letters, digits and _./:@%+,=-, at least one`},
		{"an empty value", "a <empty>", "", `step s: <empty> is bound to ""; a value is letters, digits and _./:@%+,=-, at least one`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &Step{ID: "s", Block: test.block, Placeholders: placeholderNames(test.block)}
			got, err := s.Bind(values)
			if diff := cmp.Diff([]string{test.want, test.err}, []string{got, message(err)}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestMatch(t *testing.T) {
	for _, test := range []struct{ name, expect, printed, err string }{
		{"the same", "a\nb\n", "a\nb\n", ""},
		{"white space at the ends", "a\nb", "a \t\r\nb\n\n\n", ""},
		{"another", "a\nb\n", "a\nc\n", `line 2 is "c"; expected "b"`},
		{"one more", "a\n", "a\nb\n", `line 2 is "b"; expected "nothing more"`},
		{"one less", "a\nb\n", "a\n", `it ends after line 1; expected "b"`},
		{"any text in a line", "a…d…g\n", "abcdefg\n", ""},
		{"another text between", "a…x…g\n", "abcdefg\n", `line 1 is "abcdefg"; expected "a…x…g"`},
		{"no text in a line", "a…b\n", "ab\n", ""},
		{"the same text is not used twice", "ab…ba\n", "aba\n", `line 1 is "aba"; expected "ab…ba"`},
		{"any lines", "a\n…\nd\n", "a\nb\nc\nd\n", ""},
		{"no lines", "a\n…\nd\n", "a\nd\n", ""},
		{"any lines at the end", "a\n…\n", "a\nb\nc\n", ""},
		{"a line that is there twice", "…\na\nb\n", "a\na\nb\n", ""},
		{"any lines, but not that", "a\n…\nd\n", "a\nb\nc\n", `it ends after line 3; expected "d"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.err, message(Match(test.expect, test.printed))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestDigestIsOfWhatWasReviewed: each of them, changed by one character, makes another digest.
func TestDigestIsOfWhatWasReviewed(t *testing.T) {
	const src = "# A\n\n~~~sh manual=\"why\"\nls\n~~~\n\n~~~output\nx\n~~~\n"
	was := mustParse(t, "a", src).Step("a.1").Digest
	for name, change := range map[string][2]string{
		"the language":        {"~~~sh", "~~~bash"},
		"the command":         {"ls", "lt"},
		"what is expected":    {"x", "y"},
		"the reason":          {"why", "Why"},
		"whether it destroys": {`"why"`, `"why" destructive`},
	} {
		t.Run(name, func(t *testing.T) {
			if now := mustParse(t, "a", strings.Replace(src, change[0], change[1], 1)).Step("a.1").Digest; now == was {
				t.Errorf("the digest is %s as before", now)
			}
		})
	}
	if moved := mustParse(t, "a", "Above.\n\n"+src).Step("a.1").Digest; moved != was {
		t.Errorf("the digest is %s; want %s, as it stood elsewhere", moved, was)
	}
}

// TestDigestOfAProcedure: it changes with each of its steps, their order, and their ids.
func TestDigestOfAProcedure(t *testing.T) {
	of := func(src string) string { return mustParse(t, "a", src).Procedure("a").Digest() }
	const src = "# A\n~~~sh id=x\nls\n~~~\n~~~sh id=y\nps\n~~~\n"
	was := of(src)
	for name, other := range map[string]string{
		"another command": strings.Replace(src, "ps", "pt", 1),
		"another order":   "# A\n~~~sh id=y\nps\n~~~\n~~~sh id=x\nls\n~~~\n",
		"another id":      strings.Replace(src, "id=y", "id=z", 1),
		"one step less":   "# A\n~~~sh id=x\nls\n~~~\n",
	} {
		if of(other) == was {
			t.Errorf("%s: the digest is %s as before", name, was)
		}
	}
	if digest("a", "b") == digest("ab", "") {
		t.Error("what moves from one part to the next is not seen")
	}
}

func TestFind(t *testing.T) {
	books := []*Book{
		mustParse(t, "one", "# A\n~~~sh id=x\nls\n~~~\n~~~sh id=y\nls\n~~~"),
		mustParse(t, "two", "# B\n~~~sh id=x\nls\n~~~"),
	}
	for _, test := range []struct{ name, want, err string }{
		{"y", "one", ""},
		{"two:x", "two", ""},
		{"x", "", `step "x" is in 2 runbooks; write one:x or two:x`},
		{"two:y", "", `no runbook has a step "two:y"; 'shadowrun runbook list' names them`},
	} {
		t.Run(test.name, func(t *testing.T) {
			book, _, err := FindStep(books, test.name)
			got := ""
			if book != nil {
				got = book.Name
			}
			if diff := cmp.Diff([]string{test.want, test.err}, []string{got, message(err)}); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
