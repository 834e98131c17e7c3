package project

import (
	"fmt"
	"slices"
	"strings"
)

// Diagram is the table as a Mermaid state diagram of a project's statuses: an arrow for each event
// that changes them.
func Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, row := range Table {
		for _, from := range row.From {
			for _, to := range row.targets() {
				if from != to {
					fmt.Fprintf(&b, "    %s --> %s: %s\n", node(from), to, row.Event)
				}
			}
		}
	}
	b.WriteString("    completed --> [*]\n")
	return b.String()
}

// targets are the statuses that a row can lead to: its own, or for a return those that were left.
func (r Row) targets() []Status {
	switch {
	case r.To != "":
		return []Status{r.To}
	case slices.Contains(r.Effects, RecallStatus):
		for _, left := range Table {
			if slices.Contains(left.Effects, RememberStatus) {
				return left.From
			}
		}
	}
	return nil
}

func node(s Status) string {
	if s == None {
		return "[*]"
	}
	return string(s)
}
