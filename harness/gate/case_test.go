package gate

import (
	"math"
	"testing"
)

// A run's id is of its seed alone, and no two seeds share one.
func TestRunIDs(t *testing.T) {
	for seed, want := range map[uint64]string{0: "c1r0", 7: "c1r7", 1<<31 - 1: "c1r2147483647", 1<<63 + 5: "c1r9223372036854775813", math.MaxUint64: "c1r18446744073709551615"} {
		if got := (Case{"flow", seed}).run().ID; got != want {
			t.Errorf("seed %d: %s, want %s", seed, got, want)
		}
	}
}
