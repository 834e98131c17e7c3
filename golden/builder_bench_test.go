package golden

import (
	"fmt"
	"testing"
)

// A reference workflow's trace is five small events, about 400 bytes.
func BenchmarkBuilder(b *testing.B) {
	for _, test := range []struct {
		name   string
		events int
		value  []byte
	}{
		{"400 B", 5, []byte(`{"in":"3f2a","out":17}`)},
		{"4 KB", 5, document(700)},
		{"5 MB", 1, document(5 << 20)},
	} {
		canonical, err := AppendCanonical(nil, test.value)
		if err != nil {
			b.Fatal(err)
		}
		for _, input := range []struct {
			name  string
			value []byte
		}{{"canonical already", canonical}, {"as encoded", test.value}} {
			b.Run(fmt.Sprintf("%s/%s", test.name, input.name), func(b *testing.B) {
				o := BuildOptions{SpoolDir: b.TempDir()}
				b.ReportAllocs()
				for b.Loop() {
					trace := buildBenchmark(b, o, test.events, input.value)
					b.SetBytes(trace.Size())
					trace.Close()
				}
			})
		}
	}
}

func buildBenchmark(b *testing.B, o BuildOptions, events int, value []byte) *Trace {
	builder := NewBuilder(Header{Workflow: "compute", Seed: 7, Output: OutputSteps}, o)
	for range events {
		if err := builder.Add(KindStep, "pricing", value); err != nil {
			b.Fatal(err)
		}
	}
	trace, err := builder.End(End{Status: StatusOK})
	if err != nil {
		b.Fatal(err)
	}
	return trace
}

func BenchmarkReadTrace(b *testing.B) {
	for _, size := range []int{80, 5 << 20} {
		b.Run(fmt.Sprintf("events of %d bytes", size), func(b *testing.B) {
			o := BuildOptions{SpoolDir: b.TempDir()}
			trace := buildBenchmark(b, o, 5, document(size))
			defer trace.Close()
			b.ReportAllocs()
			b.SetBytes(trace.Size())
			for b.Loop() {
				again, err := ReadTrace(trace.Reader(), trace.Digest(), o)
				if err != nil {
					b.Fatal(err)
				}
				again.Close()
			}
		})
	}
}
