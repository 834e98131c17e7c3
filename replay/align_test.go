package replay

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// longest is the length of a longest common subsequence, by the book.
func longest(a, b []int32) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

func TestAlignFindsALongestCommonSubsequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfN(rapid.Int32Range(0, rapid.Int32Range(0, 30).Draw(t, "ids")), 0, 40)
		want, got := ids.Draw(t, "want"), ids.Draw(t, "got")
		checkAlignment(t, &aligner{steps: defaultMaxAlign}, want, got, true)
		checkAlignment(t, &aligner{steps: rapid.IntRange(0, 500).Draw(t, "steps")}, want, got, false)
	})
}

// checkAlignment checks that matches are of equal elements and ascend, and how many there are.
func checkAlignment(t interface{ Fatalf(string, ...any) }, al *aligner, want, got []int32, mustBeLongest bool) {
	matches, whole := al.align(want, got)
	last := match{-1, -1}
	for _, m := range matches {
		if m.want <= last.want || m.got <= last.got || want[m.want] != got[m.got] {
			t.Fatalf("match %v after %v", m, last)
		}
		last = m
	}
	if mustBeLongest && (!whole || len(matches) != longest(want, got)) {
		t.Fatalf("%d matches, whole %t: want %d", len(matches), whole, longest(want, got))
	}
	if al.steps < 0 {
		t.Fatalf("%d steps left", al.steps)
	}
}

// Beyond maxEdits the elements that occur once divide the problem.
func TestAlignDividesLargeProblems(t *testing.T) {
	var want, got []int32
	for i := range int32(3_000) {
		want = append(want, 10+i, i%3, i%5)
		got = append(got, 10+i, i%5, i%3, i%7)
	}
	matches, whole := (&aligner{steps: defaultMaxAlign}).align(want, got)
	if !whole || len(matches) < 6_000 {
		t.Errorf("%d matches, whole %t: want at least 6000", len(matches), whole)
	}
}

func TestAscending(t *testing.T) {
	var ms []match
	for i, got := range []int{5, 1, 9, 2, 8, 3, 0} {
		ms = append(ms, match{i, got})
	}
	if d := cmp.Diff([]match{{1, 1}, {3, 2}, {5, 3}}, ascending(ms), cmp.AllowUnexported(match{})); d != "" {
		t.Errorf("chain (-want +got):\n%s", d)
	}
	if ascending(nil) != nil {
		t.Error("a chain of nothing")
	}
}

func TestNotAlignedIsSaid(t *testing.T) {
	digits := func(n, step int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint(i*i*step/7%10))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	want := []byte(`{"a":` + digits(2_000, 3) + `,"b":[1,2,3]}`)
	got := []byte(`{"a":` + digits(1_999, 5) + `,"b":[0,1,2,3]}`)
	for _, test := range []struct {
		limit      int
		notAligned []string
	}{{100, []string{"/a"}}, {10_000, []string{"/a"}}, {0, nil}} { // /b takes no step
		r, err := Compare(want, got, JSON, Options{MaxAlign: test.limit})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(test.notAligned, r.NotAligned); d != "" {
			t.Errorf("limit %d: not aligned (-want +got):\n%s", test.limit, d)
		}
		back, err := apply(want, JSON, r.Differences)
		if err != nil || string(back) != string(got) {
			t.Errorf("limit %d: differences do not give the second document: %v", test.limit, err)
		}
	}
}

// Numbers from hashes that collide still tell strings apart.
func TestInternerSurvivesCollisions(t *testing.T) {
	in := newInterner(0)
	for i, s := range []string{"a", "b", "c", "a", "c", "b"} {
		if got, want := in.numberHashed([]byte(s), 1), []int32{0, 1, 2, 0, 2, 1}[i]; got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}
