package cmd

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/gate"
	"github.com/shadowrun/shadowrun/replay"
)

// A path is a workflow's own words: it is shown as text, and stands in the rule as it is.
func TestAskRuleShowsPathsAsText(t *testing.T) {
	var out bytes.Buffer
	r := &review{app: &app{out: &out}, in: bufio.NewScanner(strings.NewReader("ignore\n\nknown\n"))}
	const path = "/at\x1b[2J"
	got, err := r.askRule(gate.Result{Case: gate.Case{Workflow: "flow", Seed: 1}, Verdict: replay.VerdictLeak,
		Differences: []replay.Difference{{Path: path, Kind: replay.Changed, Class: replay.ClassVolatile, Cause: replay.CauseClock}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(harness.RuleConfig{Ignore: path, Workflow: "flow", Reason: "known"}, got); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
	if !strings.Contains(out.String(), `path? (/at\x1b[2J)`) || strings.Contains(out.String(), "\x1b") {
		t.Errorf("it asks %q", out.String())
	}
}
