package gate

import (
	"slices"

	"github.com/shadowrun/shadowrun/replay"
)

// Group is one thing that is wrong, with all seeds of a workflow that show it.
type Group struct {
	Result          // of the first seed
	Others []uint64 // the further ones
	Fails  bool
	Roots  []replay.Root // of the first seed's differences, with what follows from them folded under them
}

// First returns the difference that a group is about, and false where it is about none.
func (g Group) First() (replay.Root, bool) {
	if len(g.Roots) == 0 {
		return replay.Root{}, false
	}
	return g.Roots[0], true
}

type groupKey struct {
	workflow string
	verdict  replay.Verdict
	finding  string
	agrees   bool
}

// Groups returns all that is not as its golden says, the gravest first and then in the order of the cases.
func (r Report) Groups() []Group {
	var groups []Group
	index := map[groupKey]int{}
	for _, result := range r.Results {
		if result.Verdict == replay.VerdictMatch {
			continue
		}
		g := Group{Result: result, Fails: r.Fails(result), Roots: rootsOf(result)}
		key := groupKey{result.Workflow, result.Verdict, result.Why, result.Agrees}
		if first, ok := g.First(); ok { // how often it was seen is no part of it
			key.finding = replay.FindingKey(result.Workflow, first.Cause, replay.Pattern(first.Path))
		}
		if i, known := index[key]; known {
			groups[i].Others = append(groups[i].Others, result.Seed)
			continue
		}
		index[key] = len(groups)
		groups = append(groups, g)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return a.rank() - b.rank() })
	return groups
}

// rootsOf folds differences, the first that is not harmless before the rest: it is what the verdict was taken from.
func rootsOf(r Result) []replay.Root {
	roots := replay.FoldSteps(replay.Roots(r.Differences), r.Steps)
	slices.SortStableFunc(roots, func(a, b replay.Root) int { return gravity(a.Class) - gravity(b.Class) })
	return roots
}

func gravity(c replay.Class) int {
	if c == replay.ClassVolatile || c == replay.ClassLatent {
		return 1
	}
	return 0
}

func (g Group) rank() int {
	rank := slices.Index(Verdicts, g.Verdict)
	if !g.Fails {
		rank += len(Verdicts)
	}
	return rank
}
