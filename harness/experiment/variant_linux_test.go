//go:build linux && amd64

package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
)

// forgetful counts to four with a checkpoint after each, and keeps the number but not the sum.
const forgetful = `
n=0 sum=0
[ ! -e $SHADOWRUN_CHECKPOINT/n ] || read -r n <$SHADOWRUN_CHECKPOINT/n
while [ $n -lt 4 ]; do
	n=$((n + 1)) sum=$((sum + n * $1))
	echo $n >$SHADOWRUN_CHECKPOINT/.n && mv $SHADOWRUN_CHECKPOINT/.n $SHADOWRUN_CHECKPOINT/n
	sleep 0.01
done
echo "{\"n\":$n,\"sum\":$sum}"
`

// What only a run that was killed and resumed shows is proven: a soak would call it a violation, and says why.
func TestForgetfulCheckpointIsExplained(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "flow.sh"), []byte(forgetful), 0o600); err != nil {
		t.Fatal(err)
	}
	config := harness.Config{Dir: dir, Workflows: []harness.WorkflowConfig{
		{Name: "flow", Command: []string{"sh", "flow.sh", "{seed}"}, Output: "json", Checkpoints: true}}}.Defaults()
	runner := &harness.Runner{Config: config, StateDir: t.TempDir(), SoakID: "1"}
	if err := runner.Prepare(); err != nil {
		t.Fatal(err)
	}
	defer runner.Close()
	at := harness.Position{Cycle: 1, Run: 1}
	x, err := Explain(t.Context(), Options{Runner: runner, Now: harness.Steady(time.Now),
		Run: harness.PlannedRun{Position: at, ID: at.String(), Workflow: "flow", Seed: 7}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range x.Fields {
		got = append(got, strings.Join([]string{f.Path, string(f.Class), string(f.Cause), f.Factor}, " "))
	}
	if d := cmp.Diff([]string{"/sum violation code resumed"}, got); d != "" {
		t.Errorf("%d runs, ended %s (-want +got)\n%s", x.Runs, x.Ended, d)
	}
}
