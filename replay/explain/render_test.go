package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

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
