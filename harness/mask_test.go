package harness_test

import (
	"bytes"
	"testing"

	"github.com/shadowrun/shadowrun/harness"
)

func TestMaskTakesValuesOutHoweverTheyAreCut(t *testing.T) {
	m := harness.NewMask(map[string][]string{"TOKEN": {"hunter22", "old hunter"}, "PIN": {"1"}})
	const text, want = "hunter22, old%20hunter, 1 hunter2", "[redacted:TOKEN], [redacted:TOKEN], 1 hunter2"
	if got := m.Text(text); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for size := 1; size < len(text); size++ {
		var out bytes.Buffer
		w := m.Writer(&out)
		for from := 0; from < len(text); from += size {
			if _, err := w.Write([]byte(text[from:min(from+size, len(text))])); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil || out.String() != want {
			t.Errorf("in pieces of %d: %q, %v; want %q", size, out.String(), err, want)
		}
	}
	var none harness.Mask
	if got := none.Text(text); got != text {
		t.Errorf("a mask of nothing: %q", got)
	}
}
