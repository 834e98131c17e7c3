package golden

import (
	"errors"
	"strings"
	"testing"
)

// The cases below are of the three kinds that JSONTestSuite (github.com/nst/JSONTestSuite) sorts
// parsers' behaviour by: what every parser must accept, what every parser must refuse, and what
// the standard leaves open. The values are ours.

func TestGrammarAccepts(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"null alone", `null`, `null`},
		{"true alone", `true`, `true`},
		{"false alone", `false`, `false`},
		{"integer alone", `17`, `17`},
		{"negative fraction alone", `-0.25`, `-0.25`},
		{"string alone", `"x"`, `"x"`},
		{"empty string alone", `""`, `""`},
		{"string of a space", `" "`, `" "`},
		{"line feed at the end", "[\"x\"]\n", `["x"]`},
		{"white space around", " \t\r\n[]\t ", `[]`},
		{"white space inside", "[ \n1 ,\r\n\t2 ]", `[1,2]`},
		{"white space inside what is empty", "[{ } , [\n] ]", `[{},[]]`},
		{"array in array", `[[],[[]]]`, `[[],[[]]]`},
		{"all kinds in an array", `[null,true,false,1,"1",{},[]]`, `[null,true,false,1,"1",{},[]]`},
		{"empty object", `{}`, `{}`},
		{"empty key", `{"":0}`, `{"":0}`},
		{"NUL in a key", `{"a\u0000b":1}`, `{"a\u0000b":1}`},
		{"object over lines", "{\n\"k\"\n:\n1\n}", `{"k":1}`},
		{"keys that differ in case", `{"K":1,"k":2}`, `{"K":1,"k":2}`},
		{"keys that differ in normal form", `{"\u00e9":1,"e\u0301":2}`, "{\"e\u0301\":2,\"\u00e9\":1}"},
		{"zero", `[0]`, `[0]`},
		{"minus zero", `[-0, -0.0, -0e1]`, `[-0,-0.0,-0e1]`},
		{"zero with an exponent", `[0e1,0e+1,0E-1]`, `[0e1,0e+1,0E-1]`},
		{"exponents", `[9e3,9E3,9e+3,9E-3,9.5e03]`, `[9e3,9E3,9e+3,9E-3,9.5e03]`},
		{"fractions", `[0.0,1.50,123.000]`, `[0.0,1.50,123.000]`},
		{"a very small fraction", `[-0.00000000000000000000000000000000000000001]`, `[-0.00000000000000000000000000000000000000001]`},
		{"integers beyond 64 bits", `[18446744073709551616,-9223372036854775809]`, `[18446744073709551616,-9223372036854775809]`},
		{"all short escapes", `["\"\\\/\b\f\n\r\t"]`, `["\"\\/\b\f\n\r\t"]`},
		{"escapes in either case", `["\u00e9\u00E9\u30aF"]`, `["ééク"]`},
		{"escaped NUL", `["\u0000"]`, `["\u0000"]`},
		{"escaped control", `["\u0011"]`, `["\u0011"]`},
		{"escaped quote and backslash", `["\u0022\u005C"]`, `["\"\\"]`},
		{"backslash, then what looks like an escape", `["\\u0041\\n"]`, `["\\u0041\\n"]`},
		{"comments inside a string", `["/*x*/ //y"]`, `["/*x*/ //y"]`},
		{"surrogate pair", `["\uD834\udd1E"]`, "[\"\U0001d11e\"]"},
		{"first surrogate pair", `["\ud800\udc00"]`, "[\"\U00010000\"]"},
		{"last surrogate pair", `["\udbff\udfff"]`, "[\"\U0010ffff\"]"},
		{"two surrogate pairs", `["\ud83d\ude00\ud83d\ude01"]`, `["😀😁"]`},
		{"escaped non-characters", `["\uFFFE\uffff\uFDD0\ud83f\udffe"]`, "[\"\ufffe\uffff\ufdd0\U0001fffe\"]"},
		{"non-characters as themselves", "[\"\uffff\U0010ffff\"]", "[\"\uffff\U0010ffff\"]"},
		{"unassigned code point", "[\"\U0001bfff\"]", "[\"\U0001bfff\"]"},
		{"replacement character", "[\"\ufffd\"]", "[\"\ufffd\"]"},
		{"two, three and four bytes of UTF-8", "[\"é€😀\"]", "[\"é€😀\"]"},
		{"DEL as itself", "[\"a\x7fb\"]", "[\"a\x7fb\"]"},
		{"C1 control as itself", "[\"\u0085\"]", "[\"\u0085\"]"},
		{"line and paragraph separator", "[\"\u2028\u2029\"]", "[\"\u2028\u2029\"]"},
		{"no-break and zero-width space", `["\u00a0\u200B\u2064"]`, "[\"\u00a0\u200b\u2064\"]"},
		{"byte order mark inside a string", "[\"\ufeff\"]", "[\"\ufeff\"]"},
		{"less-than is not escaped", `["<\u003c&"]`, `["<<&"]`},
		{"a long string", `["` + strings.Repeat("x", 10_000) + `"]`, `["` + strings.Repeat("x", 10_000) + `"]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := AppendCanonical(nil, []byte(test.src))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want {
				t.Errorf("%.200q became %.200q: want %.200q", test.src, got, test.want)
			}
		})
	}
}

func TestGrammarRefuses(t *testing.T) {
	groups := []struct {
		name string
		srcs []string
	}{
		{"nothing", []string{"", " ", "\n\t\r", "\x00", "\f", "\v"}},
		{"more than one value", []string{"1 2", "[][]", "{}{}", "[1]x", `"a"b`, `{"a":1}#`, `{"a":1} "b"`, "[1],", "2@", "17\x00", "null null", "[1]]", "{}}", "1]"}},
		{"words", []string{"nul", "tru", "fals", "True", "NULL", "nullx", "undefined", "None", "[nil]", "é", "a", "[a\xe5]", "[fals]", "[tru", "[ true, nul", "*", "<null>", "[<.>]"}},
		{"plus sign", []string{"+1", "[+1]", "[++12]", "[1+2]", "+0"}},
		{"leading zero", []string{"01", "-01", "[012]", "[-012]", "00", "0123.5", "-00"}},
		{"dot without digits", []string{"1.", "[-2.]", ".5", "[-.5]", "[.-1]", "0.e1", "2.e3", "[2.e+3]", "[3.e-3]", "[0.1.2]", "[-1.0.]"}},
		{"exponent without digits", []string{"1e", "0E", "[0e+]", "1E-", "[1.5e]", "[1.5e+]", "[1eE2]", "[0e+-1]", "[1ea]", "1e1.5"}},
		{"minus without digits", []string{"-", "[-]", "[- 1]", "--1", "[-x]", "[-1x]", "[1-]"}},
		{"numbers of other languages", []string{"NaN", "[-NaN]", "Infinity", "[-Infinity]", "[Inf]", "0x1F", "[0X1]", "0b1", "0o7", "1_000", "1,5", "[1 000.0]", "1f", "[１]", "[1.5H-3]", "1.2a-3", "10n"}},
		{"bad UTF-8 in a number", []string{"[12\xe5]", "[1e1\xe5]", "[1e\xe5]", "[0\xff]"}},
		{"commas", []string{"[,]", "[1,]", "[1,,]", "[1,,2]", "[,1]", "[ , 1]", `["a",]`, `{"a":1,}`, `{,}`, `{"a":1,,"b":2}`, `{"a":1,,,}`, `{,"a":1}`, "[1 true]", "[1[2]]", `{"a":1 "b":2}`, "[1;2]"}},
		{"colons", []string{`{"a"}`, `{"a" 1}`, `{"a"::1}`, `{"a",1}`, `{"a":}`, `{:1}`, `[1:2]`, `["a":1]`, `{"a" "b"}`, `{"a":1, "b"}`, `{"a":1:2}`, ":"}},
		{"keys that are not strings", []string{`{1:1}`, `{a:1}`, `{null:1}`, `{'a':1}`, `{[1]:1}`, `{{}:1}`, `{99E9999:1}`, `{🇨🇭}`, `{true:null,true:null}`, `{[: 1}`}},
		{"brackets that don't close", []string{"[", "{", "[[", "[1", "[1,", "[1,\n2\n,3", `["a"`, `["a`, "[{", "[{}", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":{`, "[\"a\",\n4\n,1,", "{[", "{,", "[,", `{"a`}},
		{"brackets that don't match", []string{"]", "}", "[}", "{]", "[1}", `{"a":1]`, `{"a":[1}`, "[{]}", "[]}"}},
		{"quotes", []string{`"`, `"a`, `'a'`, `['a']`, `["a]`, `["a""]`, `["a"b]`, `{'a'`, "[`a`]", `['`, "“a”"}},
		{"controls in a string", []string{"[\"a\x00b\"]", "[\"a\nb\"]", "[\"\t\"]", "[\"\r\"]", "[\"\x1f\"]", "[\"\x01\"]", "{\"\n\":1}"}},
		{"escapes", []string{`["\a"]`, `["\x41"]`, `["\'"]`, `["\v"]`, `["\0"]`, `["\U0041"]`, `["\u"]`, `["\u1"]`, `["\u00A"]`, `["\uXYZW"]`, `["\u{41}"]`, `["\u 041"]`, `["\u+041"]`, "[\"\\\t\"]", "[\"\\\x00\"]", `["\😀"]`, `["\`, `["\"]`, `["\\\"]`, "[\"\\\xe5\"]", "[\"\\u\xe5\"]"}},
		{"escapes outside a string", []string{`[\u0020"a"]`, `[\n]`, `[\u000A""]`, `\u0022a"`}},
		{"half an escape after a surrogate", []string{`["\uD800\"]`, `["\uD800\u"]`, `["\uD800\u1"]`, `["\uD800\u1x"]`, `["\uD834\uDd"]`, `["\uD800\uD800\x"]`}},
		{"white space of other kinds", []string{"[\f]", "[\v1]", "[\u00a0]", "[\u2060]", "[1,\u20282]", "\u30001", "[\ufeff]"}},
		{"comments", []string{`{"a":1}/**/`, `{"a":/*x*/1}`, `{"a":1}//`, `{"a":1}/`, `# x`, `[1] // x`, "[1 /* x */]", "-- x"}},
		{"deeper than 10,000", []string{strings.Repeat("[", 100_000), strings.Repeat(`[{"":`, 50_000), strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), strings.Repeat(`{"a":`, maxDepth) + "[]" + strings.Repeat("}", maxDepth)}},
		{"mark of byte order alone", []string{"\xef\xbb\xbf", "\xef\xbb{}", "\xfe\xff"}},
	}
	total := 0
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, src := range group.srcs {
				checkRefused(t, src)
			}
		})
		total += len(group.srcs)
	}
	if total < 150 {
		t.Errorf("only %d cases", total)
	}
}

// What the standard leaves open, and what we do with it.
func TestGrammarDecides(t *testing.T) {
	t.Run("numbers that no float holds are kept as written", func(t *testing.T) {
		for _, src := range []string{
			`[1e400]`, `[-1E+9999]`, `[12.5e-789]`, `[1e-10000000]`, `[0.4e006699999999999999999999969]`,
			`[100000000000000000000]`, `[-237462374673276894279832749832423479823246327846]`,
			`[3.141592653589793238462643383279]`,
		} {
			got, err := AppendCanonical(nil, []byte(src))
			if err != nil || string(got) != src {
				t.Errorf("%s became %s, error %v", src, got, err)
			}
		}
	})
	t.Run("nesting down to 10,000 is accepted", func(t *testing.T) {
		for _, n := range []int{500, maxDepth} {
			src := strings.Repeat("[", n) + strings.Repeat("]", n)
			for _, space := range []string{"", " "} { // with the scanner, and with the decoder
				got, err := AppendCanonical(nil, []byte(src[:n]+space+src[n:]))
				if err != nil || string(got) != src {
					t.Errorf("%d arrays, space %q: error %v", n, space, err)
				}
			}
		}
	})
	groups := []struct {
		name string
		srcs []string
	}{
		{"duplicate keys are refused", []string{`{"a":1,"a":2}`, `{"a":1,"a":1}`, `{"a":1,"b":2,"\u0061":3}`, `{"b":1,"a":2,"b":3}`, `{"":1,"":1}`, `[{"a":{"x":1,"x":1}}]`, `{"😀":1,"\ud83d\ude00":1}`, `{"\n":1,"\u000a":2}`, `{"/":1,"\/":2}`}},
		{"lone surrogates are refused", []string{`["\ud800"]`, `["\uDFAA"]`, `["\uD888\u1234"]`, `["\uD800\n"]`, `["\uDd1ea"]`, `["\uD800\uD800\n"]`, `["\ud800x"]`, `["\uDd1e\uD834"]`, `{"\uDFAA":0}`}},
		{"bad UTF-8 is refused", []string{
			"[\"\xff\"]", "[\"\x81\"]", "[\"\xe9\"]", "[\"\xe0\xff\"]", "[\"日\xfa\"]", "{\"\xb9\":1}", "\"\xc3\"", "\xe5",
			"[\"\xed\xa0\x80\"]",             // a surrogate
			"[\"\xc0\xaf\"]",                 // two bytes where one would do
			"[\"\xc0\x80\"]",                 // NUL in two
			"[\"\xe0\x80\xaf\"]",             // three
			"[\"\xf4\xbf\xbf\xbf\"]",         // beyond U+10FFFF
			"[\"\xfc\x83\xbf\xbf\xbf\xbf\"]", // six
		}},
		{"other encodings and byte order marks are refused", []string{
			"\xef\xbb\xbf{}", "\xff\xfe[\x00\"\x00a\x00\"\x00]\x00", "[\x00\"\x00a\x00\"\x00]\x00", "\x00[\x00\"\x00a\x00\"\x00]",
			"\xef\xbb\xbf[\"a\"]\n",
		}},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, src := range group.srcs {
				checkRefused(t, src)
			}
		})
	}
}

// checkRefused checks that src is refused with a position inside it.
func checkRefused(t *testing.T, src string) {
	t.Helper()
	got, err := AppendCanonical(nil, []byte(src))
	var syntax *SyntaxError
	switch {
	case err == nil:
		t.Errorf("%.80q was accepted as %.80q", src, got)
	case !errors.As(err, &syntax):
		t.Errorf("%.80q: error is %v: want a *SyntaxError", src, err)
	case syntax.Reason == "" || syntax.Offset < 0 || syntax.Offset > int64(len(src)):
		t.Errorf("%.80q: offset %d, reason %q", src, syntax.Offset, syntax.Reason)
	case len(got) != 0:
		t.Errorf("%.80q: %d bytes came back with the error", src, len(got))
	default:
		before := src[:syntax.Offset]
		line := strings.Count(before, "\n") + 1
		column := len(before) - strings.LastIndex(before, "\n")
		if syntax.Line != line || syntax.Column != column {
			t.Errorf("%.80q: offset %d is line %d, column %d: want %d, %d", src, syntax.Offset, syntax.Line, syntax.Column, line, column)
		}
	}
}

// TestRFC8785 checks the strings, literals and orders that RFC 8785 and its reference test data
// publish. They differ from ours in numbers, which we keep as written, and where a key beyond
// U+FFFF meets one from U+E000 to U+FFFF: in UTF-16, U+1F600 (D83D DE00) comes before U+FB33.
func TestRFC8785(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{
			"3.2.2.2, strings",
			`{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
			`{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		},
		{
			"3.2.3, sorting: the RFC has U+1F600 before U+FB33",
			`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",` +
				`"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\"," +
				"\"€\":\"Euro Sign\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"😀\":\"Emoji: Grinning Face\"}",
		},
		{
			"arrays",
			`[ 56, { "d": true, "10": null, "1": [ ] } ]`,
			`[56,{"1":[],"10":null,"d":true}]`,
		},
		{
			"french",
			`{"peach": "This sorting order", "péché": "is wrong according to French", "pêche": "but canonicalization MUST", "sin": "ignore locale"}`,
			`{"peach":"This sorting order","péché":"is wrong according to French","pêche":"but canonicalization MUST","sin":"ignore locale"}`,
		},
		{
			"structures",
			`{"1": {"f": {"f": "hi","F": 5} ,"\n": 56}, "10": { }, "": "empty", "a": { }, "111": [ {"e": "yes","E": "no" } ], "A": { }}`,
			`{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}`,
		},
		{"unicode is not normalised", `{"Unnormalized Unicode":"A\u030a"}`, "{\"Unnormalized Unicode\":\"A\u030a\"}"},
		{
			"weird",
			`{"\u20ac": 1, "\r": 2, "\u000a": 3, "1": 4, "\u0080": 5, "\ud83d\ude02": 6, "\u00f6": 7, "\ufb33": 8, "</script>": 9}`,
			"{\"\\n\":3,\"\\r\":2,\"1\":4,\"</script>\":9,\"\u0080\":5,\"ö\":7,\"€\":1,\"\ufb33\":8,\"😂\":6}",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := AppendCanonical(nil, []byte(test.src))
			if err != nil || string(got) != test.want {
				t.Errorf("got  %q\nwant %q\nerror %v", got, test.want, err)
			}
		})
	}
}
