package runbook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const covered = `# Valve
~~~sh id=look
look
~~~
~~~sh id=turn
turn
~~~
~~~output
turned
~~~
~~~text id=call manual="a person's"
call
~~~
## Pipe
~~~sh id=weld
weld
~~~
`

// scan reads a scenario in which LOOK stands for the digest of the step look, and so on.
func scan(t *testing.T, name string, b *Book, script string) *Scenario {
	t.Helper()
	for _, p := range b.Procedures {
		script = strings.ReplaceAll(script, strings.ToUpper(p.ID), p.Digest())
		for _, s := range p.Steps {
			script = strings.ReplaceAll(script, strings.ToUpper(s.ID), s.Digest)
		}
	}
	s, err := ScanScenario(name, []byte(script))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCoverage(t *testing.T) {
	b := mustParse(t, "b", covered)
	turn, pipe := b.Step("turn").Digest, b.Procedure("pipe").Digest()
	for _, test := range []struct {
		name, script string
		want         []string // of look, turn, call and weld
	}{
		{"a step that nobody asserts", "step look LOOK\nexitcode 0", []string{
			"executed: a.txtar:1: nothing asserts what it printed or changed", "uncovered: no scenario carries it out",
			"manual: a person's", "uncovered: no scenario carries it out"}},
		{"a step that is asserted", "step look LOOK\nstdout x", []string{
			"asserted", "uncovered: no scenario carries it out", "manual: a person's", "uncovered: no scenario carries it out"}},
		{"one of two times is enough", "step look LOOK\nstdout x\nstep b:look LOOK", []string{
			"asserted", "uncovered: no scenario carries it out", "manual: a person's", "uncovered: no scenario carries it out"}},
		{"its own output asserts a step", "step turn TURN", []string{
			"uncovered: no scenario carries it out", "asserted", "manual: a person's", "uncovered: no scenario carries it out"}},
		{"after a procedure, its last step is asserted", "procedure valve VALVE\nstdout x\nprocedure pipe PIPE\nstdout x", []string{
			"executed: a.txtar:1: nothing asserts what it printed or changed", "asserted", "manual: a person's", "asserted"}},
		{"a step that was never reviewed", "step turn", []string{
			"uncovered: no scenario carries it out", "stale: a.txtar:1: nobody reviewed it; it is " + turn + " now",
			"manual: a person's", "uncovered: no scenario carries it out"}},
		{"a step that changed, whatever others say", "step turn TURN\nstep turn 0123456789ab\nstep turn TURN", []string{
			"uncovered: no scenario carries it out", "stale: a.txtar:2: reviewed as 0123456789ab; it is " + turn + " now",
			"manual: a person's", "uncovered: no scenario carries it out"}},
		{"a procedure that changed", "procedure pipe 0123456789ab\nstdout x", []string{
			"uncovered: no scenario carries it out", "uncovered: no scenario carries it out", "manual: a person's",
			"stale: a.txtar:1: reviewed as 0123456789ab; it is " + pipe + " now"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := Coverage([]*Book{b}, []*Scenario{scan(t, "a", b, test.script)})
			var got []string
			for _, c := range e.Steps {
				got = append(got, strings.TrimSuffix(fmt.Sprintf("%s: %s", c.State, c.Why), ": "))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestOrphans(t *testing.T) {
	b := mustParse(t, "b", covered)
	e := Coverage([]*Book{b}, []*Scenario{scan(t, "a", b, "step look LOOK\nstep gone 0\nprocedure c:valve 0")})
	var got []string
	for _, o := range e.Orphans {
		got = append(got, o.Use.Place()+": "+o.Why)
	}
	want := []string{
		`a.txtar:2: no runbook has a step "gone"; 'shadowrun runbook list' names them`,
		`a.txtar:3: no runbook has a procedure "c:valve"; 'shadowrun runbook list' names them`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestOrphansAreNotComplete: a scenario that names what is gone wants looking after.
func TestOrphansAreNotComplete(t *testing.T) {
	b := mustParse(t, "b", "# A\n~~~sh id=look\nlook\n~~~\n")
	for script, want := range map[string]bool{
		"step look LOOK\nstdout x":              true,
		"step look LOOK\nstdout x\nstep gone 0": false,
	} {
		if got := Coverage([]*Book{b}, []*Scenario{scan(t, "a", b, script)}).Complete([]*Book{b}); got != want {
			t.Errorf("%q: complete: %v, want %v", script, got, want)
		}
	}
}

func TestComplete(t *testing.T) {
	for _, test := range []struct {
		name    string
		figures Figures
		want    bool
	}{
		{"all", Figures{Steps: 3, Asserted: 3}, true},
		{"one in ten is manual", Figures{Steps: 10, Asserted: 9, Manual: 1}, true},
		{"more are manual", Figures{Steps: 9, Asserted: 8, Manual: 1}, false},
		{"one is only executed", Figures{Steps: 3, Asserted: 2, Executed: 1}, false},
		{"one is stale", Figures{Steps: 3, Asserted: 2, Stale: 1}, false},
		{"one is uncovered", Figures{Steps: 3, Asserted: 2, Uncovered: 1}, false},
		{"nothing at all", Figures{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.figures.Complete(); got != test.want {
				t.Errorf("complete: %v, want %v", got, test.want)
			}
		})
	}
	if got := (Figures{Steps: 1001, Asserted: 1000, Executed: 1}).Percent(); got != 99 {
		t.Errorf("1000 of 1001 are %d %%; only all are 100 %%", got)
	}
}

func TestCoverageOfADrill(t *testing.T) {
	b := mustParse(t, "b", "# A\n~~~sh id=look\nlook\n~~~\n")
	scenario := scan(t, "a", b, "step look LOOK\nstdout x")
	digest := b.Step("look").Digest
	passed := CarriedOut{Scenario: "a", Book: "b", Step: "look", Digest: digest, Verdict: Pass}
	failed, before := passed, passed
	failed.Verdict, before.Digest = Fail, "0123456789ab"
	for _, test := range []struct {
		name     string
		journals []*Journal
		want     Verdict
		complete bool
	}{
		{"none", nil, "", true},
		{"it passed", []*Journal{{Steps: []CarriedOut{passed}}}, Pass, true},
		{"it passed in one of two", []*Journal{{}, {Steps: []CarriedOut{passed}}}, Pass, true},
		{"it failed once", []*Journal{{Steps: []CarriedOut{passed, failed, passed}}}, Fail, false},
		{"it was another block then", []*Journal{{Steps: []CarriedOut{before}}}, NotReached, false},
		{"its scenario was skipped", []*Journal{{Scenarios: []ScenarioEnd{{Scenario: "a", Verdict: Skipped}}}}, Skipped, false},
		{"nothing got there", []*Journal{{}}, NotReached, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			books := []*Book{b}
			e := Coverage(books, []*Scenario{scenario}, test.journals...)
			if diff := cmp.Diff(test.want, e.Steps[0].Drill); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if got := e.Complete(books); got != test.complete {
				t.Errorf("complete: %v, want %v", got, test.complete)
			}
		})
	}
}
