package explain

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/replay"
)

// noisy are programs with fields that no factor moves: whatever is said of one is false.
var noisy = []struct {
	name   string
	fields func() map[string]func(*world) any
}{
	{"coins of all rates", func() map[string]func(*world) any {
		all := map[string]func(*world) any{}
		for i, rate := range []float64{0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02} {
			all[fmt.Sprintf("noise%d", i)] = noise(rate)
		}
		return all
	}},
	{"numbers and orders", func() map[string]func(*world) any {
		return map[string]func(*world) any{
			"noise0": func(w *world) any { return w.rng.Float64() },
			"noise1": func(w *world) any { return w.rng.IntN(3) },
			"noise2": func(w *world) any { return w.rng.Perm(3) },
			"noise3": func(w *world) any { return w.rng.IntN(20) + 3 },
			"noise4": noise(0.5), "noise5": noise(0.15), "noise6": noise(0.06),
		}
	}},
	{"one step in the session", func() map[string]func(*world) any {
		all := map[string]func(*world) any{}
		for i, at := range []int{4, 12, 20, 30, 45, 60, 80} {
			all[fmt.Sprintf("noise%d", i)] = func(w *world) any { return w.n > at }
		}
		return all
	}},
	{"slow drift and bursts", func() map[string]func(*world) any {
		return map[string]func(*world) any{
			"noise0": func(w *world) any { return w.n / 9 },
			"noise1": func(w *world) any { return w.n/13%2 == 0 },
			"noise2": func(w *world) any { return w.rng.Float64() < float64(w.n)/100 },
			"noise3": func(w *world) any { return w.rng.Float64() < 0.5*math.Abs(math.Sin(float64(w.n)/7)) },
			"noise4": func(w *world) any { return float64(w.n) + 3*w.rng.Float64() },
		}
	}},
}

// accused are the noisy fields that are said to have a cause.
func accused(x *Explanation) []string {
	var out []string
	for _, f := range x.Fields {
		if strings.HasPrefix(f.Path, "/noise") && f.Cause != replay.CauseUnattributed {
			out = append(out, fmt.Sprintf("%s %s %s: %s", f.Path, f.Class, f.Cause, f.Proof))
		}
	}
	return out
}

// falseAccusations counts the explanations in which any noisy field is accused.
func falseAccusations(t *testing.T, program, explanations int) (falsely, runs int) {
	for i := range explanations {
		fields := noisy[program].fields()
		fields["spread"], fields["order"] = score("entropy"), score("hash-seed", "clock")
		fields["zone"] = func(w *world) any { return w.level("tz", "UTC") }
		x := explain(t, newSimulated(uint64(1000*program+i), fields), Options{Random: uint64(i)})
		runs += x.Runs
		if a := accused(x); len(a) > 0 {
			falsely++
			if testing.Verbose() && falsely < 6 {
				t.Logf("%d: %s", i, strings.Join(a, "\n"))
			}
		}
	}
	return falsely, runs
}

func TestNoiseIsSeldomAccused(t *testing.T) {
	for i, program := range noisy {
		t.Run(program.name, func(t *testing.T) {
			const n = 8
			falsely, runs := falseAccusations(t, i, n)
			t.Logf("%d of %d explanations accuse noise; %.0f runs on average", falsely, n, float64(runs)/n)
			if falsely > 2 { // at a rate of 5 %, that comes up once in 170 times; the seeds are fixed
				t.Errorf("%d of %d explanations accuse noise", falsely, n)
			}
		})
	}
}
