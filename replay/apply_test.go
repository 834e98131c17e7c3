package replay

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestApplyRefuses(t *testing.T) {
	one, two := jsontext.Value("1"), jsontext.Value("2")
	tests := []struct {
		name string
		doc  string
		ds   []Difference
		err  string
	}{
		{"another value", `{"a":3}`, []Difference{{Path: "/a", Kind: Changed, Want: one, Got: two}}, "changed at /a: the document has another value"},
		{"another value removed", `{"a":3}`, []Difference{{Path: "/a", Kind: Removed, Want: one}}, "removed at /a: the document has another value"},
		{"another element removed", `[3]`, []Difference{{Path: "/0", Kind: Removed, Want: one}}, "removed at /0: the document has another value"},
		{"no such member", `{"a":1}`, []Difference{{Path: "/b", Kind: Changed, Want: one, Got: two}}, "the document lacks 1 of their paths"},
		{"no such element", `[1]`, []Difference{{Path: "/7", Kind: Added, Got: two}}, "the document lacks 1 of their paths"},
		{"an element behind the last", `[1]`, []Difference{{Path: "/1", Kind: Removed, Want: two}}, "differences at /1: the document has 1 elements"},
		{"a member that is there", `{"a":1}`, []Difference{{Path: "/a", Kind: Added, Got: two}}, "added at /a: there is a value already"},
		{"inside a number", `{"a":1}`, []Difference{{Path: "/a/b", Kind: Changed, Want: one, Got: two}}, "differences below /a"},
		{"inside what goes", `{"a":{"b":1}}`, []Difference{{Path: "/a", Kind: Changed, Want: jsontext.Value(`{"b":1}`), Got: two}, {Path: "/a/b", Kind: Changed, Want: one, Got: two}}, "changed at /a: more differences inside"},
		{"twice", `{"a":1}`, []Difference{{Path: "/a", Kind: Changed, Want: one, Got: two}, {Path: "/a", Kind: Changed, Want: one, Got: two}}, "changed at /a: changed there already"},
		{"the root", `1`, []Difference{{Kind: Removed, Want: one}}, "removed at the root"},
		{"no pointer", `1`, []Difference{{Path: "a", Kind: Removed, Want: one}}, `pointer "a"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := apply([]byte(test.doc), JSON, test.ds)
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s, error %v: want %q", got, err, test.err)
			}
		})
	}
}

// Hashes only speed comparing up: where they agree and the values don't, the values count.
func TestEqualNodesLooksAtTheText(t *testing.T) {
	d, e := newDocument([]byte("1")), newDocument([]byte("2"))
	e.nodes[0].hash = d.nodes[0].hash
	if equalNodes(d, 0, e, 0) {
		t.Error("1 and 2 are equal")
	}
}
