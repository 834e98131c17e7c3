package verify

import (
	"fmt"

	"github.com/shadowrun/shadowrun/harness/report/bundle"
)

// maxTold is how many files with the same problem are named. There are more where one deed or damage met all: a line a file would
// hide what else is wrong.
const maxTold = 8

// order is that in which problems are told: how it was packed, what was changed, and how far it could be read.
var order = []bundle.Kind{bundle.Unsafe, bundle.Changed, bundle.Swapped, bundle.Renamed, bundle.Missing, bundle.Unnamed, bundle.Twice, bundle.Misplaced, bundle.Torn, bundle.Extended, bundle.NoBundle}

// problems tells of some; since says since when, where that is known.
func (c *checking) problems(all []bundle.Problem, since string) {
	for _, kind := range order {
		var alike []bundle.Problem
		for _, p := range all {
			if p.Kind == kind {
				alike = append(alike, p)
			}
		}
		if len(alike) <= maxTold {
			for _, p := range alike {
				c.tell(p.File, Wrong, "%s%s: %s", p.Kind, since, p.Detail)
			}
			continue
		}
		first := alike[0]
		what, detail := first.File, fmt.Sprintf("%s%s: %s", kind, since, first.Detail)
		if kind == bundle.Unsafe {
			what, detail = "bundle", fmt.Sprintf("not packed as shadowrun packs: %s: %s", first.File, first.Detail)
		}
		c.tell(what, Wrong, "%s … and %d files after it", detail, len(alike)-1)
	}
}
