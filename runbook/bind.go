package runbook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	placeholder = regexp.MustCompile(`<[a-z][a-z0-9-]*>`)
	bindable    = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,=-]+$`)
)

// Bind returns the block with its placeholders replaced. An unbound one is an error, and so is
// a value that a shell could take for anything but itself: nothing may be carried out then.
// Values for names that the block doesn't have are passed over.
func (s *Step) Bind(values map[string]string) (string, error) {
	for _, name := range s.Placeholders {
		value, bound := values[name]
		if !bound {
			return "", fmt.Errorf("step %s: <%s> is not bound; say 'bind %s VALUE' before the step", s.ID, name, name)
		}
		if !bindable.MatchString(value) {
			return "", fmt.Errorf("step %s: <%s> is bound to %q; a value is letters, digits and _./:@%%+,=-, at least one", s.ID, name, value)
		}
	}
	var bound strings.Builder
	end := 0
	for _, at := range placeholdersIn(s.Block) {
		bound.WriteString(s.Block[end:at[0]])
		bound.WriteString(values[s.Block[at[0]+1:at[1]-1]])
		end = at[1]
	}
	bound.WriteString(s.Block[end:])
	return bound.String(), nil
}

// placeholdersIn returns where the placeholders of a block are. What follows another < is the
// end word of a here-document, and what is in <(…) is a command's input.
func placeholdersIn(block string) [][]int {
	inside := substitutions(block)
	return slices.DeleteFunc(placeholder.FindAllStringIndex(block, -1), func(at []int) bool {
		if at[0] > 0 && block[at[0]-1] == '<' {
			return true
		}
		i, _ := slices.BinarySearchFunc(inside, at[0]+1, func(s [2]int, end int) int { return s[1] - end })
		return i < len(inside) && inside[i][0] < at[0]
	})
}

// substitutions returns from where to where each <(…) of a block reaches.
func substitutions(block string) [][2]int {
	var found [][2]int
	for from := 0; ; {
		i := strings.Index(block[from:], "<(")
		if i < 0 {
			return found
		}
		start := from + i
		end, depth := start+2, 1
		for ; end < len(block) && depth > 0; end++ {
			switch block[end] {
			case '(':
				depth++
			case ')':
				depth--
			}
		}
		found = append(found, [2]int{start, end})
		from = end
	}
}

func placeholderNames(block string) []string {
	var names []string
	seen := map[string]bool{}
	for _, at := range placeholdersIn(block) {
		if name := block[at[0]+1 : at[1]-1]; !seen[name] {
			names, seen[name] = append(names, name), true
		}
	}
	return names
}
