//go:build linux && amd64

package lab

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// everything is pinned of what the tracer answers itself.
var everything = Treatment{"clock": DefaultInstant, "entropy": "1", "cputime": "zero"}

// unscheduled is everything that can be pinned but scheduling, which has all threads but one wait.
func unscheduled() Treatment {
	t := maps.Clone(pinnedTreatment())
	delete(t, "scheduling")
	return t
}

// way is how a program is started; by itself where there is no treatment at all.
type way struct {
	name      string
	treatment Treatment
}

func startWays() []way {
	return []way{{"plain", nil}, {"traced", Treatment{}}, {"treated", everything}, {"unscheduled", unscheduled()}, {"pinned", pinnedTreatment()}}
}

// startPrograms are short, and usual.
func startPrograms() [][]string {
	return [][]string{
		{"/bin/true"},
		{python(), "-c", "import time, random, json; time.sleep(0.02); print(random.random(), time.time())"},
		{"node", "-e", "setTimeout(() => console.log(Math.random(), Date.now()), 10)"},
	}
}

// start returns what starts a program once, in folders that are new.
func (w way) start(b testing.TB, argv ...string) func() {
	task := task(b, w.treatment, argv...)
	task.Dir = b.TempDir()
	if w.treatment == nil {
		return func() {
			cmd := exec.Command(task.Argv[0], task.Argv[1:]...)
			cmd.Dir, cmd.Env = task.Dir, task.Env // a variable can be all the difference to an interpreter's start
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	}
	return func() {
		if err := command(b, task).Run(); err != nil {
			b.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Join(task.Scratch, "work")); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart compares a program by itself, under the tracer alone, and treated.
func BenchmarkStart(b *testing.B) {
	for _, program := range startPrograms() {
		need(b, program[0])
		for _, way := range startWays() {
			b.Run(filepath.Base(program[0])+"/"+way.name, func(b *testing.B) {
				start := way.start(b, program...)
				for b.Loop() {
					start()
				}
			})
		}
	}
}

// loopCalls is how many calls testdata/loop.c makes, of which kinds.
const loopCalls = 20_000

var loopKinds = []string{"clock", "getrandom", "open", "device", "getppid"}

// BenchmarkCall is what one trapped call costs, in a loop of nothing else.
func BenchmarkCall(b *testing.B) {
	program := compile(b, "loop")
	for _, call := range loopKinds {
		for _, way := range startWays()[:3] {
			b.Run(call+"/"+way.name, func(b *testing.B) {
				start := way.start(b, program, call)
				for b.Loop() {
					start()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/loopCalls, "ns/call")
			})
		}
	}
}
