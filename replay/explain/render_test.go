package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sebdah/goldie/v2"
)

// typical is a program of twenty fields: a time stamp, a random number and a digest of it, a
// duration, a zone, and fifteen that are as they should be.
func typical() map[string]func(*world) any {
	spread := score("entropy")
	var last any
	fields := map[string]func(*world) any{
		"a_spread": func(w *world) any { last = spread(w); return last },
		"at":       func(w *world) any { return w.now.Format(time.RFC3339Nano) },
		"took_ms":  func(w *world) any { return 20 + w.rng.Float64()*4 + w.pause.Seconds()*1000 },
		"zone":     func(w *world) any { return w.level("tz", "UTC") },
		"bell\a":   noise(0.3),
	}
	for i := range 15 {
		fields[fmt.Sprintf("seeded%d", i)] = seeded_(fmt.Sprint(i))
	}
	return fields
}

func TestRenderings(t *testing.T) {
	factors := append([]Factor{}, everyFactor...)
	for i := range factors {
		if factors[i].Name == "readdir" {
			factors[i] = Factor{"readdir", false, "the tracer is not allowed here"}
		}
	}
	x := explain(t, newSimulated(5, typical()), Options{Factors: factors})
	g := goldie.New(t)
	var text, matrix bytes.Buffer
	if err := WriteText(&text, x, 100); err != nil {
		t.Fatal(err)
	}
	if err := WriteMatrix(&matrix, x); err != nil {
		t.Fatal(err)
	}
	document, err := json.MarshalIndent(x, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	g.Assert(t, "typical.txt", text.Bytes())
	g.Assert(t, "typical.matrix", matrix.Bytes())
	g.Assert(t, "typical.json", append(document, '\n'))
}

// Names and values of any length, and of any characters, leave an explanation readable.
func TestGarbageIsReadable(t *testing.T) {
	var b bytes.Buffer
	x := &Explanation{Workflow: "w", Fields: []Field{{Path: "/esc\x1b[2J\u202e" + strings.Repeat("k", 3000), Class: "violation", Cause: "pid", Root: true, P: 1,
		Proof: "it holds \"" + strings.Repeat("\xff", 5000) + "\" each time"}}}
	if err := WriteText(&b, x, 80); err != nil {
		t.Fatal(err)
	}
	want := `w, seed 0: 0 runs: 1 differ, 0 follow from these, 0 latent, 0 stable

Root causes
  /esc\x1b[2J\u202e` + strings.Repeat("k", 63) + "…(3017 characters)…" + strings.Repeat("k", 40) + `
      violation, pid: it holds
      "\xff` + strings.Repeat(`\xff`, 18) + `\xf…(20002 characters)…xff` + strings.Repeat(`\xff`, 9) + `"
      each time
      → derive from the seed what is derived from the process id
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// A reader who counts the runs finds what is said of the budget true: an experiment that the rest is too
// small for is not begun.
func TestSpentBudget(t *testing.T) {
	for _, c := range []struct {
		name      string
		runs, max int
		want      string
	}{
		{"all of it", 240, 240, "The budget of 240 runs is spent"},
		{"all but two", 238, 240, "2 of the budget of 240 runs are left, too few for the next experiment"},
		{"all but many", 173, 240, "67 of the budget of 240 runs are left, too few for the next experiment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteText(&b, &Explanation{Workflow: "w", Runs: c.runs, MaxRuns: c.max, Ended: EndedBudget}, 200); err != nil {
				t.Fatal(err)
			}
			if want := c.want + ": a larger one may settle more.\n"; !strings.HasSuffix(b.String(), want) {
				t.Errorf("want %q at the end of %q", want, b.String())
			}
		})
	}
}
