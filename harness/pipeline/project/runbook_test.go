package project_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// Operators read the transition table in the runbook, as a diagram and as a list of events.
func TestRunbookShowsTheTable(t *testing.T) {
	text, err := os.ReadFile("../../../runbook/pipeline.md")
	if err != nil {
		t.Fatal(err)
	}
	events := "| event | asks for a reason | what it means |\n|---|---|---|\n"
	for _, row := range project.Table {
		asks := "no"
		if row.Operator {
			asks = "yes"
		}
		events += fmt.Sprintf("| `%s` | %s | %s |\n", row.Event, asks, row.Means)
	}
	for _, c := range []struct{ name, before, after, want string }{
		{"diagram", "```mermaid\n", "```\n", project.Diagram()},
		{"events", "Everything that the audit log can say:\n\n", "\n", events},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, rest, _ := strings.Cut(string(text), c.before)
			got, _, _ := strings.Cut(rest, "\n"+c.after)
			if d := cmp.Diff(c.want, got+"\n"); d != "" {
				t.Errorf("runbook/pipeline.md is not as the table (-want +got):\n%s", d)
			}
		})
	}
}
