package proc

import (
	"context"
	"fmt"
	"time"
)

// patience is how long SIGKILL may take to have its effect. It is at once, but for a process that
// hangs in the kernel, or that may not be killed from here.
const patience = 10 * time.Second

// How often a run's processes are looked after while it lasts: countEvery at best where their number is
// limited, reapEvery at least.
const (
	countEvery  = 10 * time.Millisecond
	reapEvery   = 250 * time.Millisecond
	countAnyway = int(reapEvery / countEvery) // times that a count may be spared
)

// ending is why a run is ended before the program does so by itself; without a status it is not.
type ending struct {
	status Status
	limit  string
	err    error
}

// watch waits for the program to end, and sees to it that it does. Of several reasons to end it the
// first one counts. It returns false if the program would not die.
func watch(ctx context.Context, s *Spec, fam *family, broke <-chan ending, ended <-chan struct{}) (end ending, dead bool) {
	var kill, giveUp <-chan time.Time
	cancelled, timeout := ctx.Done(), after(s.Timeout)
	limited := s.MaxProcesses > 0
	census := time.NewTimer(reapEvery)
	if limited {
		census.Reset(countEvery)
	}
	defer census.Stop()

	because := func(e ending, grace time.Duration) {
		if end.status == "" {
			end = e
		}
		cancelled, timeout = nil, nil
		if grace > 0 {
			fam.terminate()
			kill = time.After(grace)
			return
		}
		fam.kill()
		kill, broke, giveUp = nil, nil, time.After(patience)
	}
	for {
		select {
		case <-ended:
			return end, true
		case <-giveUp:
			return end, false
		case <-kill:
			because(end, 0)
		case <-cancelled:
			because(ending{status: Cancelled, err: context.Cause(ctx)}, s.Grace)
		case <-timeout:
			because(ending{status: TimedOut}, s.Grace)
		case e := <-broke:
			because(e, 0)
		case <-census.C:
			alive, again := fam.census(limited)
			if limited && alive > s.MaxProcesses && giveUp == nil {
				because(ending{status: Limited, limit: fmt.Sprintf("more than %d processes at once", s.MaxProcesses)}, 0)
			}
			census.Reset(again)
		}
	}
}

// after is time.After, but never for 0.
func after(d time.Duration) <-chan time.Time {
	if d <= 0 {
		return nil
	}
	return time.After(d)
}
