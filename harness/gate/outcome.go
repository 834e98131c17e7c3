package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// Judge returns the outcome, and why: the first that applies of FAIL, INCONCLUSIVE and INTERRUPTED. What was
// not compared is never a pass.
func (r Report) Judge() (soak.Outcome, string) {
	var failing []string
	for _, verdict := range Verdicts {
		if n := r.Count(verdict); n > 0 && r.Fails(Result{Verdict: verdict}) {
			failing = append(failing, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	compared, unknown, skipped := r.Compared(), r.Count(replay.VerdictUnknown), r.Count(Skipped)
	switch {
	case len(failing) > 0:
		return soak.Fail, fmt.Sprintf("%s, of %d", strings.Join(failing, ", "), len(r.Results))
	case len(r.Problems) > 0 && !slices.ContainsFunc(r.Problems, func(p golden.Problem) bool { return p.Kind != golden.ProblemUnsigned }):
		return soak.Inconclusive, "the goldens are not signed, and there are keys to sign them"
	case len(r.Problems) > 0:
		return soak.Inconclusive, "the goldens are not as they were stored"
	case unknown > 0:
		return soak.Inconclusive, fmt.Sprintf("%d of %d could not be compared", unknown, len(r.Results))
	case compared == 0:
		return soak.Inconclusive, "nothing was compared with a golden"
	case skipped > 0:
		return soak.Interrupted, fmt.Sprintf("stopped after %d of %d", compared, len(r.Results))
	}
	return soak.Pass, fmt.Sprintf("%d compared with their goldens", compared)
}
