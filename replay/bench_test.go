package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/josephburnett/jd/v2"
	"github.com/wI2L/jsondiff"
)

// A corpus is two documents of records of about 100 bytes each.
type corpus struct {
	name    string
	records int
	changes int
	front   bool // insert a record at the front
	format  Format
}

var corpora = []corpus{
	{"4KB", 40, 2, false, JSON},
	{"100KB", 1_000, 10, false, JSON},
	{"100KB-front", 1_000, 10, true, JSON},
	{"5MB", 50_000, 200, false, JSON},
	{"5MB-front", 50_000, 200, true, JSON},
	{"5MB-lines", 50_000, 200, true, JSONLines},
	{"5MB-text", 50_000, 200, true, Text},
	{"5MB-every", 50_000, 50_000, true, JSON}, // every record has another time
}

// documents returns the corpus' two documents.
func (c corpus) documents() (want, got []byte) {
	rng := rand.New(rand.NewPCG(1, 2))
	changed := make(map[int]bool)
	for _, i := range rng.Perm(c.records)[:c.changes] {
		changed[i] = true
	}
	var w, g [][]byte
	if c.front {
		g = append(g, []byte(`{"amount":0.5,"at":0,"id":"new","items":[1,2,3],"note":"nothing much","state":"open"}`))
	}
	for i := range c.records {
		record := func(at int) []byte {
			return fmt.Appendf(nil, `{"amount":%d.%02d,"at":%d,"id":"order-%06d","items":[%d,%d,3],"note":"nothing much","state":"open"}`,
				i%977, i%100, at, i, i%7, i%5)
		}
		at := 1_700_000_000 + i
		w = append(w, record(at))
		if changed[i] {
			at += 1_000_000
		}
		g = append(g, record(at))
	}
	if c.format == JSON {
		list := func(records [][]byte) []byte {
			return append(append([]byte(`{"orders":[`), bytes.Join(records, []byte(","))...), `],"version":1}`...)
		}
		return list(w), list(g)
	}
	return append(bytes.Join(w, []byte("\n")), '\n'), append(bytes.Join(g, []byte("\n")), '\n')
}

func BenchmarkCompare(b *testing.B) {
	for _, c := range corpora {
		b.Run(c.name, func(b *testing.B) {
			want, got := c.documents()
			differences := c.changes
			if c.front {
				differences++
			}
			b.SetBytes(int64(len(want) + len(got)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := Compare(want, got, c.format, Options{})
				if err != nil || len(r.Differences) != differences || len(r.NotAligned) > 0 {
					b.Fatalf("%d differences, %v, %v: want %d", len(r.Differences), r.NotAligned, err, differences)
				}
			}
		})
	}
}

func BenchmarkCompareTraces(b *testing.B) {
	for _, records := range []int{40, 50_000} {
		c := corpus{records: records, changes: 2 + records/250, front: true, format: JSONLines}
		b.Run(fmt.Sprintf("%d-events", records), func(b *testing.B) {
			want, got := c.documents()
			wantTrace, gotTrace := traceOfLines(want), traceOfLines(got)
			b.SetBytes(int64(len(wantTrace) + len(gotTrace)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := CompareTraces(wantTrace, gotTrace, Options{})
				if err != nil || len(r.Differences) != c.changes+1 {
					b.Fatalf("%d differences, %v: want %d", len(r.Differences), err, c.changes+1)
				}
			}
		})
	}
}

// traceOfLines makes a trace whose output is JSON Lines.
func traceOfLines(document []byte) []byte {
	lines := bytes.Split(bytes.TrimSuffix(document, []byte("\n")), []byte("\n"))
	events := make([]string, len(lines))
	for i, line := range lines {
		events[i] = "out " + string(line)
	}
	return []byte(traceOf("jsonl", 7, ended, events...))
}

// BenchmarkCompareOthers does the work of BenchmarkCompare, from bytes to differences, with
// other libraries. At 5 MB jd and jsondiff's LCS are left out: they were killed after 120 s, as
// time and memory of both grow with the square of an array's length. Without LCS, jsondiff compares
// arrays by position, which at the front costs a difference an element. go-cmp aligns too, but
// decoding into any rounds numbers.
func BenchmarkCompareOthers(b *testing.B) {
	libraries := []struct {
		name      string
		quadratic bool
		compare   func(want, got []byte) (different bool, err error)
	}{
		{"go-cmp", false, func(want, got []byte) (bool, error) {
			var w, g any
			if err := json.Unmarshal(want, &w); err != nil {
				return false, err
			}
			if err := json.Unmarshal(got, &g); err != nil {
				return false, err
			}
			return cmp.Diff(w, g) != "", nil
		}},
		{"jsondiff", false, func(want, got []byte) (bool, error) {
			patch, err := jsondiff.CompareJSON(want, got)
			return len(patch) > 0, err
		}},
		{"jsondiff-lcs", true, func(want, got []byte) (bool, error) {
			patch, err := jsondiff.CompareJSON(want, got, jsondiff.LCS())
			return len(patch) > 0, err
		}},
		{"jd", true, func(want, got []byte) (bool, error) {
			w, err := jd.ReadJsonString(string(want))
			if err != nil {
				return false, err
			}
			g, err := jd.ReadJsonString(string(got))
			if err != nil {
				return false, err
			}
			return len(w.Diff(g)) > 0, nil
		}},
	}
	for _, c := range corpora {
		if c.format != JSON || c.changes == c.records {
			continue
		}
		want, got := c.documents()
		for _, l := range libraries {
			b.Run(c.name+"/"+l.name, func(b *testing.B) {
				if l.quadratic && c.records > 1_000 {
					b.Skip("quadratic: killed after 120 s")
				}
				b.SetBytes(int64(len(want) + len(got)))
				b.ReportAllocs()
				for b.Loop() {
					if different, err := l.compare(want, got); err != nil || !different {
						b.Fatalf("different: %t, %v", different, err)
					}
				}
			})
		}
	}
}
