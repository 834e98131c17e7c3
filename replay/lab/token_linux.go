//go:build linux && (amd64 || arm64)

package lab

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// token has one thread of a run at a time carry out code of its program. All others are in a call that may take long, or stopped.
// Who has it keeps it until it is found asleep in such a call, yields, ends, or has worked for a whole slice while others waited.
// The next one is chosen only when nobody is on the way any more: whoever was woken meanwhile has come to the end of its call
// then, however long that took, so the choice follows from what the threads did and not from how fast they were.
//
// What is left to chance is what comes from outside or by the clock: the ends of sleeps and time-outs, which are real, and of
// slices. So whose time-out is over comes after all those that were woken: for as long as there is something to do, no time passes.
// Other schedulers do alike: rr runs one thread at a time and preempts it by a count of retired branches, for which it needs a counter
// of the processor that virtual machines seldom offer; hermit has a virtual time of its own, which programs that wait for others hang in.
type token struct {
	t       *tracer
	holder  *tracee // nil: nobody yet
	last    int     // the birth of the one that had it last
	waiting []*tracee
	now     func() time.Time
	stops   int // of the holder since it has it

	filtered bool // calls that may take long are stopped at: from the first birth on
	refused  bool // the filter was, to a program without privileges
	humble   bool // that can't get any more

	looked time.Time     // when the holder was looked at while others waited
	ran    time.Duration // how long it had run at the first look
	slices int           // that have been used up
	asleep bool          // it was asleep at the last one
	onDisk time.Time     // since when it waits for a disk
}

// standing is where a thread is, as far as the token is concerned.
type standing int

const (
	onItsWay   standing = iota // it has the token, or was born a moment ago
	inCall                     // in a call that may take long; at its end it stops
	inLongCall                 // likewise, and as if it waited for a disk: a parent, until the child of its vfork has got a program of its own
	waiting                    // stopped, until it gets the token
	halted                     // its process is stopped by a signal
	astray                     // asleep in something that nothing traps; the token went on without it
)

const (
	// slice is how long one works while others wait. It is long, since where it ends is chance. Threads that spin until it is their turn
	// wait for that each time: so after manySlices in a run they are short.
	slice, shortSlice = 500 * time.Millisecond, 20 * time.Millisecond
	manySlices        = 8
	// sliceStops is the same for who makes calls that are stopped at. It ends where it ended before, so it can be short.
	sliceStops = 2000
	// lookEvery is how often one that works while others wait is looked at.
	lookEvery = 5 * time.Millisecond
)

// resume lets a thread go on, or keeps it until it has the token.
func (k *token) resume(c *tracee, sig int) error {
	if k.holder == c {
		k.stops++
		c.overdue = c.overdue || k.stops >= sliceStops && len(k.waiting) > 0
	}
	if k.holder == c && !c.overdue {
		c.standing = onItsWay
		return unix.PtraceCont(c.tid, sig)
	}
	if k.holder == c {
		k.holder = nil
	}
	c.overdue, c.standing, c.signal, c.since = false, waiting, sig, k.now()
	if len(k.waiting) == 0 {
		k.looked = time.Time{}
	}
	k.waiting = append(k.waiting, c)
	return nil
}

// enter lets the holder into a call that may take long.
func (k *token) enter(c *tracee, at standing) error {
	c.standing, c.late = at, false
	if at == inLongCall && k.holder == c {
		k.holder = nil
	}
	return unix.PtraceSyscall(c.tid, 0)
}

// halt leaves a thread stopped with its process.
func (k *token) halt(c *tracee) {
	c.standing = halted
	k.leave(c)
}

// leave takes the token from a thread that has no more use for it.
func (k *token) leave(c *tracee) {
	if k.holder == c {
		k.holder = nil
	}
	k.waiting = slices.DeleteFunc(k.waiting, func(w *tracee) bool { return w == c })
}

// settle hands the token on where that is due. It tells whether it is to be called again soon, stop or no stop.
func (k *token) settle() (soon bool) {
	if len(k.waiting) == 0 {
		return false // who has it keeps it, whatever that one does
	}
	if c := k.holder; c != nil {
		if c.standing == inCall {
			k.check(c)
		} else {
			k.watch(c)
		}
	}
	if k.holder != nil || k.anybodyOnTheWay() {
		return true
	}
	c := pick(k.waiting, k.last, k.now())
	k.waiting = slices.DeleteFunc(k.waiting, func(w *tracee) bool { return w == c })
	k.holder, k.last, k.stops, k.looked, k.onDisk = c, c.nth, 0, time.Time{}, time.Time{}
	c.standing = onItsWay
	k.t.check(c, unix.PtraceCont(c.tid, c.signal))
	return len(k.waiting) > 0
}

// check looks whether the holder sleeps in the call that it is in.
func (k *token) check(c *tracee) {
	sleeps, long := k.sleeps(c)
	if sleeps {
		k.holder = nil
	}
	if long {
		c.standing = inLongCall
	}
}

// sleeps tells whether the holder does. What is on disk comes soon, so one that waits for that keeps the token; but not for long, since
// it may wait for a file system, or the like, that another thread of the run is to answer for.
func (k *token) sleeps(c *tracee) (sleeps, long bool) {
	switch c.stateNow() {
	case asleep, gone:
		return true, false
	case onDisk:
		if k.onDisk.IsZero() {
			k.onDisk = k.now()
		}
		long = k.now().Sub(k.onDisk) >= slice
		return long, long
	}
	k.onDisk = time.Time{}
	return false, false
}

// watch looks whether the holder has had its slice, or sleeps in something that nothing traps.
func (k *token) watch(c *tracee) {
	now := k.now()
	first := k.looked.IsZero()
	if !first && now.Sub(k.looked) < lookEvery {
		return
	}
	ran, _, _ := progressOf(c.tid)
	sleeps, _ := k.sleeps(c)
	switch {
	case first:
		k.ran = ran
	case sleeps && k.asleep:
		c.standing, k.holder = astray, nil
	case (ran-k.ran >= slice || ran-k.ran >= shortSlice && k.slices >= manySlices) && !c.overdue:
		c.overdue = true
		k.slices++
		k.t.check(c, ptrace(unix.PTRACE_INTERRUPT, c.tid, 0, 0))
	}
	k.looked, k.asleep = now, sleeps
}

// anybodyOnTheWay tells whether a thread is between sleep and its next stop.
func (k *token) anybodyOnTheWay() bool {
	found := false
	for _, c := range k.t.tracees {
		switch c.standing {
		case onItsWay:
			found = found || c.stateNow() != gone
		case inCall:
			if s := c.stateNow(); s != asleep && s != gone {
				found = true
			}
		case inLongCall:
			if s := c.stateNow(); s != asleep && s != onDisk && s != gone {
				found = true
			}
		case astray:
			if s := c.stateNow(); s != asleep && s != onDisk && s != gone {
				c.standing, c.overdue, found = onItsWay, true, true
				k.t.check(c, ptrace(unix.PTRACE_INTERRUPT, c.tid, 0, 0))
			}
		}
		if found {
			return true
		}
	}
	return false
}

// pick chooses who goes next: the one born next after the last of all that were woken, and in turn. One whose time-out is over
// comes when there is no other, or has waited for a slice: else what others do to each other all the time would keep it out for ever.
func pick(waiting []*tracee, last int, now time.Time) *tracee {
	woken := slices.DeleteFunc(slices.Clone(waiting), func(c *tracee) bool { return c.late && now.Sub(c.since) < slice })
	if len(woken) == 0 {
		return waiting[0]
	}
	return slices.MinFunc(woken, func(a, b *tracee) int {
		if (a.nth > last) != (b.nth > last) {
			if a.nth > last {
				return -1
			}
			return 1
		}
		return a.nth - b.nth
	})
}
