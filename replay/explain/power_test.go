package explain

import (
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/shadowrun/shadowrun/replay"
)

const powerFile = "testdata/power.md"

// coin explains a program with one random choice at a rate, among fields that are as they should be.
func coin(t testing.TB, rate float64, budget, i int) (x *Explanation, found, proven bool) {
	fields := map[string]func(*world) any{"x": flip(rate, "entropy"), "y": seeded_("y"), "z": seeded_("z")}
	x = explain(t, newSimulated(uint64(i), fields), Options{MaxRuns: budget, Random: uint64(i)})
	for _, f := range x.Fields {
		found = found || f.Path == "/x"
		proven = proven || f.Path == "/x" && f.Cause == replay.CauseRNG
	}
	return x, found, proven
}

// TestPower writes testdata/power.md with -update: what the simulations came to. Without, it reads
// one row of it and simulates that again, smaller.
func TestPower(t *testing.T) {
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		writePower(t)
		return
	}
	text, err := os.ReadFile(powerFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, rate := range []float64{0.5, 0.1} {
		const n = 20
		found, proven := 0, 0
		for i := range n {
			_, f, p := coin(t, rate, DefaultMaxRuns, 5000+i)
			found, proven = found+b2i(f), proven+b2i(p)
		}
		wantFound, wantProven := documented(t, string(text), rate)
		for _, c := range []struct {
			what string
			got  int
			want float64
		}{{"detected", found, wantFound}, {"proven", proven, wantProven}} {
			sd := math.Sqrt(max(c.want*(1-c.want), 0.02) / n)
			if got := float64(c.got) / n; math.Abs(got-c.want) > 4*sd {
				t.Errorf("rate %g: %s in %.0f %%, documented %.0f %%", rate, c.what, 100*got, 100*c.want)
			}
		}
	}
}

// documented reads a row: | rate | budget | detected | proven | …
func documented(t *testing.T, text string, rate float64) (found, proven float64) {
	for line := range strings.Lines(text) {
		var r, f, p float64
		var budget int
		if n, _ := fmt.Sscanf(line, "| %g | %d | %g %% | %g %% |", &r, &budget, &f, &p); n == 4 && r == rate && budget == DefaultMaxRuns {
			return f / 100, p / 100
		}
	}
	t.Fatalf("%s has no row for a rate of %g at %d runs", powerFile, rate, DefaultMaxRuns)
	return 0, 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func writePower(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Power and false accusations, simulated\n\nMade by `go test ./replay/explain -run TestPower -update -timeout 60m`; do not edit.\n\n" +
		"A field that is true at a rate, by an unseeded random choice, in a program whose other fields follow the seed.\n" +
		"Detected: it is listed. Proven: its cause is named. Both in per cent of the explanations.\n\n" +
		"| rate | budget | detected | proven | wrong | runs, mean |\n|---|---|---|---|---|---|\n")
	var rows, programs []func(t *testing.T) string
	for _, budget := range []int{DefaultMaxRuns, 600, 1500} {
		for _, rate := range []float64{0.5, 0.25, 0.1, 0.05, 0.02} {
			rows = append(rows, func(t *testing.T) string { return powerRow(t, budget, rate) })
		}
	}
	falsely := make([]int, len(noisy))
	const n = 500
	for i, program := range noisy {
		programs = append(programs, func(t *testing.T) string {
			var runs int
			falsely[i], runs = falseAccusations(t, i, n)
			low, high := wilson(falsely[i], n)
			return fmt.Sprintf("| %s | %d | %d | %.1f %% | %.1f … %.1f %% | %.0f |\n", program.name, n, falsely[i], 100*float64(falsely[i])/n, 100*low, 100*high, float64(runs)/n)
		})
	}
	texts := inParallel(t, slices.Concat(rows, programs))
	b.WriteString(strings.Join(texts[:len(rows)], ""))
	b.WriteString("\nPrograms with fields that nothing moves, beside a random number, a field of two causes and a latent one. An\n" +
		"explanation that names a cause for any of these fields is false; the interval is Wilson's, 95 %.\n\n" +
		"| program | explanations | false | rate | interval | runs, mean |\n|---|---|---|---|---|---|\n")
	b.WriteString(strings.Join(texts[len(rows):], ""))
	all, bad := n*len(noisy), 0
	for _, k := range falsely {
		bad += k
	}
	low, high := wilson(bad, all)
	fmt.Fprintf(&b, "| all | %d | %d | %.1f %% | %.1f … %.1f %% | |\n", all, bad, 100*float64(bad)/float64(all), 100*low, 100*high)
	if err := os.WriteFile(powerFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func powerRow(t *testing.T, budget int, rate float64) string {
	const n = 100
	found, proven, wrong, runs := 0, 0, 0, 0
	for i := range n {
		x, f, p := coin(t, rate, budget, i)
		found, proven, runs = found+b2i(f), proven+b2i(p), runs+x.Runs
		for _, field := range x.Fields {
			wrong += b2i(field.Cause != replay.CauseRNG && field.Cause != replay.CauseUnattributed)
		}
	}
	return fmt.Sprintf("| %g | %d | %g %% | %g %% | %d | %.0f |\n", rate, budget, 100*float64(found)/n, 100*float64(proven)/n, wrong, float64(runs)/n)
}

// inParallel returns what all come to, in their order.
func inParallel(t *testing.T, all []func(*testing.T) string) []string {
	texts := make([]string, len(all))
	t.Run("rows", func(t *testing.T) {
		for i, row := range all {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				texts[i] = row(t)
			})
		}
	})
	return texts
}

// wilson is E. B. Wilson's interval for a proportion, at 95 % (JASA 22, 1927).
func wilson(k, n int) (low, high float64) {
	const z = 1.959964
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/2/m) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/4/m/m)
	return max(0, mid-half), mid + half
}

// TestRoundsAreNotPooled has a field that changed once, before the first treated run. Rounds that
// were pooled would blame the treatment.
func TestRoundsAreNotPooled(t *testing.T) {
	rounds := []stratum{{control: []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}, {control: []int{1, 1, 1}, treated: []int{1, 1, 1, 1, 1, 1, 1, 1}}}
	pooled := []stratum{{control: append(rounds[0].control, rounds[1].control...), treated: rounds[1].treated}}
	if p := constantP(pooled); p > 0.01 {
		t.Fatalf("pooled, p is %g: the example shows nothing", p)
	}
	if p := constantP(rounds[1:]); p < 1 {
		t.Errorf("p is %g, want 1: nothing varied within the round", p)
	}
}
