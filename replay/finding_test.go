package replay

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPattern(t *testing.T) {
	for path, want := range map[string]string{
		"":                "",
		"/score":          "/score",
		"/items/17/price": "/items/*/price",
		"/0":              "/*",
		"/fetch#2/body":   "/fetch#*/body",
		"/a~1b/3":         "/a~1b/*",
		"/v2/x":           "/v2/x",
		"/@call/4/@name":  "/@call/*/@name",
		"/by/2f1e8a3c-94d7-4c1b-8f6e-0a1b2c3d4e5f/n": "/by/*/n",
		"/job-1795342500": "/job-*",
	} {
		if got := Pattern(path); got != want {
			t.Errorf("Pattern(%q) = %q, want %q", path, got, want)
		}
		if again := Pattern(want); again != want {
			t.Errorf("Pattern(%q) = %q: a pattern is its own", want, again)
		}
	}
}

func TestFindingKeyIsTheSameInEverySoak(t *testing.T) {
	if got, want := FindingKey("orders", CauseClock, "/items/*/at"), "3d379ae584"; got != want {
		t.Errorf("got %s, want %s: keys are kept in ledgers", got, want)
	}
	if FindingKey("a", "bc", "/d") == FindingKey("ab", "c", "/d") {
		t.Error("where one part ends and the next begins makes no difference")
	}
}

func TestGroupFoldsOneProblem(t *testing.T) {
	at := Sighting{RunID: "r1", Seed: 7, Time: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Size: 400}
	clock := func(path string) Difference { return Difference{Path: path, Class: ClassVolatile, Cause: CauseClock} }
	score := Difference{Path: "/score", Class: ClassViolation, Cause: CauseUnattributed}
	digest := Difference{Path: "/digest", Class: ClassDerived, Cause: CauseUnattributed, DerivedFrom: "/score"}
	found := Group("orders", at, []Difference{clock("/items/0/at"), digest, score, clock("/items/1/at")})
	want := []Finding{
		{Key: FindingKey("orders", CauseClock, "/items/*/at"), Workflow: "orders", Cause: CauseClock, Class: ClassVolatile,
			Pattern: "/items/*/at", Count: 1, First: at, Last: at, Shortest: at, Example: clock("/items/0/at")},
		{Key: FindingKey("orders", CauseUnattributed, "/score"), Workflow: "orders", Cause: CauseUnattributed, Class: ClassViolation,
			Pattern: "/score", Count: 1, First: at, Last: at, Shortest: at, Example: score},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	later := Sighting{RunID: "r9", Seed: 9, Time: at.Time.Add(time.Hour), Size: 300}
	worse := Group("orders", later, []Difference{{Path: "/items/4/at", Class: ClassViolation, Cause: CauseClock}})[0]
	merged := found[0].Merge(worse)
	if merged.Count != 2 || merged.First != at || merged.Last != later || merged.Shortest != later || merged.Class != ClassViolation {
		t.Errorf("merged to %+v", merged)
	}
	bigger := found[0]
	bigger.Shortest.Size = 900
	if merged := found[0].Merge(bigger); merged.Shortest != at || merged.Class != ClassVolatile {
		t.Errorf("merged to %+v", merged)
	}
}

func TestRootsFoldWhatIsDerived(t *testing.T) {
	d := func(path string, c Class, from string) Difference {
		return Difference{Path: path, Class: c, DerivedFrom: from}
	}
	roots := Roots([]Difference{
		d("/digest", ClassDerived, "/load/t"), d("/load/t", ClassVolatile, ""), d("/price/n", ClassViolation, ""),
		d("/sum", ClassDerived, "/price/n"), d("/lost", ClassDerived, "/nowhere"), d("/ship/m", ClassViolation, ""), d("/ship/t", ClassVolatile, ""),
	})
	shape := func(roots []Root) [][]string {
		var out [][]string
		for _, r := range roots {
			row := []string{r.Path}
			for _, d := range r.Derived {
				row = append(row, "derived "+d.Path)
			}
			for _, d := range r.Follows {
				row = append(row, "follows "+d.Path)
			}
			out = append(out, row)
		}
		return out
	}
	want := [][]string{{"/load/t", "derived /digest"}, {"/price/n", "derived /sum"}, {"/ship/m"}, {"/ship/t"}, {"/lost"}}
	if diff := cmp.Diff(want, shape(roots)); diff != "" {
		t.Errorf("roots (-want +got):\n%s", diff)
	}
	// A violation is not hidden under a leak, even in a later step.
	steps := []string{"/load", "/price", "/ship"}
	if diff := cmp.Diff([][]string{{"/load/t", "derived /digest", "follows /ship/t"}, {"/price/n", "derived /sum"}, {"/ship/m"}, {"/lost"}},
		shape(FoldSteps(roots, steps))); diff != "" {
		t.Errorf("folded (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"/price/n", "derived /sum", "follows /ship/m", "follows /ship/t"}, {"/lost"}},
		shape(FoldSteps(roots[1:], steps))); diff != "" {
		t.Errorf("folded (-want +got):\n%s", diff)
	}
}
