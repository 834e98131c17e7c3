package soak

import (
	"bytes"
	"iter"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/ledger"
)

// Seedless is a workflow that did the same whatever its seed was: its replays match, and show little.
type Seedless struct {
	First ledger.Run
	Seeds int // that were compared
}

// How many seeds are compared, and in how many cycles they are looked for. Of a workflow that takes its seed, two do.
const (
	mostSeeds   = 5
	fewestSeeds = 3
	firstCycles = 20
)

// seedless returns the workflows of which the first runs, each with another seed, left the same trace, but for the seed in its
// header. Goldens that can't be read any more say nothing here: verifying them is about that.
func (s *State) seedless(of ledger.SoakID, workflows []string) ([]Seedless, error) {
	var all []Seedless
	for _, name := range workflows {
		x, err := s.seedlessOf(of, name)
		if err != nil {
			return nil, err
		}
		if x.Seeds >= fewestSeeds {
			all = append(all, x)
		}
	}
	return all, nil
}

// seedlessOf is zero where two seeds left different traces.
func (s *State) seedlessOf(of ledger.SoakID, workflow string) (x Seedless, err error) {
	seen := map[uint64]bool{}
	var first *golden.Trace
	for run, err := range s.Ledger.Runs(ledger.Filter{Soak: of, Workflow: workflow, LastCycle: firstCycles}) {
		if err != nil {
			return x, err
		}
		if run.Place == "" || seen[run.Seed] {
			continue
		}
		trace, err := s.Golden.Get(golden.Ref{Digest: run.Digest, Place: run.Place})
		if err != nil {
			continue
		}
		defer trace.Close()
		if first == nil {
			first, x.First = trace, run
		} else if !sameButForHeaders(first, trace) {
			return Seedless{}, nil
		}
		seen[run.Seed] = true
		if x.Seeds++; x.Seeds == mostSeeds {
			break
		}
	}
	return x, nil
}

// sameButForHeaders compares all lines but the first, up to the first that differs.
func sameButForHeaders(a, b *golden.Trace) bool {
	next, stop := iter.Pull2(b.Lines())
	defer stop()
	header := true
	for line, err := range a.Lines() {
		other, otherErr, more := next()
		if !more || err != nil || otherErr != nil || !header && !bytes.Equal(line, other) {
			return false
		}
		header = false
	}
	_, _, more := next()
	return !more
}
