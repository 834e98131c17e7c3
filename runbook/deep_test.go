package runbook

import (
	"strings"
	"testing"
)

// What would take the parser minutes is refused by its line, before it is parsed.
func TestDeepNesting(t *testing.T) {
	lists := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat("  ", i) + "- x\n")
		}
		return b.String()
	}
	for _, test := range []struct {
		name, src, want string
	}{
		{"240 KB of quotes", "# Pump\n\n" + strings.Repeat(">", 240_000) + "\n", "ops.md:3: more than 100 quotes and lists stand in each other; take some away"},
		{"with spaces", strings.Repeat("> ", 101) + "x\n", "ops.md:1: more than 100"},
		{"lists in a line", strings.Repeat("- ", 101) + "x\n", "ops.md:1: more than 100"},
		{"numbered", strings.Repeat("1. ", 101) + "x\n", "ops.md:1: more than 100"},
		{"lists line by line", lists(150), "ops.md:101: more than 100"},
		{"by tabs", strings.Repeat("\t", 51) + "- x\n", "ops.md:1: more than 100"},
		{"a hundred", strings.Repeat("> ", 100) + "x\n", ""},
		{"lists, a hundred", lists(100), ""},
		{"a rule", strings.Repeat("- ", 200) + "\n", ""},
		{"output that is far to the right", "```\n" + strings.Repeat(" ", 300) + "x\n```\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("ops", []byte(test.src))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)):
				t.Errorf("want %q, got %v", test.want, err)
			}
		})
	}
}
