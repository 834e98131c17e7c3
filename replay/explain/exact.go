package explain

import (
	"math"
	"slices"
)

// stratum is one round as a test sees it: the values, by number, of its untreated and of its
// treated runs. A round's order was drawn at random, so that without an effect every choice of
// the treated among all is as likely as any other, whatever the values depend on: the time of day,
// the load, a file that grows. Rounds are never pooled, because nobody drew which was first.
type stratum struct{ control, treated []int }

func (s stratum) size() int { return len(s.control) + len(s.treated) }

// alike returns how many treated runs share the value that most of them have.
func alike(strata []stratum) (most, of int) {
	counts := map[int]int{}
	for _, s := range strata {
		for _, v := range s.treated {
			counts[v]++
			most = max(most, counts[v])
		}
		of += len(s.treated)
	}
	return most, of
}

// constantP is the chance that, if treating did nothing, as many treated runs or more would have
// one value. For a treated arm that is constant it is exact, Σ_v Π_s C(c_vs, m_s) / C(N_s, m_s)
// with c_vs the runs of round s that have value v, m_s its treated ones and N_s all: with two
// values and one round, Fisher's exact test (R. A. Fisher, The Design of Experiments, 1935).
// For one that is nearly constant the events overlap, and their sum bounds the chance from above.
func constantP(strata []stratum) float64 {
	most, of := alike(strata)
	if of == 0 {
		return 1
	}
	values := map[int]bool{}
	for _, s := range strata {
		for _, v := range slices.Concat(s.control, s.treated) {
			values[v] = true
		}
	}
	p := 0.0
	for v := range values {
		p += tail(strata, func(w int) bool { return w == v }, most)
	}
	return min(1, p)
}

// differentP is the chance that, if treating did nothing, as many treated runs or more would
// have another value than number 0: Fisher's exact test, in strata.
func differentP(strata []stratum) float64 {
	other := func(v int) bool { return v != 0 }
	k := 0
	for _, s := range strata {
		k += count(s.treated, other)
	}
	if k == 0 {
		return 1
	}
	return tail(strata, other, k)
}

// tail is the chance that at least k treated runs are such, given how many of each round's runs
// are: a sum of hypergeometric variables.
func tail(strata []stratum, such func(int) bool, k int) float64 {
	dist := []float64{1} // of how many treated runs are such
	for _, s := range strata {
		c, m, n := count(s.control, such)+count(s.treated, such), len(s.treated), s.size()
		next := make([]float64, len(dist)+min(c, m))
		all := logChoose(float64(n), float64(m))
		for x := max(0, m-(n-c)); x <= min(c, m); x++ {
			p := math.Exp(logChoose(float64(c), float64(x)) + logChoose(float64(n-c), float64(m-x)) - all)
			for i, q := range dist {
				next[i+x] += p * q
			}
		}
		dist = next
	}
	p := 0.0
	for x := len(dist) - 1; x >= k; x-- {
		p += dist[x]
	}
	return min(1, p)
}

func count(values []int, such func(int) bool) int {
	n := 0
	for _, v := range values {
		if such(v) {
			n++
		}
	}
	return n
}

// logChoose is ln C(n, k), for n that need not be whole: a plan reckons with expected counts.
func logChoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}

// rankStratum is a stratum of measurements.
type rankStratum struct{ control, treated []float64 }

// shiftP is the chance that, if treating did nothing, the treated runs' ranks would sum to
// something as extreme: the exact two-sided Wilcoxon rank-sum test, midranks where values are
// equal, stratified as van Elteren has it but unweighted.
func shiftP(strata []rankStratum) float64 {
	dist := []float64{1} // of the sum of twice the treated runs' ranks
	seen := 0
	for _, s := range strata {
		ranks, m := s.ranks()
		for _, r := range ranks[len(s.control):] {
			seen += r
		}
		next := rankSums(ranks, m)
		sum := make([]float64, len(dist)+len(next)-1)
		for i, p := range dist {
			if p == 0 {
				continue
			}
			for j, q := range next {
				sum[i+j] += p * q
			}
		}
		dist = sum
	}
	low, high := 0.0, 0.0
	for i, p := range dist {
		if i <= seen {
			low += p
		}
		if i >= seen {
			high += p
		}
	}
	return min(1, 2*min(low, high))
}

// ranks returns twice the midranks of all values, controls first, and how many are treated.
func (s rankStratum) ranks() (twice []int, treated int) {
	all := slices.Concat(s.control, s.treated)
	twice = make([]int, len(all))
	for i, v := range all {
		for _, w := range all {
			switch {
			case w < v:
				twice[i] += 2
			case w == v:
				twice[i]++
			}
		}
		twice[i]++
	}
	return twice, len(s.treated)
}

// rankSums is the distribution of the sum of m of these ranks, drawn without replacement.
func rankSums(ranks []int, m int) []float64 {
	total := 0
	for _, r := range ranks {
		total += r
	}
	ways := make([][]float64, m+1) // by how many are drawn, then by their sum
	for i := range ways {
		ways[i] = make([]float64, total+1)
	}
	ways[0][0] = 1
	for _, r := range ranks {
		for k := m; k > 0; k-- {
			for sum := total; sum >= r; sum-- {
				ways[k][sum] += ways[k-1][sum-r]
			}
		}
	}
	all := math.Exp(logChoose(float64(len(ranks)), float64(m)))
	for sum := range ways[m] {
		ways[m][sum] /= all
	}
	return ways[m]
}

func choose(n, k int) float64 { return math.Exp(logChoose(float64(n), float64(k))) }
