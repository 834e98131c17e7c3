package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/replay"
)

// Group is one thing that is wrong, with all seeds of a workflow that show it.
type Group struct {
	Result          // of the first seed
	Others []Result // of the further ones: their first difference is at the same place
	Same   bool     // they differ by the same values, too
	Fails  bool
	Roots  []replay.Root // of the first seed's differences, with what follows from them folded under them
}

// First returns the difference that a result is about, and false where it is about none.
func First(r Result) (replay.Root, bool) {
	roots := rootsOf(r)
	if len(roots) == 0 {
		return replay.Root{}, false
	}
	return roots[0], true
}

// Seeds names a group's seeds, at most so many of them.
func (g Group) Seeds(most int) string {
	if len(g.Others) == 0 {
		return fmt.Sprintf("seed %d", g.Seed)
	}
	words := []string{fmt.Sprint(g.Seed)}
	for _, other := range g.Others {
		words = append(words, fmt.Sprint(other.Seed))
	}
	if rest := len(words) - most; rest > 0 {
		return fmt.Sprintf("seeds %s and %d more", strings.Join(words[:most], ", "), rest)
	}
	return "seeds " + strings.Join(words, ", ")
}

// Shown says whose values are shown of a group, and is empty where there is nothing to mistake.
func (g Group) Shown() string {
	switch {
	case len(g.Others) == 0 || len(g.Roots) == 0:
		return ""
	case g.Same:
		return fmt.Sprintf("seed %d; the others differ by the same values", g.Seed)
	}
	return fmt.Sprintf("seed %d; the others differ first at the same place, by values of their own", g.Seed)
}

type groupKey struct {
	workflow string
	verdict  replay.Verdict
	finding  string
	agrees   bool
	values   string
}

// Groups returns all that is not as its golden says, the gravest first and then in the order of the cases. What differs first at the
// same place is one group.
func (r Report) Groups() []Group { return r.grouped(func(Result) string { return "" }) }

// Identical is [Report.Groups] with only those in a group that have the same values throughout: what is shown of the first is
// all there is to see.
func (r Report) Identical() []Group { return r.grouped(Result.values) }

func (r Report) grouped(values func(Result) string) []Group {
	var groups []Group
	index := map[groupKey]int{}
	for _, result := range r.Results {
		if result.Verdict == replay.VerdictMatch {
			continue
		}
		g := r.alone(result)
		key := groupKey{result.Workflow, result.Verdict, result.Why, result.Agrees, values(result)}
		if len(g.Roots) > 0 { // how often it was seen is no part of it
			key.finding = replay.FindingKey(result.Workflow, g.Roots[0].Cause, replay.Pattern(g.Roots[0].Path))
		}
		if i, known := index[key]; known {
			groups[i].Others = append(groups[i].Others, result)
			groups[i].Same = groups[i].Same && groups[i].values() == result.values()
			continue
		}
		index[key] = len(groups)
		groups = append(groups, g)
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return a.rank() - b.rank() })
	return groups
}

// alone is a group of one.
func (r Report) alone(result Result) Group {
	return Group{Result: result, Same: true, Fails: r.Fails(result), Roots: rootsOf(result)}
}

// values is the same of two results that have the same values at the same places, and that alone.
func (r Result) values() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%q %x", r.Failed, r.NewDigest)
	for _, d := range r.Differences {
		fmt.Fprintf(&out, "\n%q %q %s %q %q", d.Path, d.GotPath, d.Kind, d.Want, d.Got)
	}
	return out.String()
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
