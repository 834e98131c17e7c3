package mutant

import (
	"fmt"
	"strings"
)

// Explanation says why a mutant may survive.
type Explanation struct {
	Line  int    // of its heading, in the file
	Block string // [Mutant.Block] of those that it explains
	Why   string // begins with "equivalent: ", or with "left: " where a test could tell but none does
}

// ParseExplanations reads a Markdown file: under a heading of the third level what a mutant's Block
// is, then a paragraph that says why. What stands before the first such heading is for people.
func ParseExplanations(name, text string) ([]Explanation, error) {
	var found []Explanation
	var block, why []string
	begun := 0
	end := func() error {
		if begun == 0 {
			return nil
		}
		e := Explanation{Line: begun, Block: strings.Join(block, "\n") + "\n", Why: strings.TrimSpace(strings.Join(why, " "))}
		kind, reason, _ := strings.Cut(e.Why, ": ")
		if kind != "equivalent" && kind != "left" || reason == "" {
			return fmt.Errorf(`%s:%d: want a paragraph after the block that begins with "equivalent: " or "left: ", and says why`, name, begun)
		}
		found = append(found, e)
		return nil
	}
	fences := 0
	for i, line := range strings.Split(text, "\n") {
		heading := strings.HasPrefix(line, "### ")
		if heading || strings.HasPrefix(line, "## ") {
			if err := end(); err != nil {
				return nil, err
			}
			begun, fences, block, why = 0, 0, nil, nil
		}
		if heading {
			begun = i + 1
		}
		if begun == 0 {
			continue
		}
		if fences == 2 {
			why = append(why, strings.TrimSpace(line))
			continue
		}
		if strings.HasPrefix(line, "```") {
			fences++
		}
		block = append(block, line)
	}
	return found, end()
}

// Explain pairs survivors with explanations by content. Unexplained are those that have none, and
// idle are explanations of which all mutants in tried were caught, or that fit no mutant at all.
func Explain(all []Mutant, results []Result, explanations []Explanation) (unexplained []Mutant, idle []Explanation) {
	explained, exists, survived, tried := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]int{}
	siblings := map[string]int{}
	for _, e := range explanations {
		explained[e.Block] = true
	}
	for _, m := range all {
		exists[m.Block()] = true
		siblings[m.Block()]++
	}
	for _, r := range results {
		block := r.Mutant.Block()
		tried[block]++
		if r.Verdict != Survived {
			continue
		}
		survived[block] = true
		if !explained[block] {
			unexplained = append(unexplained, r.Mutant)
		}
	}
	for _, e := range explanations {
		if !exists[e.Block] || tried[e.Block] == siblings[e.Block] && !survived[e.Block] {
			idle = append(idle, e)
		}
	}
	return unexplained, idle
}
