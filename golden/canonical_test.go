package golden

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAppendCanonical(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"keys sorted", `{"b":1,"a":2}`, `{"a":2,"b":1}`},
		{"keys sorted at every level", `{"b":{"d":1,"c":[{"f":1,"e":2}]},"a":2}`, `{"a":2,"b":{"c":[{"e":2,"f":1}],"d":1}}`},
		{"sorted around unsorted", `{"a":{"d":1,"c":2},"b":3,"e":{"z":1,"y":2}}`, `{"a":{"c":2,"d":1},"b":3,"e":{"y":2,"z":1}}`},
		{"unsorted around sorted", `{"b":{"c":1,"d":2},"a":{"e":1}}`, `{"a":{"e":1},"b":{"c":1,"d":2}}`},
		{"white space", " { \"a\" : [ 1 , 2 ] ,\n\t\"b\" : { } }\r\n", `{"a":[1,2],"b":{}}`},
		{"empty key first", `{"a":1,"":2}`, `{"":2,"a":1}`},
		{"prefix first", `{"ab":1,"a":2}`, `{"a":2,"ab":1}`},
		{"keys by code point, not by escape", `{"\\":1,"\n":2,"A":3,"\"":4}`, `{"\n":2,"\"":4,"A":3,"\\":1}`},
		{"2^53+1", `9007199254740993`, `9007199254740993`},
		{"1.0", `[1.0]`, `[1.0]`},
		{"1e0", `[1e0, 1E0]`, `[1e0,1E0]`},
		{"-0", ` -0`, `-0`},
		{"1E400", `{"a": 1E400}`, `{"a":1E400}`},
		{"escapes that need none", `"\u0041\/\u00e9\ud83d\ude00"`, `"A/é😀"`},
		{"escapes with a short form", `"\u0008\u0009\u000a\u000c\u000d\u0022\u005c"`, `"\b\t\n\f\r\"\\"`},
		{"one escape with a short form", `"\u0009"`, `"\t"`},
		{"one escape in upper case", `"\u001A"`, `"\u001a"`},
		{"one escape that needs none", `"\u007f"`, "\"\x7f\""},
		{"escapes without one", `"\u0000\u001F\u000B"`, `"\u0000\u001f\u000b"`},
		{"DEL and line separators as themselves", `"\u007f\u2028\u2029"`, "\"\x7f\u2028\u2029\""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := AppendCanonical([]byte("before"), []byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("before"+test.want, string(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestAppendCanonicalRefuses(t *testing.T) {
	deep := strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)
	tests := []struct {
		name, src string
		want      SyntaxError
	}{
		{"nothing", "", SyntaxError{Offset: 0, Line: 1, Column: 1, Reason: "no data: want a JSON value"}},
		{"duplicate key", "{\"a\":1,\n\"a\":2}", SyntaxError{Offset: 8, Line: 2, Column: 1, Pointer: "/a", Reason: "duplicate object key"}},
		{"duplicate key, by escape", `{"x":[{"a":1,"b":2,"\u0061":3}]}`, SyntaxError{Offset: 19, Line: 1, Column: 20, Pointer: "/x/0/a", Reason: "duplicate object key"}},
		{"bad UTF-8", "[\"a\xff\"]", SyntaxError{Offset: 3, Line: 1, Column: 4, Pointer: "/0", Reason: "invalid UTF-8"}},
		{"second value", "{}\n\n {}", SyntaxError{Offset: 5, Line: 3, Column: 2, Reason: "more data after the value: want one JSON value"}},
		{"half a document", `{"a":[1,`, SyntaxError{Offset: 8, Line: 1, Column: 9, Pointer: "/a", Reason: "the document ends in the middle of a value"}},
		{"too deep", deep, SyntaxError{Offset: maxDepth, Line: 1, Column: maxDepth + 1, Pointer: strings.Repeat("/0", maxDepth), Reason: "exceeded max depth"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dst := []byte("before")
			got, err := AppendCanonical(dst, []byte(test.src))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("error is %v: want a *SyntaxError", err)
			}
			if diff := cmp.Diff(test.want, *syntax); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if string(got) != "before" {
				t.Errorf("destination came back as %q", got)
			}
		})
	}
}
