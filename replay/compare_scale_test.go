package replay

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The bounds are ten times what a slow core takes, so that they fail for an algorithm that is
// worse than near-linear and not for a busy machine.
const patience = 10 * time.Second

func TestCompareLargeDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("5 MB each")
	}
	for _, c := range corpora {
		t.Run(c.name, func(t *testing.T) {
			want, got := c.documents()
			start := time.Now()
			r, err := Compare(want, got, c.format, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > patience {
				t.Errorf("took %s: want at most %s", took, patience)
			}
			differences := c.changes
			if c.front {
				differences++
			}
			if len(r.Differences) != differences || len(r.NotAligned) > 0 {
				t.Errorf("%d differences, not aligned %v: want %d", len(r.Differences), r.NotAligned, differences)
			}
			if back, err := Apply(want, c.format, r.Differences); err != nil {
				t.Error("apply:", err)
			} else if whole, _ := read(Got, got, c.format); !bytes.Equal(back, whole.text) {
				t.Error("differences do not give the second document")
			}
		})
	}
}

func TestCompareHardDocuments(t *testing.T) {
	deep := func(leaf string) string {
		return strings.Repeat(`{"a":[`, 4_999) + leaf + strings.Repeat(`]}`, 4_999)
	}
	wide := func(s string) string { return "[" + strings.Repeat(s+",", 300_000) + "0]" }
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
		{"one value over and over", wide("1"), wide("1,1"), 300_000},
		{"two values in other places", wide("1,2"), wide("2,1"), -1},
		{"nothing in common", wide(`"a"`), wide(`{"a":1}`), 300_000},
		{"every string another", wide(`"a1b"`), wide(`"a2b"`), 300_000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			r, err := Compare([]byte(test.want), []byte(test.got), JSON, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if test.differences >= 0 && len(r.Differences) != test.differences {
				t.Errorf("%d differences, want %d", len(r.Differences), test.differences)
			}
			if back, err := Apply([]byte(test.want), JSON, r.Differences); err != nil || string(back) != test.got {
				t.Errorf("differences do not give the second document: %v", err)
			}
			if took := time.Since(start); took > patience {
				t.Errorf("took %s: want at most %s", took, patience)
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
