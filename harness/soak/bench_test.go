package soak_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/reference"
	"github.com/shadowrun/shadowrun/harness/soak"
)

// The figures of the README. Each benchmark of ours has the thing that it is measured against
// beside it; both run in one invocation, on the same machine and disk.

// python50ms keeps a CPU busy for some 30 ms after its start, and prints a small document.
const python50ms = `
import json, random, sys
r = random.Random(int(sys.argv[1]))
x = [r.random() for _ in range(60000)]
print(json.dumps({"sum": sum(sorted(x)), "n": len(x)}))
`

var commands = []struct {
	name    string
	command []string
	output  golden.Output
}{
	{"true", []string{"true"}, golden.OutputText},
	{"python", []string{"python3", "-c", python50ms, "{seed}"}, golden.OutputJSON},
}

const benchWorkers = 2

// BenchmarkCommand is the cost of a run and its replay, golden and ledger durable, against the
// same two processes, in the same environment, started by a bare loop at the same concurrency.
func BenchmarkCommand(b *testing.B) {
	for _, c := range commands {
		c.command[0] = program(b, c.command[0])
		b.Run(c.name+"/bare", func(b *testing.B) {
			var group errgroup.Group
			group.SetLimit(benchWorkers)
			for i := range 2 * b.N {
				group.Go(func() error {
					words := make([]string, len(c.command))
					for j, w := range c.command {
						words[j] = strings.ReplaceAll(w, "{seed}", strconv.Itoa(i/2))
					}
					process := exec.Command(words[0], words[1:]...)
					process.Env = []string{"HOME=" + os.Getenv("HOME"), "LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
					_, err := process.Output()
					return err
				})
			}
			if err := group.Wait(); err != nil {
				b.Fatal(err)
			}
		})
		b.Run(c.name+"/shadowrun", func(b *testing.B) {
			config := harness.Config{Dir: b.TempDir(), Workers: benchWorkers, RunsPerCycle: 100,
				Workflows: []harness.WorkflowConfig{{Name: "w", Command: c.command, Output: c.output}}}
			benchSoak(b, config, b.N)
		})
	}
}

// program finds a program itself: where python3 is a script that looks for the right one, that
// would be measured too.
func program(b *testing.B, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		b.Skipf("NOT MEASURED: %v", err)
	}
	if name == "python3" {
		out, err := exec.Command(path, "-c", "import sys; print(sys.executable)").Output()
		if err != nil {
			b.Fatal(err)
		}
		path = strings.TrimSpace(string(out))
	}
	return path
}

// BenchmarkReference is how many reference workflows a second are run, replayed and recorded,
// all durable, by the size of a cycle.
func BenchmarkReference(b *testing.B) {
	for _, perCycle := range []int{9, 100, 1000} {
		b.Run(fmt.Sprintf("%d-a-cycle", perCycle), func(b *testing.B) {
			dir := benchSoak(b, referenceConfig(perCycle), b.N)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "workflows/s")
			b.ReportMetric(float64(folderSize(b, soak.GoldenDir(dir)))/float64(b.N), "golden-B/op")
			b.ReportMetric(float64(folderSize(b, soak.LedgerPath(dir)))/float64(b.N), "ledger-B/op")
		})
	}
}

// BenchmarkMemory is the heap that is in use, and the most that the process ever had from the
// system, after so many in-process runs. b.N is ignored: it runs once.
func BenchmarkMemory(b *testing.B) {
	for _, runs := range []int{10_000, 1_000_000} {
		b.Run(strconv.Itoa(runs), func(b *testing.B) {
			benchSoak(b, referenceConfig(1000), runs)
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapInuse)/(1<<20), "heap-MiB")
			b.ReportMetric(peakMiB(b), "peak-MiB")
			b.ReportMetric(float64(runs)/b.Elapsed().Seconds(), "workflows/s")
		})
	}
}

func referenceConfig(perCycle int) harness.Config {
	config := harness.Config{Workers: benchWorkers, RunsPerCycle: perCycle, Variants: []harness.Variant{harness.VariantAgain}}
	for _, w := range reference.Workflows() {
		config.Workflows = append(config.Workflows, harness.WorkflowConfig{Name: w.Name()})
	}
	return config
}

// benchSoak runs a soak of at least so many runs and returns its state folder.
func benchSoak(b *testing.B, config harness.Config, runs int) string {
	b.Helper()
	none := harness.Duration(0)
	config.Interval = &none
	config.RunsPerCycle = min(config.RunsPerCycle, runs)
	config = config.Defaults()
	dir := b.TempDir()
	cycles := (runs + config.RunsPerCycle - 1) / config.RunsPerCycle
	b.ResetTimer()
	_, err := soak.Run(context.Background(), make(chan struct{}), soak.Options{
		Dir: dir, Config: config, Workflows: reference.Workflows(), Version: "bench", Cycles: cycles,
	})
	b.StopTimer()
	if err != nil {
		b.Fatal(err)
	}
	state, err := soak.View(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer state.Close()
	of, err := state.Soak(0)
	if err != nil {
		b.Fatal(err)
	}
	summary, err := soak.Summarize(state, of, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	if summary.Outcome != soak.Pass {
		b.Fatalf("%s: %s", summary.Outcome, summary.Why)
	}
	return dir
}

func folderSize(b *testing.B, path string) (size int64) {
	b.Helper()
	err := filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}

// peakMiB is VmHWM of /proc/self/status.
func peakMiB(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("NOT MEASURED: ", err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib / 1024
		}
	}
	b.Fatal("no VmHWM")
	return 0
}
