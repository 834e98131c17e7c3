package serve

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// RunBounds are the lengths of time that runs are told apart by: few, as each is a series for each
// workflow, from a Go function's to a container's.
var RunBounds = []time.Duration{
	time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond,
	5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute,
}

// verdicts are all that there are, in the order in which they are told.
var verdicts = []replay.Verdict{
	replay.VerdictMatch, replay.VerdictLeak, replay.VerdictViolation, replay.VerdictDrift, replay.VerdictUnknown,
}

// Workflow is a workflow's share in a soak. Runs that were abandoned are not in it, as they come again.
type Workflow struct {
	Name     string
	Runs     int64
	Duration time.Duration // of all of them
	Buckets  []int64       // runs by the first of [RunBounds] that they did not exceed; the last: none
	Verdicts map[replay.Verdict]int64
}

func cloned(workflows map[string]Workflow) map[string]Workflow {
	clones := maps.Clone(workflows)
	for name, w := range clones {
		w.Buckets, w.Verdicts = slices.Clone(w.Buckets), maps.Clone(w.Verdicts)
		clones[name] = w
	}
	return clones
}

// shares counts on by workflow, from where it was. The last cycle may come once more, for what
// was abandoned of it, so that it is counted anew each time.
type shares struct {
	soak       ledger.SoakID
	started    time.Time // of the soak: a folder that was emptied has another one of its number
	seen       time.Time // when who asked last looked
	checkpoint int       // that was counted up to
	settled    map[string]Workflow
	cycle      int // the last one in settled
	replay     int64
	counted    []Workflow
}

// follow counts what was committed since it was asked last.
func (s *shares) follow(o monitor.Observation) ([]Workflow, error) {
	if o.At.Before(s.seen) {
		return s.counted, nil // who saw more was faster
	}
	s.seen = o.At
	if o.Unread != nil || o.Soak.ID == 0 {
		*s = shares{seen: o.At}
		return nil, nil
	}
	if s.soak != o.Soak.ID || !s.started.Equal(o.Soak.Started) || o.Last.N < s.checkpoint {
		*s = shares{seen: o.At, soak: o.Soak.ID, started: o.Soak.Started, settled: map[string]Workflow{}}
		for _, w := range o.Config.Workflows {
			s.settled[w.Name] = newWorkflow(w.Name)
		}
	}
	if s.counted != nil && s.checkpoint == o.Last.N {
		return s.counted, nil
	}
	l, err := ledger.View(soak.LedgerPath(o.Dir))
	if err != nil {
		return s.counted, err
	}
	defer l.Close()
	err = s.count(l, o.Last)
	return s.counted, err
}

// count changes nothing where it fails, so that nothing is counted twice.
func (s *shares) count(l *ledger.Reader, last ledger.Checkpoint) error {
	settled := cloned(s.settled)
	if before := last.Cycle - 1; before > s.cycle {
		if err := addRuns(settled, l, ledger.Filter{Soak: s.soak, FirstCycle: s.cycle + 1, LastCycle: before}); err != nil {
			return err
		}
	}
	found, upTo, err := l.VerdictShares(s.soak, s.replay)
	if err != nil {
		return err
	}
	for _, v := range found {
		w := named(settled, v.Workflow)
		w.Verdicts[v.Verdict] += v.Replays
	}
	open := cloned(settled)
	if last.N > 0 {
		if err := addRuns(open, l, ledger.Filter{Soak: s.soak, FirstCycle: last.Cycle, LastCycle: last.Cycle}); err != nil {
			return err
		}
	}
	s.settled, s.cycle, s.replay, s.checkpoint = settled, max(s.cycle, last.Cycle-1), upTo, last.N
	s.counted = slices.SortedFunc(maps.Values(open), func(a, b Workflow) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

func addRuns(to map[string]Workflow, l *ledger.Reader, f ledger.Filter) error {
	found, err := l.RunShares(f, RunBounds)
	for _, share := range found {
		w := named(to, share.Workflow)
		w.Runs += share.Runs
		w.Duration += share.Duration
		w.Buckets[share.Bucket] += share.Runs
		to[share.Workflow] = w
	}
	return err
}

func named(in map[string]Workflow, name string) Workflow {
	if _, known := in[name]; !known {
		in[name] = newWorkflow(name)
	}
	return in[name]
}

func newWorkflow(name string) Workflow {
	w := Workflow{Name: name, Buckets: make([]int64, len(RunBounds)+1), Verdicts: map[replay.Verdict]int64{}}
	for _, v := range verdicts {
		w.Verdicts[v] = 0
	}
	return w
}
