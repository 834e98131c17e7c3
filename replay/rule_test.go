package replay

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRules(t *testing.T) {
	type counts struct{ Hits, Hidden, Equal int }
	ignore := func(path string) Rule { return Rule{Path: path, Action: Ignore, Reason: "test"} }
	volatile := func(path string) Rule { return Rule{Path: path, Action: Volatile, Reason: "test"} }
	unordered := func(path string) Rule { return Rule{Path: path, Action: Unordered, Reason: "test"} }
	within := func(path, most string) Rule {
		return Rule{Path: path, Action: Within, Within: most, Reason: "test"}
	}
	tests := []struct {
		name      string
		rules     []Rule
		want, got string
		diff      []string
		covered   []string
		audit     []counts
	}{
		{"ignore a change", []Rule{ignore("/at")}, `{"at":1,"x":1}`, `{"at":"2","x":2}`,
			[]string{"changed /x 1 -> 2"}, []string{`changed /at 1 -> "2"`}, []counts{{1, 1, 0}}},
		{"ignore a loss", []Rule{ignore("/at")}, `{"at":1}`, `{}`, nil, []string{"removed /at 1"}, []counts{{1, 1, 0}}},
		{"ignore a whole subtree", []Rule{ignore("/a/**")}, `{"a":{"b":1,"c":2}}`, `{"a":{"b":2,"c":3}}`,
			nil, []string{`changed /a {"b":1,"c":2} -> {"b":2,"c":3}`}, []counts{{1, 1, 0}}},
		{"equal anyway", []Rule{ignore("/at")}, `{"at":1,"x":1}`, `{"at":1,"x":2}`, []string{"changed /x 1 -> 2"}, nil, []counts{{1, 0, 1}}},
		{"equal anyway, in documents that are equal", []Rule{ignore("/*/at")}, `[{"at":1},{"at":2}]`, `[{"at":1},{"at":2}]`, nil, nil, []counts{{2, 0, 2}}},
		{"never matched", []Rule{ignore("/ta")}, `{"at":1}`, `{"at":2}`, []string{"changed /at 1 -> 2"}, nil, []counts{{}}},
		{"one segment", []Rule{ignore("/*/at")}, `{"a":{"at":1},"b":{"c":{"at":1}}}`, `{"a":{"at":2},"b":{"c":{"at":2}}}`,
			[]string{"changed /b/c/at 1 -> 2"}, []string{"changed /a/at 1 -> 2"}, []counts{{1, 1, 0}}},
		{"part of a segment", []Rule{ignore("/item-*")}, `{"item-1":1,"items":1}`, `{"item-1":2,"items":2}`,
			[]string{"changed /items 1 -> 2"}, []string{"changed /item-1 1 -> 2"}, []counts{{1, 1, 0}}},
		{"parts do not overlap", []Rule{ignore("/aba*aba")}, `{"ababa":1,"abaaba":1}`, `{"ababa":2,"abaaba":2}`,
			[]string{"changed /ababa 1 -> 2"}, []string{"changed /abaaba 1 -> 2"}, []counts{{1, 1, 0}}},
		{"any depth", []Rule{ignore("/**/at")}, `{"at":1,"b":[{"at":1},{"at":3}]}`, `{"at":2,"b":[{"at":2},{"at":3}]}`,
			nil, []string{"changed /at 1 -> 2", "changed /b/0/at 1 -> 2"}, []counts{{3, 2, 1}}},
		{"escapes", []Rule{ignore("/a~1b/c~0d")}, `{"a/b":{"c~d":1}}`, `{"a/b":{"c~d":2}}`, nil, []string{"changed /a~1b/c~0d 1 -> 2"}, []counts{{1, 1, 0}}},
		{"the first document's coordinates", []Rule{ignore("/1/at")}, `[{"at":1,"id":1},{"at":1,"id":2}]`, `[{"id":0},{"at":2,"id":1},{"at":2,"id":2}]`,
			[]string{`added /0 {"id":0}`, "changed /0/at (/1/at) 1 -> 2"}, []string{"changed /1/at (/2/at) 1 -> 2"}, []counts{{1, 1, 0}}},

		{"volatile", []Rule{volatile("/at")}, `{"at":1}`, `{"at":2.5}`, nil, []string{"changed /at 1 -> 2.5"}, []counts{{1, 1, 0}}},
		{"volatile: true and false have one type", []Rule{volatile("/at")}, `{"at":true}`, `{"at":false}`, nil, []string{"changed /at true -> false"}, []counts{{1, 1, 0}}},
		{"volatile: another type", []Rule{volatile("/at")}, `{"at":1}`, `{"at":null}`, []string{"changed /at 1 -> null"}, nil, []counts{{1, 0, 0}}},
		{"volatile: missing", []Rule{volatile("/at")}, `{}`, `{"at":1}`, []string{"added /at 1"}, nil, []counts{{1, 0, 0}}},
		{"the next rule takes what the first can't", []Rule{volatile("/at"), ignore("/at")}, `{"at":1}`, `{"at":null}`,
			nil, []string{"changed /at 1 -> null"}, []counts{{1, 0, 0}, {1, 1, 0}}},
		{"the first rule that can has the credit", []Rule{ignore("/at"), ignore("/a*")}, `{"at":1}`, `{"at":2}`,
			nil, []string{"changed /at 1 -> 2"}, []counts{{1, 1, 0}, {1, 0, 0}}},
		{"equal anyway, counted as a whole", []Rule{ignore("/a/**")}, `{"a":{"b":1,"c":2}}`, `{"a":{"b":1,"c":2}}`, nil, nil, []counts{{1, 0, 1}}},

		{"within, all over", []Rule{within("/*", "0.01")}, `{"x":1}`, `{"x":1.01}`, nil, nil, nil},
		{"within, absolute", []Rule{within("/x*", "0.01")}, `{"x":1,"x1":1,"x2":1,"x3":100}`, `{"x":1.01,"x1":1.0100000000000000001,"x2":"1","x3":99.99}`,
			[]string{"changed /x1 1 -> 1.0100000000000000001", `changed /x2 1 -> "1"`}, []string{"changed /x 1 -> 1.01", "changed /x3 100 -> 99.99"}, []counts{{4, 2, 0}}},
		{"within, relative", []Rule{within("/x*", "1%")}, `{"x":-200,"x1":-200,"x2":0}`, `{"x":-202,"x1":-202.1,"x2":0.0}`,
			[]string{"changed /x1 -200 -> -202.1"}, []string{"changed /x -200 -> -202", "changed /x2 0 -> 0.0"}, []counts{{3, 2, 0}}},
		{"within: numbers beyond computing", []Rule{within("/x", "1%")}, `{"x":1e999999999}`, `{"x":1e999999998}`,
			[]string{"changed /x 1e999999999 -> 1e999999998"}, nil, []counts{{1, 0, 0}}},

		{"unordered", []Rule{unordered("/s")}, `{"s":[1,2,3]}`, `{"s":[3,1,2]}`, nil, []string{"moved /s [1,2,3] -> [3,1,2]"}, []counts{{1, 1, 0}}},
		{"unordered root", []Rule{unordered("")}, `[1,2]`, `[2,1]`, nil, []string{"moved  [1,2] -> [2,1]"}, []counts{{1, 1, 0}}},
		{"unordered, one changed", []Rule{unordered("/s")}, `{"s":["a","b","c"]}`, `{"s":["c","a","x"]}`,
			[]string{`changed /s/1 (/s/2) "b" -> "x"`}, []string{`moved /s ["a","b","c"] -> ["c","a","x"]`}, []counts{{1, 1, 0}}},
		{"unordered, one more", []Rule{unordered("/s")}, `{"s":["a"]}`, `{"s":["b","a"]}`, []string{`added /s/1 (/s/0) "b"`}, nil, []counts{{1, 0, 0}}},
		{"unordered, with rules inside", []Rule{unordered("/s"), ignore("/s/*/at")}, `{"s":[{"at":1,"id":"a"},{"at":2,"id":"b"}]}`, `{"s":[{"at":3,"id":"b"},{"at":4,"id":"a"}]}`,
			nil, []string{`moved /s [{"at":1,"id":"a"},{"at":2,"id":"b"}] -> [{"at":3,"id":"b"},{"at":4,"id":"a"}]`, "changed /s/0/at (/s/1/at) 1 -> 4", "changed /s/1/at (/s/0/at) 2 -> 3"},
			[]counts{{1, 1, 0}, {2, 2, 0}}},
		{"of another workflow", []Rule{{Path: "/at", Action: Ignore, Reason: "test", Workflow: "orders"}}, `{"at":1}`, `{"at":2}`,
			[]string{"changed /at 1 -> 2"}, nil, []counts{{}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rs, err := NewRuleSet(test.rules)
			if test.audit == nil {
				if err == nil {
					t.Error("no error: the rule covers a whole trace")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r, err := Compare([]byte(test.want), []byte(test.got), JSON, Options{Rules: rs})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.diff, brief(r.Differences)); d != "" {
				t.Errorf("differences (-want +got):\n%s", d)
			}
			var covered []Difference
			for _, c := range r.Covered {
				covered = append(covered, c.Difference)
			}
			if d := cmp.Diff(test.covered, brief(covered)); d != "" {
				t.Errorf("covered (-want +got):\n%s", d)
			}
			total := rs.Audit()
			total.Add(r.Audit)
			total.Add(r.Audit)
			for i, a := range total {
				if got := (counts{a.Hits / 2, a.Hidden / 2, a.Equal / 2}); got != test.audit[i] {
					t.Errorf("rule %d: %+v, want %+v", i, got, test.audit[i])
				}
			}
		})
	}
}

func TestRulesOnTraces(t *testing.T) {
	rules := []Rule{
		{Path: "/a/at", Action: Volatile, Reason: "test", Workflow: "orders"},
		{Path: "/**/at", Action: Volatile, Reason: "test", Workflow: "invoices"},
		{Path: "", Action: Unordered, Reason: "steps run at once"},
		{Path: "/@end/exit", Action: Ignore, Reason: "test"},
	}
	rs, err := NewRuleSet(rules)
	if err != nil {
		t.Fatal(err)
	}
	want := traceOf("steps", 7, `"exit":1,"status":"exit"`, `step a {"at":1}`, `step b {"at":1}`, `step a {"at":5}`)
	got := traceOf("steps", 7, `"exit":2,"status":"exit"`, `step b {"at":2}`, `step a {"at":2}`, `step a {"at":5}`)
	r, err := CompareTraces([]byte(want), []byte(got), Options{Rules: rs})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"changed /b/at 1 -> 2"}, brief(r.Differences)); d != "" {
		t.Errorf("differences (-want +got):\n%s", d)
	}
	wantAudit := Audit{{Rule: rules[0], Hits: 1, Hidden: 1}, {Rule: rules[1]}, {Rule: rules[2], Hits: 1, Hidden: 1}, {Rule: rules[3], Hits: 1, Hidden: 1}}
	if d := cmp.Diff(wantAudit, r.Audit); d != "" {
		t.Errorf("audit (-want +got):\n%s", d)
	}
	same, err := CompareTraces([]byte(want), []byte(want), Options{Rules: rs})
	if err != nil {
		t.Fatal(err)
	}
	wantAudit = Audit{{Rule: rules[0], Hits: 1, Equal: 1}, {Rule: rules[1]}, {Rule: rules[2], Hits: 1, Equal: 1}, {Rule: rules[3], Hits: 1, Equal: 1}}
	if d := cmp.Diff(wantAudit, same.Audit); d != "" {
		t.Errorf("audit of equal traces (-want +got):\n%s", d)
	}
}

func TestNewRuleSetRefuses(t *testing.T) {
	const whole = "covers a whole trace"
	tests := []struct {
		name string
		rule Rule
		err  string
	}{
		{"no reason", Rule{Path: "/a", Action: Ignore, Reason: " "}, "no reason"},
		{"no such action", Rule{Path: "/a", Action: "skip", Reason: "r"}, `action "skip": want ignore, volatile, unordered or within`},
		{"no slash", Rule{Path: "a", Action: Ignore, Reason: "r"}, "starts with a slash"},
		{"two stars alone", Rule{Path: "**", Action: Ignore, Reason: "r"}, "starts with a slash"},
		{"a bad escape", Rule{Path: "/a~2", Action: Ignore, Reason: "r"}, "want ~0 or ~1"},
		{"an escape cut off", Rule{Path: "/a~", Action: Ignore, Reason: "r"}, "want ~0 or ~1"},
		{"a second escape that is bad", Rule{Path: "/~0~x", Action: Ignore, Reason: "r"}, "want ~0 or ~1"},
		{"stars within a segment", Rule{Path: "/a**", Action: Ignore, Reason: "r"}, "** stands alone"},
		{"the root", Rule{Path: "", Action: Ignore, Reason: "r"}, whole},
		{"every depth", Rule{Path: "/**", Action: Volatile, Reason: "r"}, whole},
		{"every member", Rule{Path: "/*", Action: Ignore, Reason: "r"}, whole},
		{"every member's members", Rule{Path: "/*/**/*", Action: Ignore, Reason: "r"}, whole},
		{"every number", Rule{Path: "/**", Action: Within, Within: "1%", Reason: "r"}, whole},
		{"no tolerance", Rule{Path: "/a", Action: Within, Reason: "r"}, `within ""`},
		{"a tolerance below zero", Rule{Path: "/a", Action: Within, Within: "-1", Reason: "r"}, `within "-1"`},
		{"a fraction", Rule{Path: "/a", Action: Within, Within: "1/3", Reason: "r"}, `within "1/3"`},
		{"not a number", Rule{Path: "/a", Action: Within, Within: "NaN", Reason: "r"}, `within "NaN"`},
		{"two percent signs", Rule{Path: "/a", Action: Within, Within: "1%%", Reason: "r"}, `within "1%%"`},
		{"a huge tolerance", Rule{Path: "/a", Action: Within, Within: "1e999999999", Reason: "r"}, "within"},
		{"no order anywhere", Rule{Path: "/**", Action: Unordered, Reason: "r"}, "covers a whole trace"},
		{"a tolerance for another action", Rule{Path: "/a", Action: Ignore, Within: "1", Reason: "r"}, "only the action within"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewRuleSet([]Rule{{Path: "/fine", Action: Ignore, Reason: "r"}, test.rule})
			if err == nil || !strings.HasPrefix(err.Error(), "rule 2 (") || !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v: want rule 2 and %q", err, test.err)
			}
		})
	}
	if _, err := NewRuleSet([]Rule{{Path: "", Action: Unordered, Reason: "r"}, {Path: "/", Action: Ignore, Reason: "the empty name"}}); err != nil {
		t.Error("a rule that hides no values:", err)
	}
}
