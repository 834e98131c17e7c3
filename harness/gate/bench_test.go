package gate

import (
	"fmt"
	"os/exec"
	"testing"

	"golang.org/x/sync/errgroup"
)

// benchCases and benchWorkers are those of both sides: a gate runs each case twice, and so does the bare loop.
const (
	benchCases   = 8
	benchWorkers = 2
)

// BenchmarkGate compares a gate in which all matches with a bare loop of the same processes.
func BenchmarkGate(b *testing.B) {
	for _, program := range []struct{ name, script string }{
		{"50ms", "sleep 0.05\n" + steady},
		{"at once", steady},
	} {
		r := repository{b, b.TempDir()}
		r.write("flow.sh", program.script)
		r.write("shadowrun.yaml", fmt.Sprintf("workers: %d\ngate: {seeds: {count: %d}}\nworkflows: [{name: flow, command: [sh, flow.sh, \"{seed}\"], output: json}]\n", benchWorkers, benchCases))
		r.accept()
		b.Run(program.name+"/bare", func(b *testing.B) {
			for b.Loop() {
				var group errgroup.Group
				group.SetLimit(benchWorkers)
				for n := range 2 * benchCases {
					c := exec.Command("sh", "flow.sh", fmt.Sprint(n))
					c.Dir = r.dir
					group.Go(func() error { _, err := c.Output(); return err })
				}
				if err := group.Wait(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*benchCases), "ms/case")
		})
		b.Run(program.name+"/gate", func(b *testing.B) {
			g := r.open(Scope{})
			for b.Loop() {
				report, err := g.Check(b.Context())
				if err != nil || report.Compared() != benchCases {
					b.Fatalf("%v, %d compared", err, report.Compared())
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*benchCases), "ms/case")
		})
	}
}
