package explain

import (
	"fmt"
	"testing"
	"time"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/replay"
)

// TestAThousandLinesWithATimeStampEach holds an explanation to a time that a quadratic step would
// exceed many times over.
func TestAThousandLinesWithATimeStampEach(t *testing.T) {
	const lines = 1000
	s := newSimulated(3, nil)
	s.events = func(w *world) []golden.Event {
		var all []golden.Event
		for i := range lines {
			at := w.now.Add(time.Duration(i) * time.Microsecond)
			all = append(all, golden.Event{Kind: golden.KindOut, Value: fmt.Appendf(nil, `{"at":%q,"n":%d}`, at.Format(time.RFC3339Nano), i)})
		}
		return all
	}
	x := explain(t, s, Options{})
	volatile := 0
	for _, f := range x.Fields {
		if f.Class == replay.ClassVolatile && f.Cause == replay.CauseClock {
			volatile++
		}
	}
	if volatile != lines || len(x.Fields) != lines {
		t.Errorf("%d of %d fields are volatile, clock; want %d of as many", volatile, len(x.Fields), lines)
	}
}
