package golden

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"
)

// drawValue draws a JSON value as a random writer might put it: with white space, needless
// escapes, and keys in any order.
func drawValue(t *rapid.T, depth int) string {
	kinds := 4
	if depth == 0 {
		kinds = 2
	}
	space := rapid.SampledFrom([]string{"", "", " ", "\n\t"}).Draw(t, "space")
	var text string
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		text = rapid.SampledFrom([]string{
			"null", "true", "false", "0", "-0", "1.0", "1e0", "1E400", "9007199254740993", "-12.50e-3",
		}).Draw(t, "scalar")
	case 1:
		text = drawString(t)
	case 2:
		elements := make([]string, rapid.IntRange(0, 3).Draw(t, "elements"))
		for i := range elements {
			elements[i] = drawValue(t, depth-1)
		}
		text = "[" + strings.Join(elements, ",") + "]"
	case 3:
		text = "{" + strings.Join(drawMembers(t, depth), ",") + "}"
	}
	return space + text + space
}

func drawMembers(t *rapid.T, depth int) []string {
	var members []string
	seen := map[string]bool{}
	for range rapid.IntRange(0, 4).Draw(t, "members") {
		key := drawString(t)
		name, _ := jsontext.AppendUnquote(nil, key)
		if !seen[string(name)] {
			seen[string(name)] = true
			members = append(members, key+":"+drawValue(t, depth-1))
		}
	}
	return members
}

// drawString draws a string, each of whose characters may be escaped.
func drawString(t *rapid.T) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range rapid.SliceOfN(rapid.RuneFrom([]rune("ab\"\\/\n\x00\x1f\x7fé€\ufb33😀")), 0, 4).Draw(t, "string") {
		escape := rapid.Bool().Draw(t, "escape") || r < ' ' || r == '"' || r == '\\'
		switch {
		case !escape:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\u%04X\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func mustCanonical(t rapid.TB, src string) string {
	t.Helper()
	got, err := AppendCanonical(nil, []byte(src))
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	return string(got)
}

func TestCanonicalIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := mustCanonical(t, drawValue(t, 4))
		if twice := mustCanonical(t, once); twice != once {
			t.Errorf("%q, again: %q", once, twice)
		}
		if s := (scanner{src: []byte(once)}); !s.value(0) || !s.done() {
			t.Errorf("the scanner does not take %q for canonical", once)
		}
	})
}

func TestOrderOfKeysDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		members := drawMembers(t, 3)
		want := mustCanonical(t, "{"+strings.Join(members, ",")+"}")
		shuffled := rapid.Permutation(members).Draw(t, "shuffled")
		if got := mustCanonical(t, "[{"+strings.Join(shuffled, ",")+"}]"); got != "["+want+"]" {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// What the decoder's own canonicalisation makes of a document without numbers and without keys
// that UTF-16 sorts in another way is what we make of it.
func TestCanonicalAgreesWithRFC8785WhereItCan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := drawValue(t, 4)
		if strings.ContainsAny(src, "0123456789\ufb33") {
			t.Skip("numbers, or an order that differs")
		}
		want := jsontext.Value(src)
		if err := want.Canonicalize(); err != nil {
			t.Fatal(err)
		}
		if got := mustCanonical(t, src); got != string(want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// Objects that need sorting at every level around a large value must not move it at every level.
func TestCanonicalIsLinearInDepth(t *testing.T) {
	const depth, leaf = maxDepth - 1, 4 << 20
	src := strings.Repeat(`{"b":0,"a":`, depth) + `"` + strings.Repeat("x", leaf) + `"` + strings.Repeat("}", depth)
	want := strings.Repeat(`{"a":`, depth) + `"` + strings.Repeat("x", leaf) + `"` + strings.Repeat(`,"b":0}`, depth)
	if got := mustCanonical(t, src); got != want {
		t.Error("wrong order")
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		`{"b":[1.0,-0,1E400],"a":{"\u0062":"\ud83d\ude00","a":null}}`, ` [ ] `, `{"a":1,"\u0061":2}`, `"\u000A"`,
		`"\ud800"`, "\"\xff\"", `{"a":{"b":`, `[1]x`, "\xef\xbb\xbf1", `{"\\":1,"A":2}`, "\"\u2028\"", "01", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := AppendCanonical(nil, src)
		valid := jsontext.Value(src).IsValid()
		if valid != (err == nil) {
			t.Fatalf("valid JSON: %v, but error %v", valid, err)
		}
		scan := scanner{src: src}
		if canonical := scan.value(0) && scan.done(); canonical != (err == nil && bytes.Equal(got, src)) {
			t.Fatalf("the scanner takes it for canonical: %v, but the form is %q", canonical, got)
		}
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > int64(len(src)) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("error %#v", err)
			}
			return
		}
		if len(got) > len(src) {
			t.Fatalf("%d bytes grew to %d", len(src), len(got))
		}
		if again, err := AppendCanonical(nil, got); err != nil || !bytes.Equal(again, got) {
			t.Fatalf("again: %q, error %v", again, err)
		}
	})
}

// document is a JSON document of about size bytes, such as encoding/json writes: without white
// space, keys in the order of a struct's fields, all different values.
func document(size int) []byte {
	random := rand.New(rand.NewSource(1))
	b := []byte(`{"status":"done","items":[`)
	for i := 0; len(b) < size; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"id":%d,"name":"item %d","price":%.2f,"tags":["a","é"],"stock":{"here":%d,"there":null}}`,
			i, random.Intn(1e6), random.Float64()*100, random.Intn(100))
	}
	return append(b, `]}`...)
}

func BenchmarkCanonical(b *testing.B) {
	for _, size := range []int{80, 4 << 10, 5 << 20} {
		src := document(size)
		canonical, err := AppendCanonical(nil, src)
		if err != nil {
			b.Fatal(err)
		}
		for _, input := range []struct {
			name string
			src  []byte
		}{{"canonical already", canonical}, {"keys unsorted", src}} {
			b.Run(fmt.Sprintf("%d bytes/%s", size, input.name), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(input.src)))
				dst := make([]byte, 0, len(input.src))
				for b.Loop() {
					if _, err := AppendCanonical(dst, input.src); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
