package project

import "fmt"

// The effects on circuit breakers. Which is which follows from the event alone, and the counts
// from its detail, so that a log can be folded without the configuration of its day.

func (d *draft) breaker(from []BreakerState, f func(*Breaker) error) error {
	b, known := d.s.CircuitBreakers[d.e.Service]
	if !known {
		b = Breaker{State: BreakerIsClosed}
	}
	for _, state := range from {
		if b.State == state {
			if err := f(&b); err != nil {
				return err
			}
			d.s.CircuitBreakers[d.e.Service] = b
			return nil
		}
	}
	return fmt.Errorf("the circuit breaker of %s is %s: %s wants one of %q", d.e.Service, b.State, d.e.Event, from)
}

func openBreaker(d *draft) error {
	at := d.e.At
	return d.breaker([]BreakerState{BreakerIsClosed, BreakerIsHalfOpen}, func(b *Breaker) error {
		*b = Breaker{State: BreakerIsOpen, Failures: b.Failures + 1, OpenedAt: &at}
		return nil
	})
}

func halfOpenBreaker(d *draft) error {
	return d.breaker([]BreakerState{BreakerIsOpen}, func(b *Breaker) error {
		if b.Forced {
			return fmt.Errorf("the circuit breaker of %s was tripped by hand: reset it by hand", d.e.Service)
		}
		b.State, b.Probes = BreakerIsHalfOpen, 0
		return nil
	})
}

func closeBreaker(d *draft) error {
	return d.breaker([]BreakerState{BreakerIsHalfOpen}, func(b *Breaker) error {
		*b = Breaker{State: BreakerIsClosed}
		return nil
	})
}

func countBreaker(d *draft) error {
	c, err := detail[Count](d.e)
	if err != nil {
		return err
	}
	if c.Failures < 0 || c.Probes < 0 {
		return fmt.Errorf("%s: failures %d, probes %d: want none below 0", d.e.Event, c.Failures, c.Probes)
	}
	return d.breaker([]BreakerState{BreakerIsClosed, BreakerIsHalfOpen}, func(b *Breaker) error {
		b.Failures, b.Probes = c.Failures, c.Probes
		return nil
	})
}

func tripBreaker(d *draft) error {
	at := d.e.At
	return d.breaker(BreakerStates, func(b *Breaker) error {
		*b = Breaker{State: BreakerIsOpen, Failures: b.Failures, OpenedAt: &at, Forced: true}
		return nil
	})
}

func resetBreaker(d *draft) error {
	return d.breaker(BreakerStates, func(b *Breaker) error {
		*b = Breaker{State: BreakerIsClosed}
		return nil
	})
}
