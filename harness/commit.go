package harness

import (
	"cmp"
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// What may wait to be committed. Cycles that end while others are being committed are
// committed together: one sync for many is what makes short cycles fast.
const (
	maxWaiting      = 64
	maxWaitingBytes = 64 << 20
)

// queue hands cycles from those who carry them out to the one who commits them.
type queue struct {
	cycles chan CycleResult
	room   *semaphore.Weighted // bytes
}

func newQueue() queue {
	return queue{make(chan CycleResult, maxWaiting), semaphore.NewWeighted(maxWaitingBytes)}
}

// put waits until there is room.
func (q queue) put(c CycleResult) {
	q.room.Acquire(context.Background(), min(c.bytes(), maxWaitingBytes)) // fails only where its context ends
	q.cycles <- c
}

// done gives up cycles that were taken.
func (q queue) done(batch []CycleResult) {
	for i := range batch {
		q.room.Release(min(batch[i].bytes(), maxWaitingBytes))
		batch[i].Close()
	}
}

// discard gives up all that is put until the end, so that nobody waits for room in vain.
func (q queue) discard() {
	for batch := q.take(); len(batch) > 0; batch = q.take() {
		q.done(batch)
	}
}

// take returns the cycles that wait, at least one; none where there will be no more.
func (q queue) take() (batch []CycleResult) {
	c, ok := <-q.cycles
	for ok {
		batch = append(batch, c)
		select {
		case c, ok = <-q.cycles:
		default:
			ok = false
		}
	}
	return batch
}

// commit commits cycles as they come, and tells of them.
func (r *Runner) commit(q queue) error {
	for batch := q.take(); len(batch) > 0; batch = q.take() {
		if err := r.Record.Commit(batch); err != nil {
			q.done(batch)
			return fmt.Errorf("cycle %d: commit: %w", batch[0].N, err)
		}
		r.committed.set(batch[len(batch)-1].N)
		for i := range batch {
			c := &batch[i]
			r.Tally.add(c, c.N == r.FirstCycle && r.Rest != nil)
			r.tell(c)
		}
		q.done(batch)
	}
	return nil
}

// add counts a cycle. One that makes up for what an earlier session abandoned was counted
// when it was first committed.
func (t *Tally) add(c *CycleResult, makesUp bool) {
	if makesUp {
		t.Abandoned -= int64(len(c.Runs))
	} else {
		t.Cycles++
		t.Runs += int64(len(c.Runs))
	}
	if c.Overrun > 0 {
		t.Overruns++
	}
	for _, run := range c.Runs {
		switch {
		case run.Trace != nil:
			t.Goldens++
		case run.Status == golden.StatusAbandoned:
			t.Abandoned++
		default:
			t.Unfinished++
		}
	}
	t.RechecksSkipped += int64(c.RechecksSkipped)
	for _, p := range c.Replays {
		t.Replays++
		t.Restorations += int64(p.Restorations)
		if p.Recheck {
			t.Rechecks++
		}
		*t.of(p.Checked.Verdict)++
	}
}

func (t *Tally) of(v replay.Verdict) *int64 {
	switch v {
	case replay.VerdictMatch:
		return &t.Match
	case replay.VerdictLeak:
		return &t.Leak
	case replay.VerdictViolation:
		return &t.Violation
	case replay.VerdictDrift:
		return &t.Drift
	default:
		return &t.Unknown
	}
}

// tell notifies of an acknowledged cycle, its failures first.
func (r *Runner) tell(c *CycleResult) {
	event := func(e Event) {
		e.At, e.Cycle, e.Tally = r.clock(), c.N, r.Tally
		r.Notify(e)
	}
	for _, text := range c.Notices {
		event(Event{Kind: EventNotice, Text: text})
	}
	for _, run := range c.Runs {
		if run.Trace == nil && run.Status != golden.StatusAbandoned {
			event(Event{Kind: EventFailed, Run: run.PlannedRun, Status: run.Status,
				Text: fmt.Sprintf("%s: %s: %s", run.PlannedRun, run.Status, run.Message)})
		}
	}
	for _, p := range c.Replays {
		if p.Checked.Verdict != replay.VerdictMatch {
			event(p.event())
		}
	}
	event(Event{Kind: EventCycle})
}

func (p *ReplayResult) event() Event {
	e := Event{Kind: EventVerdict, Run: p.PlannedRun, Verdict: p.Checked.Verdict}
	e.First = gravest(replay.Roots(p.Checked.Differences))
	e.Text = fmt.Sprintf("%s: %s under %s: %s", p.PlannedRun, p.Checked.Verdict, p.Variant, p.summary(e.First))
	return e
}

// gravest returns the first violation, or else the first difference; nil where there is none.
func gravest(roots []replay.Root) *replay.Difference {
	for i := range roots {
		if roots[i].Class == replay.ClassViolation {
			return &roots[i].Difference
		}
	}
	if len(roots) == 0 {
		return nil
	}
	return &roots[0].Difference
}

// summary says in a line what a replay found.
func (p *ReplayResult) summary(first *replay.Difference) string {
	if first == nil {
		return p.Checked.Why
	}
	text := fmt.Sprintf("%s %s (%s)", cmp.Or(first.Path, "the whole"), first.Kind, first.Cause)
	if more := len(p.Checked.Differences) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
