// Package harnesstest checks in an engine's own go test that a workflow is deterministic:
//
//	func TestPricing(t *testing.T) { harnesstest.Check(t, pricing.Workflow{}) }
//
// Each seed is run and replayed; a [harness.Resumable] workflow is also killed after a
// checkpoint and resumed, in a child of the test binary. A difference that no rule covers fails
// the test, with its class, cause and the values.
package harnesstest

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay"
)

// Option changes what [Check] does.
type Option func(*check)

// Seeds replaces the seeds that are run, which are 1 to 5.
func Seeds(seeds ...uint64) Option { return func(c *check) { c.seeds = seeds } }

// Times replaces how often each seed is replayed, which is twice.
func Times(n int) Option { return func(c *check) { c.times = n } }

// Rules says what need not be the same, each with a reason.
func Rules(rules ...harness.RuleConfig) Option { return func(c *check) { c.rules = rules } }

// Goldens also compares with goldens that are kept in a folder of the repository, so that a
// change of behaviour shows. With SHADOWRUN_UPDATE=1 in the environment they are written; never
// where CI is set.
func Goldens(dir string) Option { return func(c *check) { c.goldens = dir } }

type check struct {
	t        testing.TB
	workflow harness.Workflow
	seeds    []uint64
	times    int
	rules    []harness.RuleConfig
	goldens  string
	runner   *harness.Runner
	state    string
}

// Check fails t if the workflow does not do the same again, given the same seed.
func Check(t testing.TB, w harness.Workflow, options ...Option) {
	t.Helper()
	harness.RunChild(w)
	c := &check{t: t, workflow: w, seeds: []uint64{1, 2, 3, 4, 5}, times: 2, state: t.TempDir()}
	for _, o := range options {
		o(c)
	}
	if len(c.seeds) == 0 || c.times < 1 {
		t.Fatal("harnesstest: nothing to check: no seeds, or no replays")
	}
	if err := c.prepare(); err != nil {
		t.Fatalf("harnesstest: %s: %v", w.Name(), err)
	}
	for _, seed := range c.seeds {
		c.seed(seed)
	}
}

func (c *check) prepare() error {
	_, resumable := c.workflow.(harness.Resumable)
	config := harness.Config{Rules: c.rules, Workflows: []harness.WorkflowConfig{{Name: c.workflow.Name(), Checkpoints: resumable}}}.Defaults()
	if err := config.Validate(); err != nil {
		return err
	}
	c.runner = &harness.Runner{
		Config:    config,
		Workflows: []harness.Workflow{c.workflow},
		StateDir:  c.state,
		SelfArgs:  []string{"-test.run=" + onlyThis(c.t.Name()), "-test.count=1"},
	}
	return c.runner.Prepare()
}

// onlyThis is the pattern that makes a test binary run one test, subtests included.
func onlyThis(name string) string {
	var parts []string
	for _, part := range strings.Split(name, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return strings.Join(parts, "/")
}

// seed runs one seed and replays it, in each variant that the workflow has.
func (c *check) seed(seed uint64) {
	c.t.Helper()
	at := harness.Position{Cycle: 1, Run: 1}
	run := harness.PlannedRun{Position: at, ID: at.String(), Workflow: c.workflow.Name(), Seed: seed, Variant: harness.VariantAgain}
	e := c.runner.Execute(context.Background(), run)
	defer e.Close()
	if e.Trace == nil {
		c.t.Errorf("%s, seed %d: %s: %s", c.workflow.Name(), seed, e.Status, e.Message)
		return
	}
	older := harness.OlderRun{Trace: e.Trace, Circumstances: &e.Circumstances, Checkpoints: e.Checkpoints}
	c.replay(run, older, c.times)
	if _, resumable := c.workflow.(harness.Resumable); resumable && e.Checkpoints > 0 {
		run.Variant, run.Kill = harness.VariantResumed, 0.5
		c.replay(run, older, 1)
	}
	if c.goldens != "" {
		if err := c.golden(run, e); err != nil {
			c.t.Errorf("%s, seed %d: %v", c.workflow.Name(), seed, err)
		}
	}
}

func (c *check) replay(run harness.PlannedRun, of harness.OlderRun, times int) {
	c.t.Helper()
	err := c.runner.Replay(context.Background(), run, of, times, func(result *harness.ReplayResult) {
		if v := result.Checked.Verdict; v != replay.VerdictMatch {
			c.t.Errorf("%s, seed %d, replayed under %s: %s: %s%s", run.Workflow, run.Seed, run.Variant, v,
				result.Checked.Why, text(result.Checked.Differences))
		}
	})
	if err != nil {
		c.t.Errorf("%s, seed %d: %v", run.Workflow, run.Seed, err)
	}
}

// maxShown is how many differences a failure shows.
const maxShown = 10

// text renders classified differences for a test's log.
func text(ds []replay.Difference) string {
	var out strings.Builder
	for i, d := range ds {
		if i == maxShown {
			fmt.Fprintf(&out, "\n  … %d more", len(ds)-i)
			break
		}
		fmt.Fprintf(&out, "\n  %s %s: %s, %s: %s\n    - %.200s\n    + %.200s", d.Path, d.Kind, d.Class, d.Cause, d.Why, d.Want, d.Got)
	}
	return out.String()
}

func update() bool { return os.Getenv("SHADOWRUN_UPDATE") != "" && os.Getenv("CI") == "" }
