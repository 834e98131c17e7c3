package replay

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
)

// compareCounting is Compare, and how many steps aligning took: that, unlike the time, is the
// same on every machine.
func compareCounting(t *testing.T, want, got []byte, f Format) (Result, int) {
	t.Helper()
	w, err := read(Want, want, f)
	if err != nil {
		t.Fatal(err)
	}
	g, err := read(Got, got, f)
	if err != nil {
		t.Fatal(err)
	}
	c := newComparison(Options{}, "")
	c.want, c.got = w, g
	c.pair(0, 0, c.root())
	return c.Result, defaultMaxAlign - c.aligner.steps
}

func TestCompareLargeDocuments(t *testing.T) {
	for _, c := range corpora {
		c.records, c.changes = min(c.records, 10_000), min(c.changes, 10_000) // 1 MB: make bench takes 5
		t.Run(c.name, func(t *testing.T) {
			want, got := c.documents()
			r, steps := compareCounting(t, want, got, c.format)
			if most := 20*c.records + 4*c.changes*c.changes; c.changes < c.records && steps > most {
				t.Errorf("%d steps: want at most %d", steps, most)
			}
			differences := c.changes
			if c.front {
				differences++
			}
			if len(r.Differences) != differences || len(r.NotAligned) > 0 {
				t.Errorf("%d differences, not aligned %v: want %d", len(r.Differences), r.NotAligned, differences)
			}
			if back, err := apply(want, c.format, r.Differences); err != nil {
				t.Error("apply:", err)
			} else if whole, _ := read(Got, got, c.format); !bytes.Equal(back, whole.text) {
				t.Error("differences do not give the second document")
			}
		})
	}
}

func TestCompareHardDocuments(t *testing.T) {
	const elements = 30_000
	deep := func(leaf string) string {
		return strings.Repeat(`{"a":[`, 4_999) + leaf + strings.Repeat(`]}`, 4_999)
	}
	wide := func(s string) string { return "[" + strings.Repeat(s+",", elements) + "0]" }
	padded := func(leaf string) string {
		return strings.Repeat(`{"a":"`+strings.Repeat("x", 200)+`","b":[`, 4_000) + leaf + strings.Repeat(`]}`, 4_000)
	}
	tests := []struct {
		name        string
		want, got   string
		differences int // -1: any number
	}{
		{"deep", deep("1"), deep("2"), 1},
		{"deep and long", padded("1"), padded("2"), 1},
		{"one value over and over", wide("1"), wide("1,1"), elements},
		{"two values in other places", wide("1,2"), wide("2,1"), -1},
		{"nothing in common", wide(`"a"`), wide(`{"a":1}`), elements},
		{"every string another", wide(`"a1b"`), wide(`"a2b"`), elements},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, steps := compareCounting(t, []byte(test.want), []byte(test.got), JSON)
			if most := 20*elements + 2*maxEdits*maxEdits; steps > most {
				t.Errorf("%d steps: want at most %d", steps, most)
			}
			if test.differences >= 0 && len(r.Differences) != test.differences {
				t.Errorf("%d differences, want %d", len(r.Differences), test.differences)
			}
			if back, err := apply([]byte(test.want), JSON, r.Differences); err != nil || string(back) != test.got {
				t.Errorf("differences do not give the second document: %v", err)
			}
		})
	}
}

func TestCompareMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("5 MB each")
	}
	want, got := corpus{records: 50_000, changes: 200, front: true, format: JSON}.documents()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if _, err := Compare(want, got, JSON, Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	allocated := int(after.TotalAlloc - before.TotalAlloc)
	if most := 10 * (len(want) + len(got)); allocated > most {
		t.Errorf("allocated %d bytes for documents of %d: want at most %d", allocated, len(want)+len(got), most)
	}
	t.Logf("allocated %.1f times the documents", float64(allocated)/float64(len(want)+len(got)))
}
