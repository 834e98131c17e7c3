package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
)

// Finding is what shares workflow, cause and path pattern.
type Finding struct {
	Key      string     `json:"key"` // the same in every soak: see [FindingKey]
	Workflow string     `json:"workflow"`
	Cause    Cause      `json:"cause"`
	Class    Class      `json:"class"`
	Pattern  string     `json:"pattern"` // of paths
	Count    int        `json:"count"`   // of runs that show it
	First    Sighting   `json:"first"`
	Last     Sighting   `json:"last"`
	Shortest Sighting   `json:"shortest"` // the smallest trace that shows it, of equals the earliest
	Example  Difference `json:"example"`  // from the first
}

// Sighting is one run that shows a finding.
type Sighting struct {
	RunID string    `json:"run_id"`
	Seed  uint64    `json:"seed"`
	Time  time.Time `json:"time"`
	Size  int64     `json:"size"` // of the run's trace, in bytes
}

// Group returns the findings that a run's classified differences belong to, in the order of
// their first difference. What is derived belongs to its root's finding.
func Group(workflow string, at Sighting, ds []Difference) []Finding {
	var out []Finding
	index := map[string]int{}
	for _, root := range Roots(ds) {
		d := root.Difference
		pattern := Pattern(d.Path)
		key := FindingKey(workflow, d.Cause, pattern)
		if i, known := index[key]; known {
			out[i].Class = graver(out[i].Class, d.Class)
			continue
		}
		index[key] = len(out)
		out = append(out, Finding{Key: key, Workflow: workflow, Cause: d.Cause, Class: d.Class, Pattern: pattern,
			Count: 1, First: at, Last: at, Shortest: at, Example: d})
	}
	return out
}

// Merge adds a later sighting of the same finding.
func (f Finding) Merge(later Finding) Finding {
	f.Count += later.Count
	f.Last = later.Last
	f.Class = graver(f.Class, later.Class)
	if later.Shortest.Size < f.Shortest.Size {
		f.Shortest = later.Shortest
	}
	return f
}

func graver(a, b Class) Class {
	if b == ClassViolation {
		return b
	}
	return a
}

// FindingKey names a finding: ten hexadecimal digits that depend on these three alone.
func FindingKey(workflow string, cause Cause, pattern string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{workflow, string(cause), pattern}, "\x00")))
	return hex.EncodeToString(sum[:5])
}

var (
	repeated = regexp.MustCompile(`#\d+$`)
	varying  = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|\d{10,}`)
)

// Pattern returns a path with what tells one place from its like taken out: an index becomes
// *, the number of a step's repetition #*, and a UUID or a number of ten digits or more within a
// name *.
func Pattern(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if isIndex(s) {
			segments[i] = "*"
			continue
		}
		s = varying.ReplaceAllString(s, "*")
		segments[i] = repeated.ReplaceAllString(s, "#*")
	}
	return strings.Join(segments, "/")
}
