package proc

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// rssUnit is what Rusage.Maxrss counts in.
const rssUnit = 1 << 10

// family is a program and its descendants.
type family struct {
	root int
	mark mark
	seen map[int]bool // descendants that were come across

	// Of the last count: how many were alive, the pid given out last before it (at first the program's),
	// and how often it was spared since.
	alive, counted, skipped int
}

// forking is held while this process wears the mark that its next child is to inherit.
var forking sync.Mutex

// adopting is held while orphans are listed and reaped: a list that shrinks while it is read
// skips entries.
var adopting sync.Mutex

// subreaper makes this process the parent of its descendants' orphans.
var subreaper = sync.OnceValue(func() error {
	return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
})

func newFamily(owner string, env []string) *family {
	return &family{mark: marks.take(owner, env), seen: map[int]bool{}}
}

func (f *family) release() { marks.give(f.mark) }

// fork starts the program, marked, in a session of its own. It dies with the calling thread.
func (f *family) fork(path string, argv []string, attr *syscall.ProcAttr) (err error) {
	if err := subreaper(); err != nil {
		return fmt.Errorf("prctl PR_SET_CHILD_SUBREAPER: %w", err)
	}
	attr.Sys = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	forking.Lock()
	defer forking.Unlock()
	defer f.mark.wear()()
	f.root, err = syscall.ForkExec(path, argv, attr)
	f.counted = f.root
	return err
}

// await returns when the program has ended. It stays a zombie, so its pid, which names its
// session and its group, too, is not given to another until reap.
func (f *family) await() {
	for unix.Waitid(unix.P_PID, f.root, nil, unix.WEXITED|unix.WNOWAIT, nil) == unix.EINTR {
	}
}

// reap says how the program ended and lets its pid go.
func (f *family) reap() (ws syscall.WaitStatus, usage syscall.Rusage, err error) {
	adopting.Lock()
	defer adopting.Unlock()
	for {
		_, err = syscall.Wait4(f.root, &ws, 0, &usage)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		err = fmt.Errorf("waiting for pid %d: %w", f.root, err)
	}
	return ws, usage, err
}

// terminate asks the program and its group to end.
func (f *family) terminate() { _ = syscall.Kill(-f.root, syscall.SIGTERM) }

// kill ends the program and its group, in one step that no fork of theirs escapes.
func (f *family) kill() { _ = syscall.Kill(-f.root, syscall.SIGKILL) }

// clear kills and reaps all descendants that outlived the program, which has ended and was not reaped.
// It returns how many of them were alive. Those whose parent is dead are our children; killing
// them makes us the parent of theirs, and so on until there are none.
func (f *family) clear() (left int, err error) {
	if f.childless() {
		return 0, nil
	}
	f.reapDead()
	members, _ := f.members()
	for _, pid := range members {
		if running(pid) {
			left++
		}
	}
	giveUp := time.NewTimer(patience)
	defer giveUp.Stop()
	for pause := 50 * time.Microsecond; ; pause = min(2*pause, 10*time.Millisecond) {
		found, alive := f.killOrphans()
		if found == 0 && f.childless() {
			return left, nil
		}
		if len(alive) == 0 {
			continue
		}
		select {
		case <-giveUp.C:
			return left, fmt.Errorf("pids %v, descendants of pid %d, do not die of SIGKILL: are they another user's?", alive, f.root)
		case <-time.After(pause):
		}
	}
}

// childless tells whether none of our children is of the run, which is so after nearly every run.
func (f *family) childless() bool {
	adopting.Lock()
	defer adopting.Unlock()
	// Another package's children are reaped without our lock, so what is behind one in the
	// list may be skipped, once.
	list := adopted()
	return len(f.orphans(list)) == 0 && (len(list) == 0 || len(f.orphans(adopted())) == 0)
}

// killOrphans kills those of the run's processes that have become our children, and reaps
// those that are dead. It returns how many there were, and which have yet to die.
func (f *family) killOrphans() (found int, alive []int) {
	adopting.Lock()
	defer adopting.Unlock()
	for _, pid := range f.orphans(adopted()) {
		found++
		// The group first: that is one step, too fast for a fork. All of its members are in the
		// orphan's session, which is not ours, so all of them descend from the program.
		if group, err := syscall.Getpgid(pid); err == nil && group > 1 {
			_ = syscall.Kill(-group, syscall.SIGKILL)
		}
		_ = syscall.Kill(pid, syscall.SIGKILL)
		if !reaped(pid) {
			alive = append(alive, pid)
		}
	}
	return found, alive
}

// reapDead reaps those of the run's processes that became our children and have died: a long run of
// many daemons would fill the process table.
func (f *family) reapDead() {
	adopting.Lock()
	defer adopting.Unlock()
	for _, pid := range f.orphans(adopted()) {
		reaped(pid)
	}
}

// reaped waits for a child that is dead already.
func reaped(pid int) bool {
	for {
		got, err := syscall.Wait4(pid, nil, syscall.WNOHANG|syscall.WALL, nil)
		if err != syscall.EINTR {
			return got == pid || err == syscall.ECHILD && !running(pid)
		}
	}
}

// orphans lists those of our children that belong to the run, without the program itself.
func (f *family) orphans(children []int) (pids []int) {
	for _, pid := range children {
		if f.owns(pid, tokenOf) {
			f.seen[pid] = true
			pids = append(pids, pid)
		}
	}
	return pids
}

// owns tells whether a process is a descendant of the program.
func (f *family) owns(pid int, tokenOf func(pid int) uint64) bool {
	if pid == f.root || pid == os.Getpid() {
		return false
	}
	session, err := unix.Getsid(pid)
	if err != nil {
		return false
	}
	if session == f.root && f.root != 0 { // 0: led from outside our pid namespace, as in a container
		return true
	}
	// One of ours that was forked while we wore the mark has it, too: os/exec in another
	// package. A session cannot be joined, so what is in ours descends from no program.
	return f.mark != 0 && session != ourSession() && mark(tokenOf(pid)) == f.mark
}

var ourSession = sync.OnceValue(func() int {
	session, _ := unix.Getsid(0)
	return session
})

// members lists the descendants, wherever they are in the tree, by a look at every process. It
// returns how many it looked at. Another harness may have given the same mark to a run of the same owner
// and environment, or have left it behind: what has the mark must descend from us, too.
func (f *family) members() (pids []int, looked int) {
	all := processes()
	for _, pid := range all {
		if f.owns(pid, peekToken) && (f.seen[pid] || descends(pid)) {
			f.seen[pid] = true
			pids = append(pids, pid)
		}
	}
	return pids, len(all)
}

// census reaps the dead, counts the descendants if they are limited, and says when to look again.
// A look at a process takes about a microsecond, so a fiftieth of the time is spent on it, and none
// while no process or thread was started on the whole machine.
func (f *family) census(limited bool) (alive int, again time.Duration) {
	if !limited {
		f.reapDead()
		return 0, reapEvery
	}
	born := lastPID()
	if f.skipped < countAnyway && born == f.counted && born > 0 {
		f.skipped++
		return f.alive, countEvery
	}
	f.reapDead()
	pids, looked := f.members()
	f.alive, f.counted, f.skipped = len(pids), born, 0
	return f.alive, min(max(time.Duration(looked)*50*time.Microsecond, countEvery), reapEvery)
}

// pids lists the program, then its descendants as far as they were seen.
func (f *family) pids() []int {
	return append([]int{f.root}, slices.Sorted(maps.Keys(f.seen))...)
}
