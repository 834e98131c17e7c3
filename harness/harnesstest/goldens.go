package harnesstest

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay"
)

// golden compares a run with the golden that the repository has of it.
func (c *check) golden(run harness.PlannedRun, e harness.Execution) error {
	folder, err := golden.OpenFolder(c.goldens)
	if err != nil {
		return err
	}
	if update() {
		return folder.Put(e.Trace)
	}
	want, err := folder.Get(run.Workflow, run.Seed)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; SHADOWRUN_UPDATE=1 go test writes it", err)
	}
	if err != nil {
		return err
	}
	defer want.Close()
	if want.Digest() == e.Trace.Digest() {
		return nil
	}
	return c.compare(run, want, e.Trace)
}

func (c *check) compare(run harness.PlannedRun, want, got *golden.Trace) error {
	rules, err := c.runner.Config.RuleSet(run.Workflow)
	if err != nil {
		return err
	}
	wantText, err := want.Bytes()
	if err != nil {
		return err
	}
	gotText, err := got.Bytes()
	if err != nil {
		return err
	}
	result, err := replay.CompareTraces(wantText, gotText, replay.Options{Rules: rules})
	if err != nil || result.Equal() {
		return err
	}
	ds := replay.Classify(result.Differences, replay.Evidence{WantDoc: wantText, GotDoc: gotText})
	return fmt.Errorf("it is not what the golden in %s says; SHADOWRUN_UPDATE=1 go test accepts it:%s", c.goldens, text(ds))
}
