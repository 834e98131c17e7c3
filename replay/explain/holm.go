package explain

import "slices"

// shares are the parts of alpha that the families of tests get: what settles a field that varies
// anyway, by pinning one factor, by releasing one, by pausing, by levels that set off what is seldom; and what changes a stable one.
var shares = struct{ pin, release, pause, search, latent float64 }{0.4, 0.15, 0.2, 0.05, 0.2}

// lookAlpha is the part of alpha that look number n, from 1, may use up: alpha/(n(n+1)), which
// sums to alpha over however many looks there are. Each look is a Holm test of its own, so that
// the chance of any false rejection in any look is at most alpha: the union of the looks.
func lookAlpha(alpha float64, look int) float64 { return alpha / float64(look*(look+1)) }

// holm reports which of these p-values are rejected at alpha, of a family of size hypotheses; those
// that are not listed count as 1. (S. Holm, A simple sequentially rejective multiple test
// procedure, Scandinavian Journal of Statistics 6, 1979.)
func holm(ps []float64, size int, alpha float64) []bool {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case ps[a] < ps[b]:
			return -1
		case ps[a] > ps[b]:
			return 1
		}
		return 0
	})
	rejected := make([]bool, len(ps))
	for rank, i := range order {
		if ps[i] > alpha/float64(max(1, size-rank)) {
			break
		}
		rejected[i] = true
	}
	return rejected
}
