package gate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/shadowrun/shadowrun/harness/soak"
	"github.com/shadowrun/shadowrun/replay"
)

// steady is what the goldens are made with.
const steady = `echo '{"price": '$1', "note": "as agreed"}'` + "\n"

// took says how long it took, and wait something that it has from elsewhere.
const took = `s=$(date +%s%N); sleep 0.02; echo '{"took_us": '$((($(date +%s%N)-s)/1000))'}'`

func wait(rate string) string { return "sleep 0.05; echo '{\"took_s\": '" + rate + "'}'\n" }

// verdicts are what a check is held to of each result.
var verdicts = cmpopts.IgnoreFields(Result{}, "Why", "Differences", "Steps", "New", "NewMore", "NewDigest", "Duration", "Golden")

func TestCheck(t *testing.T) {
	one, two := Case{"flow", 1}, Case{"flow", 2}
	tests := []struct {
		name   string
		script string // with which the goldens are compared
		before string // with which they were made; "" for steady
		change func(repository)
		want   []Result
	}{
		{name: "nothing changed", script: steady, want: []Result{
			{Case: one, Verdict: replay.VerdictMatch, Runs: 2},
			{Case: two, Verdict: replay.VerdictMatch, Runs: 2},
		}},
		{name: "the program changed and does the same", script: "# tidied up\n" + steady, want: []Result{
			{Case: one, Verdict: replay.VerdictMatch, Runs: 2},
			{Case: two, Verdict: replay.VerdictMatch, Runs: 2},
		}},
		{name: "a change of behaviour, for one seed", script: `[ $1 = 2 ] && set 3` + "\n" + steady, want: []Result{
			{Case: one, Verdict: replay.VerdictMatch, Runs: 2},
			{Case: two, Verdict: replay.VerdictDrift, Runs: 3, Differing: 3, Agrees: true, Line: 17},
		}},
		{name: "a time stamp", before: `date '+{"at": "%FT%T.%NZ"}'`, script: `date '+{"at": "%FT%T.%NZ"}'`, want: []Result{
			{Case: one, Verdict: replay.VerdictLeak, Runs: 2, Differing: 2, Line: 16},
			{Case: two, Verdict: replay.VerdictLeak, Runs: 2, Differing: 2, Line: 16},
		}},
		{name: "a new field with a clock in it", script: `date '+{"price": '$1', "note": "as agreed", "box": "box %s%N"}'`, want: []Result{
			{Case: one, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 15},
			{Case: two, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 15},
		}},
		{name: "a process id", before: `echo '{"made_by": '$$'}'`, script: `echo '{"made_by": '$$'}'`, want: []Result{
			{Case: one, Verdict: replay.VerdictLeak, Runs: 2, Differing: 2, Line: 16},
			{Case: two, Verdict: replay.VerdictLeak, Runs: 2, Differing: 2, Line: 16},
		}},
		{name: "how long it took", before: took, script: took, want: []Result{
			{Case: one, Verdict: replay.VerdictLeak, Runs: 3, Differing: 2, Line: 16},
			{Case: two, Verdict: replay.VerdictLeak, Runs: 3, Differing: 2, Line: 16},
		}},
		{name: "a change that would fit into the time it took", before: wait("0.01"), script: wait("0.02"), want: []Result{
			{Case: one, Verdict: replay.VerdictDrift, Runs: 4, Differing: 2, Agrees: true, Line: 16},
			{Case: two, Verdict: replay.VerdictDrift, Runs: 4, Differing: 2, Agrees: true, Line: 16},
		}},
		{name: "such a change of what no fingerprint covers", before: wait("$(cat rate)"), script: wait("$(cat rate)"), change: func(r repository) { r.write("rate", "0.02") }, want: []Result{
			{Case: one, Verdict: replay.VerdictViolation, Runs: 4, Differing: 2, Agrees: true, Line: 16},
			{Case: two, Verdict: replay.VerdictViolation, Runs: 4, Differing: 2, Agrees: true, Line: 16},
		}},
		{name: "randomness", script: `echo '{"price": '$(od -An -tu4 -N4 /dev/urandom)', "note": "as agreed"}'`, want: []Result{
			{Case: one, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Line: 17},
			{Case: two, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Line: 17},
		}},
		{
			name:   "what no fingerprint covers changed",
			before: `echo '{"price": '$(cat rate)'}'`, script: `echo '{"price": '$(cat rate)'}'`,
			change: func(r repository) { r.write("rate", "8") },
			want: []Result{
				{Case: one, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 16},
				{Case: two, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 16},
			},
		},
		{
			name:   "a build that is another from its second run on",
			script: `n=$(cat n$1 2>/dev/null || echo 0); echo $((n+1)) >n$1; [ $n = 0 ] || set 7` + "\n" + steady,
			want: []Result{
				{Case: one, Verdict: replay.VerdictViolation, Runs: 4, Differing: 3, Line: 17},
				{Case: two, Verdict: replay.VerdictViolation, Runs: 4, Differing: 3, Line: 17},
			},
		},
		{
			name: "one golden is not there, another is nobody's", script: steady,
			change: func(r repository) {
				r.write("shadowrun.yaml", "gate: {seeds: [1, 3], replays: 2}\nworkflows: [{name: flow, command: [sh, flow.sh, \"{seed}\"], output: json}]\n")
			},
			want: []Result{
				{Case: one, Verdict: replay.VerdictMatch, Runs: 2},
				{Case: Case{"flow", 3}, Verdict: Missing, Runs: 2},
				{Case: two, Verdict: Orphan},
			},
		},
		{name: "a program that hangs", script: "read x </dev/zero", change: func(r repository) {
			r.write("shadowrun.yaml", "gate: {seeds: [1], replays: 2}\nworkflows: [{name: flow, command: [sh, -c, \"exec sleep 60\"], output: json, timeout: 50ms}]\n")
		}, want: []Result{
			{Case: one, Verdict: replay.VerdictUnknown},
			{Case: two, Verdict: Orphan},
		}},
		{name: "a golden that was edited", script: steady, change: func(r repository) { r.write("testdata/goldens/flow/2.golden", "{}\n") },
			want: []Result{
				{Case: one, Verdict: replay.VerdictMatch, Runs: 2},
				{Case: two, Verdict: replay.VerdictUnknown, Damaged: true},
			}},
		{name: "a golden that was removed", script: steady, change: func(r repository) { r.remove("testdata/goldens/flow/2.golden") },
			want: []Result{
				{Case: one, Verdict: replay.VerdictMatch, Runs: 2},
				{Case: two, Verdict: replay.VerdictUnknown, Damaged: true},
			}},
		{name: "what is known is of other goldens", script: `set 9` + "\n" + steady, change: func(r repository) { r.edit("testdata/goldens/.circumstances.jsonl", `"digest":"`, `"digest":"0`) },
			want: []Result{
				{Case: one, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 17},
				{Case: two, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 17},
			}},
		{name: "what surrounded the goldens is not known", script: `set 9` + "\n" + steady, change: func(r repository) { r.remove("testdata/goldens/.circumstances.jsonl") },
			want: []Result{
				{Case: one, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 17},
				{Case: two, Verdict: replay.VerdictViolation, Runs: 3, Differing: 3, Agrees: true, Line: 17},
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := test.before
			if before == "" {
				before = steady
			}
			r := newRepository(t, oneFlow, before)
			r.write("rate", "0.01")
			r.accept()
			r.write("flow.sh", test.script)
			if test.change != nil {
				test.change(r)
			}
			report := r.check(Scope{})
			if diff := cmp.Diff(test.want, report.Results, verdicts, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
				for _, result := range report.Results {
					t.Log(result.Why, result.Differences)
				}
			}
		})
	}
}

// A first run has no golden to differ from: it is held to itself.
func TestWithoutGoldens(t *testing.T) {
	tests := []struct {
		name, script string
		want         replay.Verdict
	}{
		{"steady", steady, Missing},
		{"a time stamp", `date '+{"at": "%FT%T.%NZ"}'`, Missing},
		{"randomness", `echo '{"price": '$(od -An -tu4 -N4 /dev/urandom)'}'`, replay.VerdictViolation},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report := newRepository(t, oneFlow, test.script).check(Scope{Seeds: []uint64{2}})
			if len(report.Results) != 1 || report.Results[0].Verdict != test.want || report.Results[0].Agrees {
				t.Errorf("%+v, want one %s", report.Results, test.want)
			}
		})
	}
}

// An orphan outside the scope is nobody's business there.
func TestOrphansWithinTheScope(t *testing.T) {
	r := newRepository(t, oneFlow, steady)
	r.accept()
	r.write("shadowrun.yaml", "gate: {seeds: [2]}\nworkflows: [{name: flow, command: [sh, flow.sh, \"{seed}\"], output: json}]\n")
	for _, test := range []struct {
		scope Scope
		want  int
	}{{Scope{}, 1}, {Scope{Workflows: []string{"flow"}}, 1}, {Scope{Seeds: []uint64{2}}, 0}} {
		if got := r.check(test.scope).Count(Orphan); got != test.want {
			t.Errorf("%+v: %d orphans, want %d", test.scope, got, test.want)
		}
	}
}

// A file that goldens.sum does not name is nobody's, whatever it is called; no case would find it.
func TestStrays(t *testing.T) {
	r := newRepository(t, oneFlow, steady)
	r.accept()
	for _, name := range []string{"flow/9.golden", "gone/1.golden", "zzz.golden"} {
		r.write(filepath.Join("testdata/goldens", name), "what a merge left\n")
	}
	report := r.check(Scope{})
	var got []string
	for _, p := range report.Problems {
		got = append(got, fmt.Sprintf("%s %s", p.Golden, p.Kind))
	}
	if diff := cmp.Diff([]string{"flow/9.golden orphan", "gone/1.golden orphan", "zzz.golden orphan"}, got); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
	if outcome, why := report.Judge(); outcome != soak.Inconclusive {
		t.Errorf("%s: %s", outcome, why)
	}
}

func TestScope(t *testing.T) {
	cases := []Case{{"a", 1}, {"a", 2}, {"b", 1}, {"b", 2}}
	tests := []struct {
		name  string
		scope Scope
		want  []Case
		err   string
	}{
		{"all", Scope{}, cases, ""},
		{"a workflow", Scope{Workflows: []string{"b"}}, []Case{{"b", 1}, {"b", 2}}, ""},
		{"a seed", Scope{Seeds: []uint64{2}}, []Case{{"a", 2}, {"b", 2}}, ""},
		{"both", Scope{[]string{"a"}, []uint64{1}}, []Case{{"a", 1}}, ""},
		{"no such workflow", Scope{Workflows: []string{"c"}}, nil, "workflow c is none of the gate's; gate.workflows in the configuration names them"},
		{"no such seed", Scope{Seeds: []uint64{3}}, nil, "seed 3 is none of the gate's; gate.seeds in the configuration names them"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.scope.Within(cases)
			text := ""
			if err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" || text != test.err {
				t.Errorf("error %q (want -, got +)\n%s", text, diff)
			}
		})
	}
}

// What a stop left unchecked is said to be so, and is no pass.
func TestStopped(t *testing.T) {
	r := newRepository(t, oneFlow, steady)
	r.accept()
	ctx, cancel := context.WithCancel(t.Context())
	g := r.open(Scope{})
	g.Config.Workers = 1
	g.Notify = func(Result) { cancel() }
	report, err := g.Check(ctx)
	if err != nil {
		t.Fatal(err)
	}
	outcome, why := report.Judge()
	want := []any{1, 1, "INTERRUPTED", "stopped after 1 of 2"}
	if diff := cmp.Diff(want, []any{report.Count(replay.VerdictMatch), report.Count(Skipped), string(outcome), why}); diff != "" {
		t.Errorf("(want -, got +)\n%s", diff)
	}
}

// A golden that the system does not let us read is not known to be another, and is not written over.
func TestCheckTellsUnreadableFromChanged(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read every file: run as somebody else, nothing is refused")
	}
	r := newRepository(t, oneFlow, steady)
	r.accept()
	if err := os.Chmod(filepath.Join(r.dir, "testdata/goldens/flow/1.golden"), 0); err != nil {
		t.Fatal(err)
	}
	got := r.check(Scope{}).Results[0]
	if got.Verdict != replay.VerdictUnknown || got.Acceptable() || !strings.Contains(got.Why, "unreadable: it can't be read: permission denied") {
		t.Errorf("%+v, want it unknown, unreadable and not acceptable", got)
	}
}
