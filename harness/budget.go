package harness

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Budget bounds an explanation; a bound that is 0 is its default.
type Budget struct {
	Runs int           // executions of the workflow; default [DefaultExplainRuns]
	Time time.Duration // from its first to its last; default [DefaultExplainTime]
}

const (
	DefaultExplainRuns = 240
	DefaultExplainTime = 10 * time.Minute
	minExplainRuns     = 2 // one compares nothing
	maxExplainRuns     = 100_000
)

// Defaults returns the budget with both bounds set.
func (b Budget) Defaults() Budget {
	return Budget{cmp.Or(b.Runs, DefaultExplainRuns), cmp.Or(b.Time, DefaultExplainTime)}
}

// String returns the budget as it is written: 240,10m0s.
func (b Budget) String() string {
	var parts []string
	if b.Runs != 0 {
		parts = append(parts, strconv.Itoa(b.Runs))
	}
	if b.Time != 0 {
		parts = append(parts, b.Time.String())
	}
	return strings.Join(parts, ",")
}

// InWords returns the budget for people: "240 runs and 10m0s".
func (b Budget) InWords() string { return fmt.Sprintf("%d runs and %v", b.Runs, b.Time) }

// MarshalYAML writes the budget as it is read.
func (b Budget) MarshalYAML() (any, error) { return b.String(), nil }

// UnmarshalText reads a number of runs, a duration, or both with a comma between: 500,5m.
func (b *Budget) UnmarshalText(text []byte) error {
	var read Budget
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		runs, err := strconv.Atoi(part)
		if err == nil && runs >= minExplainRuns && runs <= maxExplainRuns && read.Runs == 0 {
			read.Runs = runs
			continue
		}
		length, err := time.ParseDuration(part)
		if err != nil || length <= 0 || read.Time != 0 {
			return fmt.Errorf("budget %q: want a number of runs (%d to %d), a duration, or both, such as 500, 5m or 500,5m", text, minExplainRuns, maxExplainRuns)
		}
		read.Time = length
	}
	*b = read
	return nil
}

// Set and Type make a budget the value of a flag.
func (b *Budget) Set(text string) error { return b.UnmarshalText([]byte(text)) }
func (b *Budget) Type() string          { return "budget" }
