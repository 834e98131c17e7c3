package report

import (
	"fmt"
	"math"
)

// rate compares two rates of what is to be rare.
func (c *Comparison) rate(kind, name string, from, of, to, by int64) {
	if of == 0 || by == 0 || fisher(from, of, to, by) >= 0.05 {
		return
	}
	say := func(n, of int64) string {
		return fmt.Sprintf("%s of %s (%s)", number(n), number(of), percent(float64(n)/float64(of)))
	}
	c.add(trendOf(float64(to)/float64(by)-float64(from)/float64(of)), kind, name, say(from, of), say(to, by))
}

// fisher returns how likely chance alone is to part a of n and b of m at least as unevenly as they are: Fisher's exact test,
// of both sides.
func fisher(a, n, b, m int64) float64 {
	a, b = min(a, n), min(b, m) // a finding may be seen more than once in a replay's place
	total := a + b
	chance := func(x int64) float64 { return choose(n, x) + choose(m, total-x) - choose(n+m, total) }
	seen := chance(a)
	var p float64
	for x := max(0, total-m); x <= min(total, n); x++ {
		if c := chance(x); c <= seen+1e-7 {
			p += math.Exp(c)
		}
	}
	return min(1, p)
}

// choose is the logarithm of a binomial coefficient.
func choose(n, k int64) float64 {
	gamma := func(x int64) float64 { l, _ := math.Lgamma(float64(x + 1)); return l }
	return gamma(n) - gamma(k) - gamma(n-k)
}
