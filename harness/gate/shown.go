package gate

import (
	"context"
	"crypto/sha256"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/replay"
)

// What is accepted is shown first, also where there is no golden to compare with.

// damaged runs a case whose golden is not as it was stored, and notes what differs from what its file holds, or where that
// can't be read the new trace. It stays unknown: somebody's edit is no golden.
func (g *Gate) damaged(ctx context.Context, runner *harness.Runner, r Result) Result {
	held, err := g.folder.Held(r.Workflow, r.Seed)
	if err != nil {
		e := runner.Execute(ctx, r.run())
		defer e.Close()
		r.Why += "; what it was can't be shown"
		if e.Trace == nil {
			return r
		}
		r.fails(failed(e.Trace.End(), e.Stderr))
		return r.opening(e.Trace)
	}
	defer held.Close()
	checked, err := runner.Check(ctx, r.run(), g.older(r.Case, held), -1)
	if err != nil { // stopped
		return r
	}
	switch checked.Checked.Verdict {
	case replay.VerdictUnknown:
		return r
	case replay.VerdictMatch:
		r.Why += "; what it holds is what this build does"
		return r
	}
	if checked.Got != nil {
		r.fails(newlyFailed(held.End(), checked))
		checked.Got.Close()
	}
	r.Differences = checked.Checked.Differences
	return r.fold(held)
}

// shownLines is how many lines of a new trace are shown.
const shownLines = 10

// opening notes the first lines of a trace that there is nothing to compare with, after its header.
func (r Result) opening(t *golden.Trace) Result {
	digest := sha256.New()
	n := -1
	for line, err := range t.Lines() {
		if err != nil {
			return r // what is not shown is as true
		}
		if n++; n == 0 {
			continue
		}
		digest.Write(append(line[:len(line):len(line)], '\n'))
		if n <= shownLines {
			r.New = append(r.New, cut(string(line)))
		}
	}
	r.NewMore = max(0, n-shownLines)
	digest.Sum(r.NewDigest[:0])
	return r
}
