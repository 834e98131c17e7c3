package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// batch is a transaction's worth of cycles: checked and counted one by one, then written
// table by table, parents first.
type batch struct {
	c          *connection
	soak       SoakID
	progress   *progress
	workflows  map[string]int64
	lastReplay int64 // the id given last

	cycles, runs, replays, differences *inserter
}

func (c *connection) newBatch(ctx context.Context, soak SoakID, p *progress) (*batch, error) {
	last, err := c.number(ctx, "SELECT ifnull(max(id), 0) FROM replays")
	return &batch{
		c: c, soak: soak, progress: p, workflows: map[string]int64{}, lastReplay: last,
		cycles: c.insertInto("cycles", "soak, n, started_ns, ended_ns, overrun_ns"),
		runs: c.insertInto("runs", `id, workflow, seed, status, exit, signal, message, digest, place, size,
			started_ns, duration_ns, pid, stderr, circumstances`),
		replays: c.insertInto("replays", `id, run, cycle, kind, variant, verdict, replays, differing, differences,
			got_digest, got_place, why, started_ns, duration_ns, restorations`),
		differences: c.insertInto("differences", `replay, n, path, got_path, kind, want, want_cut, got, got_cut,
			class, cause, suspected, why, derived_from, rule`),
	}, err
}

// cycle checks a cycle, counts it and queues its rows.
func (b *batch) cycle(ctx context.Context, cycle Cycle) error {
	sums := &b.progress.checkpoint.Counters
	again, err := b.follows(cycle.N)
	if err != nil {
		return err
	}
	if again {
		if err := b.makeUp(ctx, cycle); err != nil {
			return err
		}
	} else {
		b.progress.abandoned = 0
		sums.Cycles++
		b.cycles.add(b.soak, cycle.N, nanos(cycle.Started), nanos(cycle.Ended), int64(cycle.Overrun))
	}
	b.progress.checkpoint.Cycle = cycle.N
	for _, run := range cycle.Runs {
		if err := b.run(ctx, cycle.N, run); err != nil {
			return err
		}
	}
	for _, p := range cycle.Replays {
		p.Cycle = cycle.N
		if err := sums.addReplay(p); err != nil {
			return err
		}
		if err := b.replay(p); err != nil {
			return err
		}
	}
	if cycle.Overrun > 0 {
		sums.Overruns++
	}
	sums.RechecksSkipped += int64(cycle.RechecksSkipped)
	sums.GoldenBytes += cycle.GoldenBytes
	return nil
}

// follows reports whether cycle n comes once more, and refuses it where it may not come now.
func (b *batch) follows(n int) (again bool, err error) {
	last, any := b.progress.checkpoint.Cycle, b.progress.checkpoint.Cycles > 0
	switch {
	case !any || n == last+1:
		return false, nil
	case n == last && b.progress.abandoned > 0:
		return true, nil
	case n <= last:
		return false, ErrAlreadyCommitted
	}
	return false, fmt.Errorf("the last one committed is %d, so the next is %d", last, last+1)
}

// makeUp takes away the abandoned runs that cycle brings again.
func (b *batch) makeUp(ctx context.Context, cycle Cycle) error {
	for _, run := range cycle.Runs {
		key := RunKey{b.soak, cycle.N, run.Position}
		result, err := b.c.exec(ctx, "DELETE FROM runs WHERE id = ? AND status = 'abandoned'", key.id())
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fmt.Errorf("run %s was not abandoned: %w", key, ErrAlreadyCommitted))
		}
		b.progress.checkpoint.addRun(Run{Status: golden.StatusAbandoned}, -1)
		b.progress.abandoned--
	}
	_, err := b.c.exec(ctx, "UPDATE cycles SET ended_ns = ?, overrun_ns = overrun_ns + ? WHERE soak = ? AND n = ?",
		nanos(cycle.Ended), int64(cycle.Overrun), b.soak, cycle.N)
	return err
}

func (b *batch) run(ctx context.Context, cycle int, r Run) error {
	key := RunKey{b.soak, cycle, r.Position}
	if r.Soak != 0 && r.RunKey != key {
		return fmt.Errorf("run %s of soak %d does not belong to it", r.RunKey, r.Soak)
	}
	if err := key.check(); err != nil {
		return err
	}
	workflow, err := b.workflow(ctx, r.Workflow)
	if err != nil {
		return fmt.Errorf("run %s: %w", key, err)
	}
	if r.Status == golden.StatusAbandoned {
		if !r.Digest.IsZero() {
			return fmt.Errorf("run %s was abandoned, and yet has a golden", key)
		}
		b.progress.abandoned++
	}
	stderr := r.Stderr
	if over := len(stderr) - MaxStderr; over > 0 {
		stderr = stderr[over:]
	}
	b.progress.checkpoint.addRun(r, 1)
	b.runs.add(key.id(), workflow, int64(r.Seed), string(r.Status), r.Exit, text(r.Signal), text(r.Message),
		digest(r.Digest), text(r.Place), r.Size, nanos(r.Started), int64(r.Duration), r.PID, blob(stderr), text(string(r.Circumstances)))
	return nil
}

// workflow returns the number that stands for a workflow's name. It is looked up once a
// batch, so that a transaction that fails leaves no number behind that is not in the file.
func (b *batch) workflow(ctx context.Context, name string) (int64, error) {
	if id, ok := b.workflows[name]; ok {
		return id, nil
	}
	if _, err := b.c.exec(ctx, "INSERT INTO workflows (name) VALUES (?) ON CONFLICT DO NOTHING", name); err != nil {
		return 0, err
	}
	id, err := b.c.number(ctx, "SELECT id FROM workflows WHERE name = ?", name)
	if err == nil {
		b.workflows[name] = id
	}
	return id, err
}

// replay queues a replay and its differences.
func (b *batch) replay(p Replay) error {
	if err := p.Run.check(); err != nil {
		return err
	}
	b.lastReplay++
	found := p.Found
	if p.Verdict == replay.VerdictMatch {
		found = nil // or a rule that covers a clock would cost a row a run
	}
	b.replays.add(b.lastReplay, p.Run.id(), p.Cycle, string(p.Kind), p.Variant, string(p.Verdict), p.Replays, p.Differing,
		max(p.Differences, len(p.Found)), digest(p.GotDigest), text(p.GotPlace), text(p.Why), nanos(p.Started), int64(p.Duration), p.Restorations)
	for n, d := range found[:min(len(found), MaxDifferences)] {
		want, wantCut, err := cut(d.Want)
		if err != nil {
			return fmt.Errorf("replay of %s: difference at %q: %w", p.Run, d.Path, err)
		}
		got, gotCut, err := cut(d.Got)
		if err != nil {
			return fmt.Errorf("replay of %s: difference at %q: %w", p.Run, d.Path, err)
		}
		b.differences.add(b.lastReplay, n, d.Path, d.GotPath, string(d.Kind), want, wantCut, got, gotCut,
			string(d.Class), string(d.Cause), d.Suspected, text(d.Why), text(d.DerivedFrom), text(d.Rule))
	}
	return nil
}

// finish writes what is queued, then what refers to it.
func (b *batch) finish(ctx context.Context, cycles []Cycle) error {
	for _, in := range []*inserter{b.cycles, b.runs, b.replays, b.differences} {
		if err := in.flush(ctx); err != nil {
			return err
		}
	}
	for _, cycle := range cycles {
		for _, s := range cycle.Findings {
			if err := b.c.sight(ctx, b.soak, s); err != nil {
				return err
			}
		}
		for _, a := range cycle.Rules {
			if err := b.c.audit(ctx, b.soak, a); err != nil {
				return err
			}
		}
	}
	c := b.progress.checkpoint
	in := b.c.insertInto("checkpoints", "soak, n, session, cycle, committed_ns, "+counterColumns)
	in.add(append([]any{b.soak, c.N, c.Session, c.Cycle, nanos(c.Committed)}, c.values()...)...)
	return in.flush(ctx)
}

// text, blob and digest store what is empty as NULL.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func digest(d golden.Digest) any {
	if d.IsZero() {
		return nil
	}
	return d[:]
}
