package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shadowrun/shadowrun/replay"
)

// leaking are the classes of findings that make a leak.
var leaking = []replay.Class{replay.ClassVolatile, replay.ClassLatent}

// open reports whether there is a finding of one of these classes that nobody accepted. The gravest are never cut off the list.
func (r *Report) open(classes ...replay.Class) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Accepted == nil && f.of(classes) })
}

func (f Finding) of(classes []replay.Class) bool {
	return slices.Contains(classes, replay.Class(f.Class))
}

// accepted says by whom all n mismatches of these classes were let be; empty where they were not, or not all.
func (r *Report) accepted(n int64, classes ...replay.Class) string {
	if n == 0 || r.open(classes...) {
		return ""
	}
	findings, who := 0, []string{}
	for _, f := range r.Findings {
		if f.Accepted == nil || !f.of(classes) {
			continue
		}
		findings++
		if !slices.Contains(who, f.Accepted.Who) {
			who = append(who, f.Accepted.Who)
		}
	}
	if findings == 0 {
		return ""
	}
	count := quantity(findings, "finding")
	if r.cutFindings() {
		count = "at least " + count
	}
	were := "were"
	if findings == 1 {
		were = "was"
	}
	slices.Sort(who)
	return fmt.Sprintf("all of %s that %s accepted by %s", count, were, strings.Join(who, ", "))
}

// Acceptance says which mismatches count for nothing because somebody accepted them: whoever reads a verdict is to know
// that it stands on that.
func Acceptance(r *Report) (lines []string) {
	c := r.Figures.Total
	for _, x := range []struct {
		n       int64
		noun    string
		classes []replay.Class
	}{{c.Violation + c.Drift, "violation", []replay.Class{replay.ClassViolation}}, {c.Leak, "leak", leaking}} {
		if text := r.accepted(x.n, x.classes...); text != "" {
			lines = append(lines, quantity(x.n, x.noun)+", "+text)
		}
	}
	return lines
}

// day is the last on which a finding is let be, in UTC: what is accepted until 31 January ends as 1 February begins.
func (a Accepted) day() string { return a.Until.UTC().Add(-1).Format(time.DateOnly) }
