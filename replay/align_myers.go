package replay

// myers returns a longest common subsequence, or reports false if that takes more than
// maxEdits insertions and deletions, or more steps than are left.
//
// It keeps the furthest point of every diagonal for each number of edits, rather than divide
// the problem in two: at maxEdits that is 8 MiB for a moment, and the code is half as long.
func (r *regions) myers(want, got []slot) ([]match, bool) {
	n, m := len(want), len(got)
	limit := min(n+m, maxEdits)
	furthest := make([]int32, 2*limit+3) // how much of want diagonal k has consumed, at k+limit+1
	var kept []int32                     // rows of furthest, row d from index d*(d+1)/2
	steps := 0
	for d := 0; d <= limit; d++ {
		for k := -d; k <= d; k += 2 {
			at := k + limit + 1
			var x int
			switch {
			case d == 0:
			case k == -d || k != d && furthest[at-1] < furthest[at+1]:
				x = int(furthest[at+1])
			default:
				x = int(furthest[at-1]) + 1
			}
			y := x - k
			start := x
			for x < n && y < m && want[x].id == got[y].id {
				x, y = x+1, y+1
			}
			steps += 1 + x - start
			furthest[at] = int32(x)
			kept = append(kept, int32(x))
			if x >= n && y >= m {
				return walkBack(want, got, kept, d), r.spend(steps)
			}
		}
		if steps > r.steps {
			break
		}
	}
	r.steps -= min(steps, r.steps)
	return nil, false
}

// walkBack follows the furthest points from the end to the start, and returns the matches on
// the way.
func walkBack(want, got []slot, kept []int32, d int) []match {
	row := func(d, k int) int { return int(kept[d*(d+1)/2+(k+d)/2]) }
	x, y := len(want), len(got)
	var matches []match
	for ; d >= 0; d-- {
		k := x - y
		startX := 0
		if d > 0 {
			if k == -d || k != d && row(d-1, k-1) < row(d-1, k+1) {
				k++
				startX = row(d-1, k)
			} else {
				k--
				startX = row(d-1, k) + 1
			}
		}
		for x > startX {
			x, y = x-1, y-1
			matches = append(matches, match{int(want[x].at), int(got[y].at)})
		}
		if d > 0 {
			x = row(d-1, k)
			y = x - k
		}
	}
	for i, j := 0, len(matches)-1; i < j; i, j = i+1, j-1 {
		matches[i], matches[j] = matches[j], matches[i]
	}
	return matches
}
