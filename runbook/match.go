package runbook

import (
	"fmt"
	"slices"
	"strings"
)

const ellipsis = "…"

// Match reports how printed is not what a step expects: the same lines, where … within a line
// stands for any text, and a line of only … for any lines, or none. White space at the end of
// a line does not count, nor do empty lines at the end.
func Match(expect, printed string) error {
	want, got := textLines(expect), textLines(printed)
	// reachable[i] says that the lines so far can be the first i lines of want.
	start := make([]bool, len(want)+1)
	start[0] = true
	reachable := anyLines(want, start)
	furthest := 0
	for n, line := range got {
		next := make([]bool, len(want)+1)
		for i, w := range want {
			if isAnyLines(w) {
				next[i+1] = next[i+1] || reachable[i+1]
			} else if reachable[i] && matchLine(w, line) {
				next[i+1] = true
			}
		}
		if reachable = anyLines(want, next); !slices.Contains(reachable, true) {
			return fmt.Errorf("line %d is %q; expected %q", n+1, line, expected(want, furthest))
		}
		furthest = lastTrue(reachable)
	}
	if !reachable[len(want)] {
		return fmt.Errorf("it ends after line %d; expected %q", len(got), expected(want, furthest))
	}
	return nil
}

// anyLines adds what is reachable where a line of only … stands for no line.
func anyLines(want []string, reachable []bool) []bool {
	for i, w := range want {
		if reachable[i] && isAnyLines(w) {
			reachable[i+1] = true
		}
	}
	return reachable
}

func isAnyLines(line string) bool { return strings.TrimSpace(line) == ellipsis }

func lastTrue(of []bool) int {
	for i := len(of) - 1; i >= 0; i-- {
		if of[i] {
			return i
		}
	}
	return 0
}

func expected(want []string, i int) string {
	if i < len(want) {
		return want[i]
	}
	return "nothing more"
}

func textLines(text string) []string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\r")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// matchLine finds the parts between the ellipses in order, each as early as can be, the last
// at the end.
func matchLine(want, got string) bool {
	parts := strings.Split(want, ellipsis)
	rest, ok := strings.CutPrefix(got, parts[0])
	if len(parts) == 1 {
		return ok && rest == ""
	}
	for _, p := range parts[1 : len(parts)-1] {
		if !ok {
			return false
		}
		_, rest, ok = strings.Cut(rest, p)
	}
	return ok && strings.HasSuffix(rest, parts[len(parts)-1])
}

// canFail reports whether an expectation says anything: one of only … does not.
func canFail(expect string) bool { return strings.Trim(expect, ellipsis+" \t\n") != "" }
