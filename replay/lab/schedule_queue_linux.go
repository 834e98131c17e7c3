//go:build linux && (amd64 || arm64)

package lab

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// queue has newborns get going one after the other. On a machine that is busy, a moment is not enough for one to get to
// what it is about before the next is let go, nor for a parent to make the next. So a newborn waits until the one before
// it sleeps, has ended, or has had its share of a CPU, and until its parent sleeps, has ended, or has run for as long as the
// newborn was to be held: in their own time, which goes on only while they run.
type queue struct {
	waiting  []turn
	last     int           // the thread that got going last
	went     time.Time     // when that was
	before   time.Duration // how long it had run by then
	alive    func(tid int) bool
	progress func(tid int) (ran time.Duration, asleep, known bool)
	now      func() time.Time
}

// turn is when a newborn is due.
type turn struct {
	tid, parent int
	due         time.Time
	held        time.Duration
	before      time.Duration // how long the parent had run at the birth
}

const (
	share       = 20 * time.Millisecond  // of a CPU, that a thread gets before the next one goes
	longestWait = time.Second            // longer than this after it is due, and the last one went, nobody waits
	lookAgain   = 300 * time.Microsecond // while it waits for another
)

// born puts a newborn in that is held for d from its birth on. It takes that instant, and does not look for one of its own: beside load that may
// be so much later that the next one would be due before.
func (q *queue) born(tid, parent int, at time.Time, d time.Duration) time.Duration {
	if d > 0 {
		before, _, _ := q.progress(parent)
		q.waiting = append(q.waiting, turn{tid, parent, at.Add(d), d, before})
	}
	return d
}

// longer returns for how much longer a newborn that is due is held.
func (q *queue) longer(tid int) time.Duration {
	at := slices.IndexFunc(q.waiting, func(w turn) bool { return w.tid == tid })
	if at < 0 {
		return 0
	}
	own := q.waiting[at]
	from := own.due
	if q.went.After(from) {
		from = q.went // beside load, a long line is not to break up at its end
	}
	if q.now().Sub(from) < longestWait && (q.othersBefore(own) || !q.had(q.last, q.before, share) || !q.had(own.parent, own.before, own.held)) {
		return lookAgain
	}
	q.waiting = slices.Delete(q.waiting, at, at+1)
	q.last, q.went = tid, q.now()
	q.before, _, _ = q.progress(tid)
	return 0
}

// othersBefore tells whether somebody is due earlier who has not gone yet, and lives.
func (q *queue) othersBefore(own turn) bool {
	return slices.ContainsFunc(q.waiting, func(w turn) bool { return w.due.Before(own.due) && q.alive(w.tid) })
}

// had tells whether a thread has run for as long since, or does nothing now.
func (q *queue) had(tid int, before, much time.Duration) bool {
	if tid == 0 || !q.alive(tid) {
		return true
	}
	ran, asleep, known := q.progress(tid)
	return asleep || !known || ran-before >= much
}

// progressOf returns how long a thread has run, and whether it waits for something other than a disk or its tracer (proc(5)).
func progressOf(tid int) (ran time.Duration, asleep, known bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", tid))
	if err != nil {
		return 0, false, false
	}
	_, state, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	times, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", tid))
	if err != nil {
		return 0, false, false
	}
	first, _, _ := strings.Cut(string(times), " ")
	ns, err := strconv.ParseInt(first, 10, 64)
	return time.Duration(ns), state != "" && !strings.ContainsRune("RDtP", rune(state[0])), err == nil
}
