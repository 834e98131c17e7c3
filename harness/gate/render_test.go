package gate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"
	"pgregory.net/rapid"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// everything is a report with one of each kind, and words that no form takes as they are.
func everything() Report {
	price := replay.Difference{Path: "/price", GotPath: "/price", Kind: replay.Changed, Want: jsontext.Value("12"), Got: jsontext.Value("13"),
		Class: replay.ClassViolation, Cause: replay.CauseCode, Why: "the build is not the golden's"}
	sum := replay.Difference{Path: "/sum", GotPath: "/sum", Kind: replay.Changed, Class: replay.ClassDerived, DerivedFrom: "/price", Why: "the sum"}
	at := replay.Difference{Path: "/at", GotPath: "/at", Kind: replay.Changed, Want: jsontext.Value(`"10:00"`), Got: jsontext.Value(`"10:01"`),
		Class: replay.ClassVolatile, Cause: replay.CauseClock, Why: "readings of the clock"}
	odd := price
	odd.Path, odd.Cause = "/a,b:c|```]]>\x00\xff", replay.CauseRNG
	odd.Got = jsontext.Value("\"<b>\u202e&\r\n%\x1b]]>\"")
	file := func(c Case) string { return "testdata/goldens/" + pathIn(c) }
	result := func(workflow string, seed uint64, v replay.Verdict, why string, ds ...replay.Difference) Result {
		c := Case{workflow, seed}
		return Result{Case: c, Verdict: v, Why: why, Differences: ds, Golden: file(c), Duration: time.Duration(seed) * 125 * time.Millisecond}
	}
	drift := result("orders", 2, replay.VerdictDrift, "differs in 6 of 6 replays, all alike; the build is not the golden's", price, sum)
	drift.Line, drift.Agrees = 17, true
	again := drift
	again.Case = Case{"orders", 3}
	return Report{
		FailOn:   []string{"violation", "drift", "missing"},
		Flags:    " --config 'my gate.yaml'",
		Problems: []golden.Problem{{Golden: "goldens.sum", Kind: golden.ProblemUnsigned, Detail: "sign it"}},
		Results: []Result{
			result("orders", 1, replay.VerdictMatch, "equal"), drift, again,
			result("noise", 1, replay.VerdictLeak, "differs in 2 of 2 replays", at),
			result("dice", 1, replay.VerdictViolation, "differs in 5 of 6 replays", odd, at),
			result("slow", 1, replay.VerdictUnknown, "not replayable, tried 2 times: timeout"),
			result("slow", 2, Missing, "there is no golden yet; two runs agree with each other"),
			result("slow", 3, Skipped, "stopped before it was checked"),
			result("gone\x1b[2J\n::error::x", 1, Orphan, "the configuration has no such workflow, or gives it no such seed"),
		},
	}
}

func TestForms(t *testing.T) {
	forms := map[string]func(io.Writer, Report) error{
		"junit.xml":     WriteJUnit,
		"annotations":   func(w io.Writer, r Report) error { return WriteAnnotations(w, r, "engine") },
		"summary.md":    func(w io.Writer, r Report) error { return WriteSummary(w, r, MaxSummary) },
		"summary-1k.md": func(w io.Writer, r Report) error { return WriteSummary(w, r, 1000) },
	}
	g := goldie.New(t, goldie.WithFixtureDir("testdata"), goldie.WithNameSuffix(".golden"))
	for name, write := range forms {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := write(&out, everything()); err != nil {
				t.Fatal(err)
			}
			g.Assert(t, name, out.Bytes())
		})
	}
}

// Whatever a workflow printed, the XML is valid and its figures are those of its elements.
func TestJUnitIsValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 0, 40)
		var r Report
		r.FailOn = []string{"violation", "missing"}
		for i := range rapid.IntRange(0, 5).Draw(t, "results") {
			r.Results = append(r.Results, Result{
				Case: Case{string(text.Draw(t, "workflow")), uint64(i)}, Verdict: rapid.SampledFrom(Verdicts).Draw(t, "verdict"),
				Why: string(text.Draw(t, "why")), Golden: string(text.Draw(t, "golden")),
				Differences: []replay.Difference{{Path: string(text.Draw(t, "path")), Got: text.Draw(t, "got"), Why: string(text.Draw(t, "because"))}},
			})
		}
		var out bytes.Buffer
		if err := WriteJUnit(&out, r); err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for d := xml.NewDecoder(&out); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in\n%s", err, out.String())
			}
			if start, ok := token.(xml.StartElement); ok {
				counts[start.Name.Local]++
			}
		}
		fails := 0
		for _, result := range r.Results {
			if r.Fails(result) {
				fails++
			}
		}
		if counts["testcase"] != len(r.Results) || counts["failure"] != fails {
			t.Errorf("%v, want %d cases and %d failures", counts, len(r.Results), fails)
		}
	})
}

// GitHub shows ten annotations of a kind of a step; each is one line, whatever is in it.
func TestAnnotationsAreWithinGitHubsLimits(t *testing.T) {
	r := Report{FailOn: []string{"drift"}}
	for i := range 40 {
		verdict := replay.VerdictDrift
		if i%2 == 0 {
			verdict = replay.VerdictLeak
		}
		r.Results = append(r.Results, Result{Case: Case{fmt.Sprintf("flow-%d", i), 1}, Verdict: verdict, Why: "one\ntwo\r::error::three"})
	}
	var out bytes.Buffer
	if err := WriteAnnotations(&out, r, ""); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(out.String()) {
		kind, _, _ := strings.Cut(line, " ")
		counts[kind]++
	}
	if diff := cmp.Diff(map[string]int{"::error": 10, "::warning": 10}, counts); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
	if !strings.Contains(out.String(), "::error title=shadowrun gate::11 more; ") {
		t.Errorf("what was left out is not told:\n%s", out.String())
	}
}

// A golden that lies outside the configuration's folder is named as it is, for the runner to find within the repository.
func TestAnnotationsNameGoldensElsewhere(t *testing.T) {
	r := Report{Results: []Result{{Case: Case{"flow", 1}, Verdict: replay.VerdictLeak, Why: "x", Golden: "/repo/goldens/flow/1.golden", Line: 3}}}
	var out bytes.Buffer
	if err := WriteAnnotations(&out, r, "ci"); err != nil || !strings.HasPrefix(out.String(), "::warning file=/repo/goldens/flow/1.golden,line=3,") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// A summary never outgrows its limit, and what it leaves out it says.
func TestSummaryIsWithinItsLimit(t *testing.T) {
	r := Report{FailOn: []string{"drift"}}
	for i := range 3000 {
		r.Results = append(r.Results, Result{Case: Case{fmt.Sprintf("flow-%d", i), 1}, Verdict: replay.VerdictDrift, Why: strings.Repeat("é", 400)})
	}
	for _, limit := range []int{MaxSummary, 100_000, 0, -5} {
		var out bytes.Buffer
		if err := WriteSummary(&out, r, limit); err != nil {
			t.Fatal(err)
		}
		if out.Len() > max(limit, 0) || limit > noteSpace && !strings.Contains(out.String(), "sections left out: ") {
			t.Errorf("limit %d: %d bytes, ending %q", limit, out.Len(), out.String()[max(0, out.Len()-100):])
		}
	}
}

func TestJudge(t *testing.T) {
	of := func(verdicts ...replay.Verdict) (results []Result) {
		for i, v := range verdicts {
			results = append(results, Result{Case: Case{"w", uint64(i)}, Verdict: v})
		}
		return results
	}
	const match, leak, violation, drift, unknown = replay.VerdictMatch, replay.VerdictLeak, replay.VerdictViolation, replay.VerdictDrift, replay.VerdictUnknown
	tests := []struct {
		name   string
		report Report
		want   soak.Outcome
		why    string
	}{
		{"all match", Report{Results: of(match, match)}, soak.Pass, "2 compared with their goldens"},
		{"a leak warns", Report{Results: of(match, leak)}, soak.Pass, "2 compared with their goldens"},
		{"a leak, where it fails", Report{Results: of(match, leak), FailOn: []string{"leak"}}, soak.Fail, "1 leak, of 2"},
		{"the gravest first", Report{Results: of(drift, match, drift, violation), FailOn: []string{"drift", "violation"}}, soak.Fail, "1 violation, 2 drift, of 4"},
		{"nothing at all", Report{}, soak.Inconclusive, "nothing was compared with a golden"},
		{"nothing but what is missing and may be", Report{Results: of(Missing, Orphan)}, soak.Inconclusive, "nothing was compared with a golden"},
		{"an unknown never passes", Report{Results: of(match, unknown)}, soak.Inconclusive, "1 of 2 could not be compared"},
		{"FAIL before INCONCLUSIVE", Report{Results: of(unknown, drift, Skipped), FailOn: []string{"drift"}}, soak.Fail, "1 drift, of 3"},
		{"goldens that were changed", Report{Results: of(match), Problems: []golden.Problem{{Kind: golden.ProblemUnsigned}, {Kind: golden.ProblemOrphan}}}, soak.Inconclusive, "the goldens are not as they were stored"},
		{"goldens that are only not signed", Report{Results: of(match), Problems: []golden.Problem{{Kind: golden.ProblemUnsigned}}}, soak.Inconclusive, "the goldens are not signed, and there are keys to sign them"},
		{"stopped", Report{Results: of(match, Skipped)}, soak.Interrupted, "stopped after 1 of 2"},
		{"stopped at once", Report{Results: of(Skipped, Skipped)}, soak.Inconclusive, "nothing was compared with a golden"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, why := test.report.Judge()
			if got != test.want || why != test.why {
				t.Errorf("%s, %q; want %s, %q", got, why, test.want, test.why)
			}
		})
	}
}
