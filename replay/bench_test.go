package replay

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
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
