package replay

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// traceOf makes a trace: lines are events, of which each starts with its kind, then has a name
// if the kind has one, then a value.
func traceOf(output string, seed int, status string, lines ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"canonical":"shadowrun-c14n/1","format":"shadowrun-trace/1","output":%q,"seed":%d,"workflow":"orders"}`+"\n", output, seed)
	for _, line := range lines {
		kind, rest, _ := strings.Cut(line, " ")
		switch kind {
		case "step", "artifact", "call":
			name, value, _ := strings.Cut(rest, " ")
			fmt.Fprintf(&b, `{"kind":%q,"name":%q,"value":%s}`+"\n", kind, name, value)
		default:
			fmt.Fprintf(&b, `{"kind":%q,"value":%s}`+"\n", kind, rest)
		}
	}
	before, after, _ := strings.Cut(status, `"status"`) // fields are sorted
	fmt.Fprintf(&b, `{"end":{"events":%d,%s"status"%s}}`+"\n", len(lines), before, after)
	return b.String()
}

const ended = `"status":"ok"`

func TestCompareTraces(t *testing.T) {
	steps := func(lines ...string) string { return traceOf("steps", 7, ended, lines...) }
	tests := []struct {
		name      string
		want, got string
		diff      []string
	}{
		{"equal", steps("step a 1"), steps("step a 1"), nil},
		{"a field of a step", steps(`step a {"x":1}`, "step b 2"), steps(`step a {"x":2}`, "step b 2"), []string{"changed /a/x 1 -> 2"}},
		{"a repetition", steps("step a 1", "step a 1", "step a 1"), steps("step a 1", "step a 1", "step a 2"), []string{"changed /a#3 1 -> 2"}},
		{"a step more", steps("step a 1"), steps("step a 1", "step b 2"), []string{"added /b 2"}},
		{"a step less", steps("step a 1", "step b 2"), steps("step b 2"), []string{"removed /a 1"}},
		{"a repetition more", steps("step a 1", "step a 2"), steps("step a 0", "step a 1", "step a 2"), []string{"added /a 0"}},
		{"steps of other names are not paired", steps("step a 1"), steps("step b 1"), []string{"removed /a 1", "added /b 1"}},
		{"a step that needs escapes", steps("step a/b~c 1"), steps("step a/b~c 2"), []string{"changed /a~1b~0c 1 -> 2"}},
		{"the same steps in another order", steps("step a 1", "step b 2", "step c 3", "step d 4"), steps("step a 1", "step c 3", "step b 2", "step d 4"),
			[]string{`moved  ["/b","/c"] -> ["/c","/b"]`}},
		{"another order and a change", steps("step a 1", `step b {"x":2}`, "step c 3"), steps("step c 3", "step a 1", `step b {"x":5}`),
			[]string{`moved  ["/a","/b","/c"] -> ["/c","/a","/b"]`, "changed /b/x 2 -> 5"}},
		{"everything changed", steps("step a 1", "step b 2", "step c 3"), steps("step a 2", "step b 3", "step c 4"), []string{
			"changed /a 1 -> 2", "changed /b 2 -> 3", "changed /c 3 -> 4"}},
		{"other kinds", steps("artifact d/x.txt 1", "call GET 1", "checkpoint 1", "fault 1"), steps("artifact d/x.txt 2", "call GET 2", "checkpoint 2", "fault 2"), []string{
			"changed /@artifact/d~1x.txt 1 -> 2", "changed /@call/0 1 -> 2", "changed /@checkpoint/0 1 -> 2", "changed /@fault/0 1 -> 2"}},
		{"a call elsewhere", steps("call A 1", "call B 1"), steps("call A 1", "call C 1"), []string{`changed /@call/1/@name "B" -> "C"`}},
		{"one document", traceOf("json", 7, ended, `out {"pricing":{"spread":1}}`), traceOf("json", 7, ended, `out {"pricing":{"spread":2}}`),
			[]string{"changed /pricing/spread 1 -> 2"}},
		{"a line inserted", traceOf("jsonl", 7, ended, "out 1", "out 2"), traceOf("jsonl", 7, ended, "out 0", "out 1", "out 2"), []string{"added /0 0"}},
		{"a line inserted in a log with times", traceOf("text", 7, ended, `out "10:00 a"`, `out "10:01 b"`), traceOf("text", 7, ended, `out "11:00 a"`, `out "11:00 z"`, `out "11:02 b"`),
			[]string{`changed /0 "10:00 a" -> "11:00 a"`, `added /1 "11:00 z"`, `changed /1 (/2) "10:01 b" -> "11:02 b"`}},
		{"a line less", traceOf("jsonl", 7, ended, "out 1", "out 2", "out 3"), traceOf("jsonl", 7, ended, "out 1", "out 3"), []string{"removed /1 2"}},
		{"repetitions in another order", steps("step a 1", "step a 2"), steps("step a 2", "step a 1"), []string{`moved  ["/a","/a#2"] -> ["/a#2","/a"]`}},
		{"kinds interleaved otherwise", traceOf("jsonl", 7, ended, "out 1", "step s 1"), traceOf("jsonl", 7, ended, "step s 2", "out 2"), []string{
			`moved  ["/0","/s"] -> ["/s","/0"]`, "changed /0 1 -> 2", "changed /s 1 -> 2"}},
		{"how it ended", traceOf("steps", 7, ended), traceOf("steps", 7, `"exit":3,"status":"exit"`), []string{
			"added /@end/exit 3", `changed /@end/status "ok" -> "exit"`}},
		{"an error that quotes the count", traceOf("steps", 7, ended), strings.Replace(traceOf("steps", 7, `"status":"exit"`), `"events"`, `"error":"\"events\":1,","events"`, 1), []string{
			`added /@end/error "\"events\":1,"`, `changed /@end/status "ok" -> "exit"`}},
		{"another seed", traceOf("steps", 7, ended), traceOf("steps", 8, ended), []string{"changed /@header/seed 7 -> 8"}},
		{"another kind of output", traceOf("json", 7, ended, "out 1"), traceOf("jsonl", 7, ended, "out 2"), []string{
			`changed /@header/output "json" -> "jsonl"`, "changed  (/0) 1 -> 2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := CompareTraces([]byte(test.want), []byte(test.got), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.diff, brief(r.Differences)); d != "" {
				t.Errorf("differences (-want +got):\n%s", d)
			}
		})
	}
}

func TestCompareTracesRefuses(t *testing.T) {
	whole := traceOf("steps", 7, ended, "step a 1", "step b 2")
	tests := []struct{ name, got, err string }{
		{"nothing", "", "second document: want a trace: a header, events and an end, a line each"},
		{"no end", whole[:strings.LastIndex(whole, `{"end"`)], "second document, line 3: end: "},
		{"a line lost", strings.Replace(whole, `{"kind":"step","name":"a","value":1}`+"\n", "", 1), "second document, line 3: end: 2 events announced, 1 found"},
		{"an event that is none", strings.Replace(whole, `"kind":"step","name":"a"`, `"kind":"hop","name":"a"`, 1), `second document, line 2: event: unknown kind "hop"`},
		{"a bad value", strings.Replace(whole, `"value":2`, `"value":]`, 1), "second document, line 3: event: "},
		{"another header", strings.Replace(whole, "shadowrun-trace/1", "shadowrun-trace/9", 1), `second document, line 1: header: format "shadowrun-trace/9"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := CompareTraces([]byte(whole), []byte(test.got), Options{})
			if err == nil || !strings.HasPrefix(err.Error(), test.err) {
				t.Errorf("error %v: want one that starts with %q", err, test.err)
			}
		})
	}
}

// Every event that differs is reported once, and differences account for the lengths.
func TestTraceDifferencesAddUp(t *testing.T) {
	line := rapid.Custom(func(t *rapid.T) string {
		kind := rapid.SampledFrom([]string{"out", "step a", "step b", "call x", "call y", "artifact f", "checkpoint"}).Draw(t, "kind")
		return fmt.Sprintf("%s %d", kind, rapid.IntRange(0, 2).Draw(t, "value"))
	})
	lines := rapid.SliceOfN(line, 0, 10)
	rapid.Check(t, func(t *rapid.T) {
		want, got := lines.Draw(t, "want"), lines.Draw(t, "got")
		o := Options{MaxAlign: rapid.SampledFrom([]int{0, 1, 20}).Draw(t, "limit")}
		r, err := CompareTraces([]byte(traceOf("jsonl", 7, ended, want...)), []byte(traceOf("jsonl", 7, ended, got...)), o)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[[2]string]bool)
		length := len(want)
		for _, d := range r.Differences {
			at := [2]string{d.Path, d.GotPath}
			if seen[at] {
				t.Fatalf("twice at %q:\n%s", at, strings.Join(brief(r.Differences), "\n"))
			}
			seen[at] = true
			switch d.Kind {
			case Added:
				length++
			case Removed:
				length--
			}
		}
		if length != len(got) {
			t.Fatalf("%d events become %d, not %d:\n%s", len(want), length, len(got), strings.Join(brief(r.Differences), "\n"))
		}
		if r.Equal() != (strings.Join(want, "\n") == strings.Join(got, "\n")) {
			t.Fatalf("Equal() = %t", r.Equal())
		}
	})
}
