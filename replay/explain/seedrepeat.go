package explain

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// repeated returns the steps, or elements of the same shape, whose numbers follow the seed and are
// the same in both for every seed: they drew them from a generator that began anew.
func (e *experiment) repeated(all []seeded, following map[string]bool) []place {
	numbers := map[string][]string{} // unit → places of its numbers, without the unit's path
	for path := range following {
		unit, rest, ok := unitOf(all[0].layout, path)
		if ok && all[0].layout.kinds[path] == '0' {
			numbers[unit] = append(numbers[unit], rest)
		}
	}
	byNumbers := map[string][]string{}
	for unit, rests := range numbers {
		slices.Sort(rests)
		digits := 0
		var key strings.Builder
		for _, s := range all {
			for _, rest := range rests {
				v := s.values[unit+rest]
				key.WriteString(v + " ")
				if s.seed == all[0].seed {
					digits += informative(v)
				}
			}
			key.WriteString("\n")
		}
		if digits >= 6 {
			byNumbers[key.String()] = append(byNumbers[key.String()], unit)
		}
	}
	var out []place
	for _, key := range slices.Sorted(maps.Keys(byNumbers)) {
		units := byNumbers[key]
		if len(units) > 1 {
			slices.Sort(units)
			out = append(out, place{paths: units, proof: fmt.Sprintf("the same numbers as each other for all of %d seeds: they draw from one and the same sequence", len(all))})
		}
	}
	slices.SortFunc(out, func(a, b place) int { return strings.Compare(a.paths[0], b.paths[0]) })
	return out
}

// unitOf cuts a path into the step or element that it lies in and the rest.
func unitOf(l *layout, path string) (unit, rest string, ok bool) {
	step := l.stepOf(path)
	if step < 0 || strings.HasPrefix(path, "/@") {
		return "", "", false
	}
	if at := l.steps[step]; at != "" {
		return at, path[len(at):], true
	}
	first, more, _ := strings.Cut(path[1:], "/")
	unit = "/" + first
	if l.kinds[unit] != '{' && l.kinds[unit] != '[' {
		return "", "", false
	}
	if l.kinds[unit] == '[' {
		second, _, deeper := strings.Cut(more, "/")
		if deeper || l.kinds[unit+"/"+second] == '{' {
			unit += "/" + second
		}
	}
	return unit, path[len(unit):], true
}
