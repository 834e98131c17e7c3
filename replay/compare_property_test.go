package replay

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawValue draws a JSON value from few enough building blocks that parts recur.
func drawValue(depth int) *rapid.Generator[string] {
	scalars := rapid.SampledFrom([]string{"null", "true", "false", "0", "1", "1.0", "2", "3", `""`, `"a"`, `"b1"`, `"b2"`, `"\n"`, `"é"`})
	if depth == 0 {
		return scalars
	}
	inner := drawValue(depth - 1)
	array := rapid.Custom(func(t *rapid.T) string {
		return "[" + strings.Join(rapid.SliceOfN(inner, 0, 7).Draw(t, "elements"), ",") + "]"
	})
	names := rapid.SampledFrom([]string{"", "a", "b", "id", "a/b", "~", "~1", `\n`, `\"`, "0", "é"})
	object := rapid.Custom(func(t *rapid.T) string {
		var members []string
		for _, name := range rapid.SliceOfNDistinct(names, 0, 5, rapid.ID[string]).Draw(t, "names") {
			members = append(members, fmt.Sprintf(`"%s":%s`, name, inner.Draw(t, "member")))
		}
		return "{" + strings.Join(members, ",") + "}"
	})
	return rapid.OneOf(scalars, array, array, object)
}

// checkComparison checks what holds for any two documents.
func checkComparison(t interface {
	Fatalf(string, ...any)
	Helper()
}, want, got []byte, f Format, o Options) {
	t.Helper()
	r, err := Compare(want, got, f, o)
	if err != nil {
		return // of no interest here: see TestCompareRefuses
	}
	seen := make(map[[2]string]bool)
	for _, d := range r.Differences {
		at := [2]string{d.Path, d.GotPath}
		if seen[at] {
			t.Fatalf("twice at %q:\n%s", at, strings.Join(brief(r.Differences), "\n"))
		}
		seen[at] = true
		if bytes.Equal(d.Want, d.Got) {
			t.Fatalf("%s at %s: %s on both sides", d.Kind, d.Path, d.Want)
		}
	}
	back, err := apply(want, f, r.Differences)
	if err != nil {
		t.Fatalf("apply: %v\n%s", err, strings.Join(brief(r.Differences), "\n"))
	}
	whole, err := read(Got, got, f)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	if !bytes.Equal(back, whole.text) {
		t.Fatalf("applied: %s\nwant     %s\n%s", back, whole.text, strings.Join(brief(r.Differences), "\n"))
	}
	if same, err := Compare(want, want, f, Options{Rules: &RuleSet{}}); err != nil || !same.Equal() {
		t.Fatalf("a document differs from itself: %v, %v", same.Differences, err)
	}
}

func TestApplyingDifferencesGivesTheSecond(t *testing.T) {
	value := drawValue(4)
	limits := rapid.SampledFrom([]int{0, 1, 10, 100})
	rapid.Check(t, func(t *rapid.T) {
		checkComparison(t, []byte(value.Draw(t, "want")), []byte(value.Draw(t, "got")), JSON, Options{MaxAlign: limits.Draw(t, "limit")})
	})
}

// Documents that have most in common, unlike two that were drawn apart.
func TestApplyingEditsGivesTheSecond(t *testing.T) {
	record := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf(`{"at":%d,"id":%d,"tags":%s}`, rapid.IntRange(0, 99).Draw(t, "at"), rapid.IntRange(0, 20).Draw(t, "id"), drawValue(2).Draw(t, "tags"))
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(record, 0, 30).Draw(t, "want")
		got := append([]string(nil), want...)
		for range rapid.IntRange(0, 6).Draw(t, "edits") {
			at := rapid.IntRange(0, len(got)).Draw(t, "at")
			switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); {
			case kind == 0 || at == len(got):
				got = append(got[:at:at], append([]string{record.Draw(t, "new")}, got[at:]...)...)
			case kind == 1:
				got = append(got[:at:at], got[at+1:]...)
			case kind == 2:
				got[at] = record.Draw(t, "changed")
			default:
				to := rapid.IntRange(0, len(got)-1).Draw(t, "to")
				got[at], got[to] = got[to], got[at]
			}
		}
		lines := rapid.SampledFrom([]Format{JSONLines, Text}).Draw(t, "format")
		checkComparison(t, []byte(strings.Join(want, "\n")), []byte(strings.Join(got, "\n")), lines, Options{})
	})
}

func FuzzCompareJSON(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,3]}`), []byte(`{"a":[1,3]}`), 0)
	f.Add([]byte(`[{"id":1},{"id":2}]`), []byte(`[{"id":2},{"id":1}]`), 1)
	f.Add([]byte(`{"~/":1,"\n":[[]]}`), []byte(`{"~/":null,"\n":[[[]],{}]}`), 7)
	f.Add([]byte("{\"a\":1}\n"), []byte("[]"), 100)
	f.Fuzz(func(t *testing.T, want, got []byte, limit int) {
		checkComparison(t, want, got, JSON, Options{MaxAlign: limit & 1023})
		checkComparison(t, want, got, JSONLines, Options{MaxAlign: limit & 1023})
	})
}

func FuzzCompareText(f *testing.F) {
	f.Add([]byte("a\nb\nc\n"), []byte("a\r\nc\nb"))
	f.Add([]byte(""), []byte("\n"))
	f.Add([]byte("10:00 x\n10:01 y\n"), []byte("11:00 x\n11:01 z\n11:02 y\n"))
	f.Add([]byte("\x00"), []byte("\xff"))
	f.Fuzz(func(t *testing.T, want, got []byte) {
		checkComparison(t, want, got, Text, Options{})
	})
}
