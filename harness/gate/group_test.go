package gate

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// price is a drift of a seed's price, and of its name, which are in one step.
func price(seed uint64, want, got, name string) Result {
	of := func(path, want, got string) replay.Difference {
		return replay.Difference{Path: path, GotPath: path, Kind: replay.Changed, Want: jsontext.Value(want), Got: jsontext.Value(got),
			Class: replay.ClassViolation, Cause: replay.CauseCode}
	}
	return Result{Case: Case{"flow", seed}, Verdict: replay.VerdictDrift, Why: "another build", Agrees: true,
		Differences: []replay.Difference{of("/price", want, got), of("/name", `"a"`, name)}}
}

func missing(seed uint64, digest byte) Result {
	return Result{Case: Case{"flow", seed}, Verdict: Missing, Why: "there is no golden yet", New: []string{"{}"}, NewDigest: golden.Digest{digest}}
}

// What differs first at the same place is one thing that is wrong; what has the same values throughout is shown once.
func TestGroups(t *testing.T) {
	tests := []struct {
		name              string
		results           []Result
		groups, identical []string
		shown             string // of the first group
	}{
		{"one seed", []Result{price(1, "1", "2", `"b"`)}, []string{"seed 1"}, []string{"seed 1"}, ""},
		{"the same values", []Result{price(1, "1", "2", `"b"`), price(2, "1", "2", `"b"`)},
			[]string{"seeds 1, 2"}, []string{"seeds 1, 2"}, "seed 1; the others differ by the same values"},
		{"values of their own", []Result{price(1, "1", "2", `"b"`), price(2, "1", "-999999", `"b"`), price(3, "1", "2", `"b"`)},
			[]string{"seeds 1, 2, 3"}, []string{"seeds 1, 3", "seed 2"}, "seed 1; the others differ first at the same place, by values of their own"},
		{"another value after the first", []Result{price(1, "1", "2", `"b"`), price(2, "1", "2", `"c"`)},
			[]string{"seeds 1, 2"}, []string{"seed 1", "seed 2"}, "seed 1; the others differ first at the same place, by values of their own"},
		{"missing, alike", []Result{missing(1, 7), missing(2, 7)}, []string{"seeds 1, 2"}, []string{"seeds 1, 2"}, ""},
		{"missing, and another after what is shown", []Result{missing(1, 7), missing(2, 8)}, []string{"seeds 1, 2"}, []string{"seed 1", "seed 2"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := Report{Results: test.results}
			if diff := cmp.Diff([][]string{test.groups, test.identical}, [][]string{seedsOf(r.Groups()), seedsOf(r.Identical())}); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
			}
			if got := r.Groups()[0].Shown(); got != test.shown {
				t.Errorf("shown is %q, want %q", got, test.shown)
			}
		})
	}
}

func seedsOf(groups []Group) (seeds []string) {
	for _, g := range groups {
		seeds = append(seeds, g.Seeds(maxSeeds))
	}
	return seeds
}

// What CI systems are told of a group names all its seeds, whose values are shown, and how the others differ first.
func TestDetailsOfAGroup(t *testing.T) {
	r := Report{Results: []Result{price(1, "1", "2", `"b"`), price(2, "1", "-999999", `"b"`)}}
	want := `flow, seeds 1, 2: another build
shown is seed 1; the others differ first at the same place, by values of their own
/price changed: violation, code: 
- 1
+ 2
/name changed: violation, code: 
- "a"
+ "b"
seed 2: /price changed: - 1 + -999999
to see it again: shadowrun gate --workflow flow --seed 1
to accept it:    shadowrun gate --update --workflow flow --seed 1,2
`
	if diff := cmp.Diff(want, r.Details(r.Groups()[0])); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
}

// An experiment is offered where one would say more, and none was made.
func TestDetailsOfferAnExperiment(t *testing.T) {
	violation := func(agrees bool) Result {
		return Result{Case: Case{"flow", 1}, Verdict: replay.VerdictViolation, Agrees: agrees}
	}
	tests := []struct {
		name   string
		report Report
		want   bool
	}{
		{"it disagrees with itself", Report{Results: []Result{violation(false)}}, true},
		{"causes were looked for", Report{Sought: true, Results: []Result{violation(false)}}, false},
		{"it agrees with itself", Report{Results: []Result{violation(true)}}, false},
		{"a drift", Report{Results: []Result{price(1, "1", "2", `"b"`)}}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			details := test.report.Details(test.report.Groups()[0])
			if strings.Contains(details, "to find a cause: shadowrun gate --workflow flow --seed 1 --explain\n") != test.want {
				t.Errorf("want it offered: %v\n%s", test.want, details)
			}
		})
	}
}
