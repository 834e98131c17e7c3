//go:build linux && (amd64 || arm64)

package lab

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// birth is what is known of a thread or process that has not run yet.
type birth struct {
	TID     int
	Process bool // else a thread
	Parent  int  // the thread that made it
	Nth     int  // of its parent's, which is a thread, too; from 0
	Total   int  // of all; from 0
}

// birth takes a newborn in that its parent tells of. Both stop, in any order.
func (t *tracer) birth(parent *tracee, event int) error {
	tid, err := unix.PtraceGetEventMsg(parent.tid)
	if err != nil {
		return err
	}
	t.adopt(parent, int(tid), event == unix.PTRACE_EVENT_VFORK)
	return nil
}

// adopt makes a newborn known.
func (t *tracer) adopt(parent *tracee, tid int, vfork bool) {
	if _, known := t.tracees[tid]; known {
		return
	}
	c := &tracee{t: t, tid: tid, proc: parent.proc, stream: fmt.Sprintf("%s.%d", parent.descent(), parent.births), floor: parent.floor, nth: t.births}
	b := birth{TID: tid, Parent: parent.tid, Nth: parent.births, Total: t.births}
	parent.births++
	t.births++
	if b.Process = unix.Access(fmt.Sprintf("/proc/%d/task/%d", parent.proc.pid, tid), unix.F_OK) != nil; b.Process {
		c.proc = &process{pid: tid, space: parent.proc.space, timers: map[uint32]uint32{}}
		if !vfork {
			c.proc.space = parent.proc.space.copied()
		}
		t.born(tid)
	}
	t.tracees[tid] = c
	var d time.Duration
	for _, hold := range t.atBirths {
		d = max(d, hold(b))
	}
	if c.heldAtBirth = d; vfork { // its parent waits for its execve: only from then on do the two go on side by side
		c.heldAtBirth, c.heldAtExec = 0, d
	}
	if status, stopped := t.newborns[tid]; stopped {
		delete(t.newborns, tid)
		t.check(c, t.begin(c, status))
	}
}

// begin serves the first stop of a newborn, after it was held for as long as it is to be.
func (t *tracer) begin(c *tracee, status unix.WaitStatus) error {
	d := c.heldAtBirth
	c.heldAtBirth, c.begun = 0, true
	if d <= 0 {
		return t.serve(c, status)
	}
	t.holdBack(c, d, func() error { return t.letGo(c, func() error { return t.serve(c, status) }) })
	return nil
}

// letGo lets a newborn go whose time is over, once nobody wants it held for longer.
func (t *tracer) letGo(c *tracee, then func() error) error {
	for _, longer := range t.atGoings {
		if d := longer(c.tid); d > 0 {
			t.holdBack(c, d, func() error { return t.letGo(c, then) })
			return nil
		}
	}
	return then()
}

// stash keeps the first stop of a newborn until its parent tells of it. A parent that was killed meanwhile never does: after
// a while the newborn is taken in as the one of the root.
func (t *tracer) stash(tid int, status unix.WaitStatus) {
	t.newborns[tid] = status
	t.holds = append(t.holds, hold{time.Now().Add(orphanAfter), func() {
		if _, waits := t.newborns[tid]; waits {
			t.adopt(t.motherOf(tid), tid, false)
		}
	}})
}

// motherOf returns who is to be taken for the parent of a newborn that none told of.
func (t *tracer) motherOf(tid int) *tracee {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
	for _, field := range []string{"\nTgid:\t", "\nPPid:\t"} {
		_, rest, _ := strings.Cut(string(status), field)
		line, _, _ := strings.Cut(rest, "\n")
		if pid, err := strconv.Atoi(line); err == nil && pid != tid && t.tracees[pid] != nil {
			return t.tracees[pid]
		}
	}
	return t.tracees[t.root]
}

// orphanAfter is how long a parent has, from the stop of its child, to tell of it.
const orphanAfter = time.Second
