//go:build linux

package proc

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkRun compares runs with a bare loop of os/exec, which keeps the output, too, but neither
// limits nor clears anything: for a program that takes no time, and one that sleeps for 50 ms.
func BenchmarkRun(b *testing.B) {
	ways := []struct {
		name string
		run  func(argv []string) bool
	}{
		{"bare", func(argv []string) bool {
			var out, err bytes.Buffer
			cmd := exec.Command(argv[0], argv[1:]...)
			cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &err
			return cmd.Run() == nil
		}},
		{"proc", func(argv []string) bool {
			s := new(capture).spec(argv...)
			s.MaxProcesses = 100
			return Run(b.Context(), s).Status == Exited
		}},
	}
	for _, program := range [][]string{{"/bin/true"}, {"/bin/sleep", "0.05"}} {
		name := filepath.Base(program[0])
		for _, workers := range []int{1, 3} {
			for _, way := range ways {
				b.Run(fmt.Sprintf("%s/%d/%s", name, workers, way.name), func(b *testing.B) {
					var next atomic.Int64
					var all sync.WaitGroup
					for range workers {
						all.Go(func() {
							for next.Add(1) <= int64(b.N) {
								if !way.run(program) {
									b.Error("it failed")
								}
							}
						})
					}
					all.Wait()
				})
			}
		}
	}
}
