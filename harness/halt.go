package harness

import "context"

// A soak can be ended in two ways: the end of a context abandons what is in flight, a halt lets
// it finish. Neither lets anything more be launched. So there are two contexts, and the one for
// launching carries the one for what is in flight along: whoever waits before launching something, or decides whether
// to, looks at the first, and only what has been launched goes by the second.

type inFlightKey struct{}

// Halting returns a context under which things are launched until ctx ends or halt is closed;
// only the end of ctx itself ends what is in flight then. release gives it up.
func Halting(ctx context.Context, halt <-chan struct{}) (launching context.Context, release func()) {
	launching, cancel := context.WithCancelCause(context.WithValue(ctx, inFlightKey{}, ctx))
	joined := make(chan struct{})
	go func() {
		defer close(joined)
		select {
		case <-halt:
			cancel(ErrStopped)
		case <-launching.Done():
		}
	}()
	return launching, func() {
		cancel(nil)
		<-joined
	}
}

// inFlight returns the context of what is launched under ctx now. Where nothing may be any more, it
// is ctx, which has ended.
func inFlight(ctx context.Context) context.Context {
	outer, ok := ctx.Value(inFlightKey{}).(context.Context)
	if !ok || ctx.Err() != nil {
		return ctx
	}
	return outer
}
