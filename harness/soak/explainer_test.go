package soak

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/replay"
)

// A line that calls a finding explained is true: neither what is unattributed nor what was not seen
// again is, and nothing has an empty name.
func TestSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		row  ledger.Explanation
		want string
	}{
		{"proven", ledger.Explanation{Path: "/at", Class: replay.ClassVolatile, Cause: replay.CauseClock, Proof: "one value"},
			"finding 0123abcd is explained: /at: volatile, clock: one value"},
		{"the whole", ledger.Explanation{Class: replay.ClassViolation, Cause: replay.CauseRNG, Proof: "one value"},
			"finding 0123abcd is explained: (the whole): violation, rng: one value"},
		{"unattributed", ledger.Explanation{Path: "/rate", Class: replay.ClassViolation, Cause: replay.CauseUnattributed, Proof: "22 values in 22 runs"},
			"finding 0123abcd is not explained yet: /rate: violation, unattributed: 22 values in 22 runs"},
		{"not seen again", ledger.Explanation{Proof: "in 60 runs of experiments it did not differ again"},
			"finding 0123abcd was not seen again: in 60 runs of experiments it did not differ again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.row.Finding = "0123abcdef"
			if d := cmp.Diff(c.want, said(c.row)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}
