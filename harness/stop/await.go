package stop

import (
	"context"
	"time"
)

// every is how often [Await] looks: a soak is to see a stop within a second, and a look is one system call.
const every = 250 * time.Millisecond

// Await returns the state as soon as a stop stands, for on, or none does. An error is that of ctx.
func Await(ctx context.Context, dir string, on bool) (State, error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		state, _ := Read(dir) // what can't be seen counts as a stop
		if state.On == on {
			return state, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return state, context.Cause(ctx)
		}
	}
}
