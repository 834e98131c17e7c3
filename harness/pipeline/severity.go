package pipeline

import (
	"fmt"
	"strings"
	"time"
)

// Severity says how soon somebody has to answer.
type Severity string

// Severities are all there are, the least first.
var Severities = []Severity{"low", "medium", "high", "critical"}

// critical also stops all pipelines.
const critical Severity = "critical"

var responses = map[Severity]time.Duration{
	"low": 24 * time.Hour, "medium": 4 * time.Hour, "high": time.Hour, critical: 15 * time.Minute,
}

// Response is the time within which somebody has to answer.
func (s Severity) Response() (time.Duration, error) {
	d, ok := responses[s]
	if !ok {
		var names []string
		for _, known := range Severities {
			names = append(names, string(known))
		}
		return 0, fmt.Errorf("severity %q: expected one of %s", s, strings.Join(names, ", "))
	}
	return d, nil
}
