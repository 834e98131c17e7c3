package pipeline

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestSimulationGoesOn: what the workflow does where its engine came to rest as nobody's operation explains.
func TestSimulationGoesOn(t *testing.T) {
	told := errors.New("told to end")
	ctx, end := context.WithCancelCause(t.Context())
	end(told)
	until := rigStart.Add(time.Hour)
	for _, c := range []struct {
		name  string
		out   Outcome
		again bool
		fails bool
		at    time.Time
	}{
		{"a breaker's time is waited for", Outcome{Why: WhyBreaker, Until: &until}, true, false, until},
		{"nobody tripped it", Outcome{Why: WhyBreaker}, false, true, rigStart},
		{"nobody stopped it", Outcome{Why: WhyStopped}, false, true, rigStart},
		{"it was told to end", Outcome{Why: WhyCancelled}, false, true, rigStart},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &simulation{root: t.TempDir(), at: rigStart}
			again, err := s.goOn(ctx, c.out)
			if again != c.again || (err != nil) != c.fails || !s.at.Equal(c.at) {
				t.Errorf("want %t, an error %t, at %s; got %t, %v, at %s", c.again, c.fails, c.at, again, err, s.at)
			}
			if c.out.Why == WhyCancelled && !errors.Is(err, told) {
				t.Errorf("want why it was told to, got %v", err)
			}
		})
	}
}
