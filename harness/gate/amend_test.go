package gate

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness"
)

var booked = harness.RuleConfig{Volatile: "/booked_at", Workflow: "flow", Reason: `the "time" of booking: nothing reads it`}

const bookedLines = `- volatile: "/booked_at"
  workflow: "flow"
  reason: "the \"time\" of booking: nothing reads it"
`

const flows = "workflows: [{name: flow, command: [true], output: json}]\n"

// A rule is added, and all else stays byte for byte.
func TestAddRule(t *testing.T) {
	item := func(indent string) string {
		return indent + strings.ReplaceAll(strings.TrimSuffix(bookedLines, "\n"), "\n", "\n"+indent) + "\n"
	}
	tests := []struct{ name, before, after string }{
		{"no rules yet", flows, flows + "rules:\n" + item("  ")},
		{"no line feed at the end", strings.TrimSuffix(flows, "\n"), flows + "rules:\n" + item("  ")},
		{"rules at the end", flows + "rules:\n  - ignore: /x\n    reason: r\n", flows + "rules:\n  - ignore: /x\n    reason: r\n" + item("  ")},
		{"rules before others, a comment between", "rules: # ours\n- ignore: /x\n  reason: r # so\n\n# The engine.\n" + flows,
			"rules: # ours\n- ignore: /x\n  reason: r # so\n" + item("") + "\n# The engine.\n" + flows},
		{"a reason over lines", flows + "rules:\n    - ignore: /x\n      reason: |\n        one\n\n        two\nseed: 3\n",
			flows + "rules:\n    - ignore: /x\n      reason: |\n        one\n\n        two\n" + item("    ") + "seed: 3\n"},
		{"a key without rules", "rules:\n# none so far\n" + flows, "rules:\n" + item("  ") + "# none so far\n" + flows},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := AddRule("c.yaml", []byte(test.before), booked)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.after, string(got)); diff != "" {
				t.Errorf("(want -, got +)\n%s", diff)
			}
		})
	}
}

// What can't be added safely is left to the user, with the text to add.
func TestAddRuleRefuses(t *testing.T) {
	tests := []struct {
		name, before string
		rule         harness.RuleConfig
		want         string
	}{
		{"rules in one line", flows + "rules: [{ignore: /x, reason: r}]\n", booked,
			"c.yaml: the rule can't be added to it: line 2: rules: goes on in its own line; add it by hand, under rules:\n  - volatile: \"/booked_at\"\n"},
		{"rules of another place", flows + "rules:\n  *shared\n", booked, `c.yaml:3:3: alias *shared: there is no anchor &shared before it`},
		{"a rule that covers everything", flows, harness.RuleConfig{Ignore: "/**", Reason: "r"}, `no such rule: (ignore "/**"): `},
		{"a path that is none", flows, harness.RuleConfig{Ignore: "abc", Reason: "r"}, `no such rule: (ignore "abc"): want a path that starts with a slash`},
		{"a broken configuration", "workflows: [", booked, "c.yaml:1:12: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := AddRule("c.yaml", []byte(test.before), test.rule)
			if err == nil || got != nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%q, error %v; want one that begins with %q", got, err, test.want)
			}
		})
	}
}
