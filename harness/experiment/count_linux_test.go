//go:build linux && amd64

package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay/external"
)

// Every execution counts in the budget, the one by whose calls others are answered, too.
func TestEveryExecutionCounts(t *testing.T) {
	for _, mode := range []external.Mode{external.Record, external.Live} {
		t.Run(string(mode), func(t *testing.T) {
			dir := t.TempDir()
			count := filepath.Join(dir, "count")
			const script = `echo >>"$1"; echo "{\"seed\":$2,\"noise\":$(od -An -N1 -tu1 /dev/urandom)}"`
			config := harness.Config{Dir: dir, Workflows: []harness.WorkflowConfig{
				{Name: "flow", Command: []string{"sh", "-c", script, "sh", count, "{seed}"}, Output: "json", External: mode}}}.Defaults()
			runner := &harness.Runner{Config: config, StateDir: t.TempDir(), SoakID: "1"}
			if err := runner.Prepare(); err != nil {
				t.Fatal(err)
			}
			defer runner.Close()
			at := harness.Position{Cycle: 1, Run: 1}
			x, err := Explain(t.Context(), Options{Runner: runner, Now: harness.Steady(time.Now), Budget: harness.Budget{Runs: 60},
				Run: harness.PlannedRun{Position: at, ID: at.String(), Workflow: "flow", Seed: 7}})
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(count)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), "\n"); n != x.Runs || n > x.MaxRuns {
				t.Errorf("%d executions, %d runs of %d are told", n, x.Runs, x.MaxRuns)
			}
		})
	}
}
