package harness

import (
	"errors"
	"sync"
)

// acknowledged says up to which cycle all is in the record, to those who wait for one.
type acknowledged struct {
	mu      sync.Mutex
	changed sync.Cond
	cycle   int
	err     error
}

func (a *acknowledged) set(cycle int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changed.L = &a.mu
	a.cycle = cycle
	a.changed.Broadcast()
}

// end ends all waiting: what is not acknowledged by now will never be.
func (a *acknowledged) end(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err = err; err == nil {
		a.err = errors.New("the record is closed")
	}
	a.changed.Broadcast()
}

// await returns when a cycle is acknowledged.
func (a *acknowledged) await(cycle int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.cycle < cycle && a.err == nil {
		a.changed.Wait()
	}
	if a.cycle < cycle {
		return a.err
	}
	return nil
}
