package cmd

import (
	"context"

	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// changedSince is what of the surroundings is not as it was when the golden was made; "" is nothing.
func (r *replays) changedSince() string {
	build := r.older.Circumstances.Build != r.runner.Builds()[r.planned.Workflow]
	environment := r.older.Circumstances.Environment != string(harness.Environment())
	switch {
	case build && environment:
		return "neither the workflow's files nor this machine are those that the golden was made with: this is another build and environment"
	case build:
		return "the workflow's files are not those that the golden was made with: this is another build"
	case environment:
		return "this machine is not as it was when the golden was made: this is another environment"
	}
	return ""
}

// drift tells what another build or environment does from a violation, as a soak would: if every replay differs, the run
// is replayed until it is known whether all of them agree.
func (r *replays) drift(ctx context.Context) error {
	if r.worst() != replay.VerdictViolation || r.planned.Variant != harness.VariantAgain || r.differ < r.compared || r.changedSince() == "" {
		return nil
	}
	result, err := r.runner.Check(ctx, r.planned, r.older, replay.DefaultAgain)
	if err != nil {
		return err
	}
	if result.Got != nil {
		defer result.Got.Close()
	}
	paths := map[string]bool{}
	for _, d := range result.Checked.Differences {
		paths[d.Path+"\x00"+d.GotPath] = true
	}
	agree := result.Checked.Verdict == replay.VerdictDrift
	for path := range r.known {
		agree = agree && paths[path]
	}
	first := len(r.rows)
	r.take(result)
	if !agree {
		return nil
	}
	r.pooled = result.Checked.Differences
	r.verdicts = map[replay.Verdict]int{replay.VerdictDrift: len(r.rows)}
	for i := range r.rows[:first] {
		r.rows[i].Verdict, r.rows[i].Found = replay.VerdictDrift, soak.Found(result.Checked)
	}
	return nil
}
