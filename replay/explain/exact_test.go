package explain

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// assignments calls f with every choice of as many treated runs as there are, in each stratum.
func assignments(strata []stratum, f func([]stratum)) {
	var rec func(i int, done []stratum)
	rec = func(i int, done []stratum) {
		if i == len(strata) {
			f(done)
			return
		}
		all := slices.Concat(strata[i].control, strata[i].treated)
		for mask := range 1 << len(all) {
			var s stratum
			for j, v := range all {
				if mask>>j&1 == 1 {
					s.treated = append(s.treated, v)
				} else {
					s.control = append(s.control, v)
				}
			}
			if len(s.treated) == len(strata[i].treated) {
				rec(i+1, append(done[:len(done):len(done)], s))
			}
		}
	}
	rec(0, nil)
}

func share(strata []stratum, extreme func([]stratum) bool) float64 {
	n, all := 0, 0
	assignments(strata, func(s []stratum) {
		all++
		if extreme(s) {
			n++
		}
	})
	return float64(n) / float64(all)
}

func drawStrata(t *rapid.T) []stratum {
	values := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 4)
	var strata []stratum
	for range rapid.IntRange(1, 2).Draw(t, "rounds") {
		strata = append(strata, stratum{values.Draw(t, "control"), values.Draw(t, "treated")})
	}
	return strata
}

func TestPValuesAreTheShareOfAllAssignments(t *testing.T) {
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }
	rapid.Check(t, func(t *rapid.T) {
		strata := drawStrata(t)
		k, of := alike(strata)
		brute := share(strata, func(s []stratum) bool { most, _ := alike(s); return most >= k })
		switch p := constantP(strata); {
		case k == of && !near(p, min(1, brute)):
			t.Errorf("constant: %g, by all assignments %g", p, brute)
		case p < brute-1e-9:
			t.Errorf("nearly constant: %g is less than %g by all assignments", p, brute)
		}
		others := func(s []stratum) int {
			n := 0
			for _, one := range s {
				n += count(one.treated, func(v int) bool { return v != 0 })
			}
			return n
		}
		seen := others(strata)
		if p, brute := differentP(strata), share(strata, func(s []stratum) bool { return others(s) >= seen }); !near(p, brute) {
			t.Errorf("different: %g, by all assignments %g", p, brute)
		}
	})
}

func TestShiftIsTheExactRankSumTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		strata := drawStrata(t)
		sum := func(all []stratum) int {
			total := 0
			for _, s := range all {
				ranks, _ := ranked(s).ranks()
				for _, r := range ranks[len(s.control):] {
					total += r
				}
			}
			return total
		}
		seen := sum(strata)
		low := share(strata, func(s []stratum) bool { return sum(s) <= seen })
		high := share(strata, func(s []stratum) bool { return sum(s) >= seen })
		var measured []rankStratum
		for _, s := range strata {
			measured = append(measured, ranked(s))
		}
		if p, brute := shiftP(measured), min(1, 2*min(low, high)); math.Abs(p-brute) > 1e-9 {
			t.Errorf("%g, by all assignments %g", p, brute)
		}
	})
}

func TestEqualValuesShareTheirRanks(t *testing.T) {
	twice, treated := rankStratum{[]float64{2, 1}, []float64{1, 7}}.ranks()
	if !slices.Equal(twice, []int{6, 3, 3, 8}) || treated != 2 {
		t.Errorf("twice the ranks are %v, of %d treated", twice, treated)
	}
}

func ranked(s stratum) rankStratum {
	var r rankStratum
	for _, v := range s.control {
		r.control = append(r.control, float64(v))
	}
	for _, v := range s.treated {
		r.treated = append(r.treated, float64(v))
	}
	return r
}

func TestConstantP(t *testing.T) {
	for _, test := range []struct {
		name   string
		strata []stratum
		want   float64
	}{
		{"eight values against one", []stratum{{[]int{0, 1, 2, 3, 4, 5, 6, 7}, []int{9, 9, 9, 9}}}, 1.0 / 495},
		{"two rounds multiply", []stratum{{[]int{0, 1, 2, 3, 4, 5}, []int{9, 9}}, {[]int{6, 7, 8, 10, 11}, []int{9, 9, 9, 9, 9}}}, 1.0 / 28 / 252},
		{"Fisher's tea", []stratum{{[]int{0, 0, 0, 0}, []int{1, 1, 1, 1}}}, 2.0 / 70},
		{"nothing varies", []stratum{{[]int{0, 0, 0}, []int{0, 0, 0}}}, 1},
		{"no run", nil, 1},
	} {
		if p := constantP(test.strata); math.Abs(p-test.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", test.name, p, test.want)
		}
	}
}

func TestHolm(t *testing.T) {
	for _, test := range []struct {
		name string
		ps   []float64
		size int
		want []bool
	}{
		{"steps down", []float64{0.03, 0.01, 0.02}, 3, []bool{true, true, true}},
		{"stops at the first that is too large", []float64{0.04, 0.01, 0.03}, 3, []bool{false, true, false}},
		{"unlisted ones count", []float64{0.01}, 6, []bool{false}},
		{"none", nil, 0, nil},
	} {
		if got := holm(test.ps, test.size, 0.05); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	sum := 0.0
	for look := 1; look < 1e5; look++ {
		sum += lookAlpha(0.05, look)
	}
	if sum > 0.05 {
		t.Errorf("all looks together use up %g of 0.05", sum)
	}
}
