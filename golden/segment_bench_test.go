package golden

import (
	"fmt"
	"testing"
)

// BenchmarkSegmentsAdd measures durable goldens a second, and bytes on disk for each. A file each
// would take a block of 4096 bytes for all three sizes (8192 for the last with its header).
func BenchmarkSegmentsAdd(b *testing.B) {
	for _, size := range []int{256, 400, 4096} {
		for _, group := range []int{1, 9, 100} {
			b.Run(fmt.Sprintf("%dB/group=%d", size, group), func(b *testing.B) {
				dir := b.TempDir()
				s := openStore(b, dir, testRing(b), SegmentOptions{})
				traces := sampleTraces(b, 1, 1000, size)
				var bytes int64
				for _, t := range traces {
					bytes += t.Size()
				}
				b.ReportAllocs()
				var n int
				for b.Loop() {
					at := n % (len(traces) - group)
					mustAdd(b, s, traces[at:at+group]...)
					n += group
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "goldens/s")
				b.ReportMetric(float64(bytes)/float64(len(traces)), "B/golden")
				b.ReportMetric(float64(diskSize(b, dir, segmentSuffix))/float64(n), "diskB/golden")
			})
		}
	}
}

func BenchmarkSegmentsGet(b *testing.B) {
	for _, group := range []int{9, 100} {
		b.Run(fmt.Sprintf("400B/group=%d", group), func(b *testing.B) {
			s := openStore(b, b.TempDir(), testRing(b), SegmentOptions{})
			refs := mustAdd(b, s, sampleTraces(b, 1, group, 400)...)
			b.ReportAllocs()
			var n int
			for b.Loop() {
				t, err := s.Get(refs[n%group])
				if err != nil {
					b.Fatal(err)
				}
				t.Close()
				n++
			}
		})
	}
}

func BenchmarkVerifySegments(b *testing.B) {
	dir, ring := b.TempDir(), testRing(b)
	s := openStore(b, dir, ring, SegmentOptions{})
	traces := sampleTraces(b, 1, 900, 400)
	for at := 0; at < len(traces); at += 9 {
		mustAdd(b, s, traces[at:at+9]...)
	}
	mustClose(b, s)
	for b.Loop() {
		mustBeClean(b, dir, ring, nil)
	}
	b.ReportMetric(float64(b.N*len(traces))/b.Elapsed().Seconds(), "goldens/s")
}
