package harness

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize"
)

// Duration is a length of time, written as Go does: 30s, 1h30m.
type Duration time.Duration

func (d Duration) String() string { return time.Duration(d).String() }

// MarshalYAML writes the duration as it is read.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// UnmarshalText reads a duration with its unit; a bare 0 needs none.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("duration %q: want a number with its unit, such as 30s, 5m or 24h", text)
	}
	*d = Duration(parsed)
	return nil
}

// Size is a number of bytes, written with its unit: 64MB (10^6), 64MiB (2^20).
type Size int64

func (s Size) String() string { return humanize.IBytes(uint64(max(s, 0))) }

// UnmarshalText reads a number of bytes with or without a unit.
func (s *Size) UnmarshalText(text []byte) error {
	parsed, err := humanize.ParseBytes(string(text))
	if err != nil || int64(parsed) < 0 {
		return fmt.Errorf("size %q: want a number of bytes, such as 4096, 64MB or 1GiB", text)
	}
	*s = Size(parsed)
	return nil
}
