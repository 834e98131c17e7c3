package replay

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// brief returns differences as lines: kind, path, the second document's path where it is
// another, and both values.
func brief(ds []Difference) []string {
	var lines []string
	for _, d := range ds {
		line := string(d.Kind) + " " + d.Path
		if d.GotPath != d.Path {
			line += " (" + d.GotPath + ")"
		}
		if d.Want != nil {
			line += " " + string(d.Want)
		}
		if d.Kind == Changed || d.Kind == Moved {
			line += " ->"
		}
		if d.Got != nil {
			line += " " + string(d.Got)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestCompare(t *testing.T) {
	tests := []struct {
		name      string
		format    Format
		want, got string
		diff      []string
	}{
		{"equal but for spelling", JSON, `{"a": 1, "b": "A"}`, `{"b":"\u0041","a":1}`, nil},
		{"a scalar root", JSON, `1`, `2`, []string{"changed  1 -> 2"}},
		{"number and its spellings", JSON, `[1,1,1,1]`, `[1.0,1e0,"1",true]`, []string{
			"changed /0 1 -> 1.0", "changed /1 1 -> 1e0", `changed /2 1 -> "1"`, "changed /3 1 -> true"}},
		{"large numbers", JSON, `[9007199254740992]`, `[9007199254740993]`, []string{
			"changed /0 9007199254740992 -> 9007199254740993"}},
		{"minus zero", JSON, `{"a":0}`, `{"a":-0}`, []string{"changed /a 0 -> -0"}},
		{"null is not missing", JSON, `{"a":null,"b":null}`, `{"b":1,"c":null}`, []string{
			"removed /a null", "changed /b null -> 1", "added /c null"}},
		{"empty containers", JSON, `{"a":{},"b":[]}`, `{"a":[],"b":{}}`, []string{"changed /a {} -> []", "changed /b [] -> {}"}},
		{"names that need escapes", JSON, `{"a/b":1,"c~d":1,"e.f":1,"\n":1,"":1,"\"":1}`,
			`{"a/b":2,"c~d":2,"e.f":2,"\n":2,"":2,"\"":2}`, []string{
				"changed / 1 -> 2", "changed /\n 1 -> 2", "changed /\" 1 -> 2",
				"changed /a~1b 1 -> 2", "changed /c~0d 1 -> 2", "changed /e.f 1 -> 2"}},
		{"names sort by what they stand for", JSON, `{"\n":1,"A":1}`, `{"A":1,"!":1}`, []string{"removed /\n 1", "added /! 1"}},
		{"nested", JSON, `{"a":{"b":[{"c":1},{"c":2}]}}`, `{"a":{"b":[{"c":1},{"c":3}]}}`, []string{"changed /a/b/1/c 2 -> 3"}},

		{"inserted at the front", JSON, `[1,2,3]`, `[0,1,2,3]`, []string{"added /0 0"}},
		{"inserted in the middle", JSON, `[1,2,3]`, `[1,9,2,3]`, []string{"added /1 9"}},
		{"inserted at the end", JSON, `[1,2,3]`, `[1,2,3,4]`, []string{"added /3 4"}},
		{"two inserted at once", JSON, `[1,4]`, `[1,2,3,4]`, []string{"added /1 2", "added /1 (/2) 3"}},
		{"removed from the front", JSON, `["a","b","c"]`, `["b","c"]`, []string{`removed /0 "a"`}},
		{"two removed", JSON, `["a","b","c"]`, `["c"]`, []string{`removed /0 "a"`, `removed /1 (/0) "b"`}},
		{"into an empty array", JSON, `[]`, `[1]`, []string{"added /0 1"}},
		{"equal neighbours", JSON, `[1,1]`, `[1,1,1]`, []string{"added /2 1"}},
		{"moved", JSON, `{"a":[1,2,3]}`, `{"a":[3,1,2]}`, []string{"moved /a [1,2,3] -> [3,1,2]"}},
		{"swapped objects", JSON, `[{"id":1},{"id":2}]`, `[{"id":2},{"id":1}]`, []string{`moved  [{"id":1},{"id":2}] -> [{"id":2},{"id":1}]`}},
		{"inserted and changed", JSON, `[{"id":1,"v":1},{"id":2,"v":2}]`, `[{"id":0,"v":0},{"id":1,"v":1},{"id":2,"v":3}]`, []string{
			`added /0 {"id":0,"v":0}`, "changed /1/v (/2/v) 2 -> 3"}},
		{"inserted, and every element changed", JSON, `[{"at":1,"id":"a"},{"at":2,"id":"b"}]`,
			`[{"at":7,"id":"z"},{"at":8,"id":"a"},{"at":9,"id":"b"}]`, []string{
				`added /0 {"at":7,"id":"z"}`, "changed /0/at (/1/at) 1 -> 8", "changed /1/at (/2/at) 2 -> 9"}},
		{"rows", JSON, `[["a",1],["b",2]]`, `[["z",7],["a",8],["b",9]]`, []string{
			`added /0 ["z",7]`, "changed /0/1 (/1/1) 1 -> 8", "changed /1/1 (/2/1) 2 -> 9"}},
		{"a vector stays in place", JSON, `[1,0,5]`, `[0,2,5]`, []string{"changed /0 1 -> 0", "changed /1 0 -> 2"}},
		{"a shifted vector is aligned", JSON, `[1,2,3,4]`, `[2,3,4,5]`, []string{"removed /0 1", "added /4 (/3) 5"}},

		{"lines", JSONLines, "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\r\n\r\n{ \"a\": 3 }", []string{"changed /1/a 2 -> 3"}},
		{"a line inserted", JSONLines, "1\n2\n", "0\n1\n2\n", []string{"added /0 0"}},
		{"no lines", JSONLines, "", "\n", nil},

		{"text", Text, "a\nb\nc\n", "a\nB\nc\n", []string{`changed /1 "b" -> "B"`}},
		{"final line feed", Text, "a\n", "a", []string{`removed /1 ""`}},
		{"carriage returns", Text, "a\nb\n", "a\r\nb\n", []string{`changed /0 "a" -> "a\r"`}},
		{"empty text", Text, "", "a\n", []string{`added /0 "a"`}},
		{"a log with times", Text, "10:01 start\n10:02 load\n10:03 done\n", "11:01 start\n11:01 warn\n11:02 load\n11:03 done\n", []string{
			`changed /0 "10:01 start" -> "11:01 start"`, `added /1 "11:01 warn"`,
			`changed /1 (/2) "10:02 load" -> "11:02 load"`, `changed /2 (/3) "10:03 done" -> "11:03 done"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := Compare([]byte(test.want), []byte(test.got), test.format, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.diff, brief(r.Differences)); d != "" {
				t.Errorf("differences (-want +got):\n%s", d)
			}
			if r.Equal() != (len(test.diff) == 0) {
				t.Errorf("Equal() = %t with %d differences", r.Equal(), len(test.diff))
			}
			back, err := apply([]byte(test.want), test.format, r.Differences)
			if err != nil {
				t.Fatal("apply:", err)
			}
			whole, err := read(Got, []byte(test.got), test.format)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(whole.text), string(back)); d != "" {
				t.Errorf("applied (-want +got):\n%s", d)
			}
		})
	}
}

func TestCompareRefuses(t *testing.T) {
	tests := []struct {
		name      string
		format    Format
		want, got string
		err       string
	}{
		{"the first", JSON, "{\n \"a\": }", "1", "first document, line 2, column 7: "},
		{"the second", JSON, "1", "[1,\n2", "second document, line 2, column 2: "},
		{"both alike", JSON, "[", "[", "first document, line 1, column 2: "},
		{"duplicate names", JSON, "1", `{"a":1,"\u0061":2}`, "second document, line 1, column 8: "},
		{"a bad line", JSONLines, "1\n\n{]\n", "1\n", "first document, line 3, column 2: "},
		{"two values in a line", JSONLines, "1 2\n", "1\n", "first document, line 1, column 3: "},
		{"not UTF-8", Text, "a\nb\xff\n", "", "first document, line 2, column 2: byte 0xff is not part of a text in UTF-8: compare it as bytes"},
		{"NUL", Text, "", "a\x00", "second document, line 1, column 2: byte 0x00 is not part of a text in UTF-8: compare it as bytes"},
		{"no such format", "xml", "", "", `format "xml": want json, jsonl or text`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Compare([]byte(test.want), []byte(test.got), test.format, Options{})
			if err == nil || !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("error %v: want one that starts with %q", err, test.err)
			}
		})
	}
}
