//go:build linux && amd64

package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// everything is pinned of what the tracer answers itself.
var everything = Treatment{"clock": DefaultInstant, "entropy": "1", "cputime": "zero"}

// BenchmarkStart compares a program by itself, under the tracer alone, and treated.
func BenchmarkStart(b *testing.B) {
	for _, program := range [][]string{
		{"/bin/true"},
		{python(), "-c", "import time, random, json; time.sleep(0.02); print(random.random(), time.time())"},
		{"node", "-e", "setTimeout(() => console.log(Math.random(), Date.now()), 10)"},
	} {
		need(b, program[0])
		name := filepath.Base(program[0])
		b.Run(name+"/plain", func(b *testing.B) {
			for b.Loop() {
				if err := exec.Command(program[0], program[1:]...).Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
		for _, way := range []struct {
			name      string
			treatment Treatment
		}{{"traced", nil}, {"treated", everything}} {
			b.Run(name+"/"+way.name, func(b *testing.B) {
				task := task(b, way.treatment, program...)
				for b.Loop() {
					if err := command(b, task).Run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkCall is what one trapped call costs, in a loop of nothing else.
func BenchmarkCall(b *testing.B) {
	program := compile(b, "loop")
	for _, call := range []string{"clock", "getrandom", "open", "device", "getppid"} {
		for _, way := range []struct {
			name      string
			treatment Treatment
		}{{"plain", nil}, {"treated", everything}} {
			b.Run(call+"/"+way.name, func(b *testing.B) {
				scratch := b.TempDir()
				const calls = 20000
				for b.Loop() {
					argv := []string{program, call}
					cmd := exec.Command(argv[0], argv[1:]...)
					if way.treatment != nil {
						task := task(b, way.treatment, argv...)
						task.Scratch = scratch
						cmd = command(b, task)
					}
					cmd.Stderr = os.Stderr
					if err := cmd.Run(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/calls, "ns/call")
			})
		}
	}
}
