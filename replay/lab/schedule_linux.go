//go:build linux && (amd64 || arm64)

package lab

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What comes first of things that go on side by side is decided, most often, by who is let go first. So at all levels but one, newborn
// threads and processes are held back, in an order that is the level's, by times that are long against what they need to get going and
// short against a run. What happens between those that have long been alive is not controlled. At level one it is: see token_linux.go.
const (
	// moment lies between two that get going one after the other.
	moment = 10 * time.Millisecond
	// reversedBirths is how many of those that a parent makes at about the same time get going in reverse; those after them are not
	// held. Nor are those that it makes after its first mostReversed: a script that makes one after the other would wait for each.
	reversedBirths, mostReversed = 8, 24
	// longestRandom bounds how long a newborn is held by a seed.
	longestRandom = 50 * time.Millisecond
)

// scheduling orders births, or all that threads do.
func scheduling(t *tracer, level string) error {
	if level == "one" {
		return oneAtATime(t)
	}
	order, err := birthOrder(level)
	if err != nil {
		return err
	}
	q := &queue{alive: func(tid int) bool { return t.tracees[tid] != nil }, now: time.Now, progress: progressOf}
	t.atBirth(func(b birth) time.Duration {
		at := q.now()
		return q.born(b.TID, b.Parent, at, order(at, b))
	})
	t.atGoing(q.longer)
	return nil
}

// oneAtATime hands out a token. The command also has one CPU to run on, while it is told of all of them: what is reported is another
// factor's.
func oneAtATime(t *tracer) error {
	t.token = &token{t: t, now: time.Now}
	t.token.setUp()
	allowed, err := affinity()
	if err != nil {
		return fmt.Errorf("reading the affinity: %w", err)
	}
	if _, treated := t.task.Treatment["cpus"]; !treated {
		t.trap(trap{call: unix.SYS_SCHED_GETAFFINITY, enter: reportAffinity(allowed)})
	}
	t.beforeStart(func() (func(), error) {
		if err := setAffinity(onlyCPU(currentCPU(), len(allowed))); err != nil {
			return nil, fmt.Errorf("scheduling: one CPU: %w", err)
		}
		return func() { setAffinity(allowed) }, nil
	})
	return nil
}

// birthOrder returns for how long each newborn is held at a level, by when it was born. It is called in the order of births.
func birthOrder(level string) (func(at time.Time, b birth) time.Duration, error) {
	seedText, random := strings.CutPrefix(level, "random:")
	seed, err := strconv.ParseUint(seedText, 10, 64)
	switch {
	case level == "reverse":
		bursts := map[kin]*burst{}
		return func(at time.Time, b birth) time.Duration {
			of := bursts[kin{b.Parent, b.Process}]
			if of == nil {
				of = &burst{}
				bursts[kin{b.Parent, b.Process}] = of
			}
			return of.hold(at)
		}, nil
	case random && err == nil:
		return func(_ time.Time, b birth) time.Duration {
			return time.Duration(rand.New(rand.NewPCG(seed, uint64(b.Total))).Int64N(int64(longestRandom)))
		}, nil
	}
	return nil, fmt.Errorf("scheduling=%s: no such order", level)
}

// kin are threads, or processes, that one thread made.
type kin struct {
	parent  int
	process bool
}

// burst is births of kin at about the same time. They are due by one point of time for all of them, so it does not
// matter how far apart they are born.
type burst struct {
	end  time.Time // when the first of them, which is the last, gets going
	size int
	all  int // of kin so far
}

// hold returns for how long the next one is held.
func (b *burst) hold(at time.Time) time.Duration {
	if b.all++; b.all > mostReversed {
		return 0
	}
	due := b.end.Add(-time.Duration(b.size) * moment)
	if b.size++; b.size > reversedBirths && at.Before(b.end) {
		return 0
	}
	if !due.After(at) {
		due = at.Add(reversedBirths * moment)
		b.end, b.size = due, 1
	}
	return due.Sub(at)
}

// affinity returns the CPUs that this thread may run on, as the kernel's bytes.
func affinity() ([]byte, error) {
	mask := make([]byte, mostCPUs) // for eight times as many as the lab reports
	n, _, errno := unix.RawSyscall(unix.SYS_SCHED_GETAFFINITY, 0, uintptr(len(mask)), uintptr(unsafe.Pointer(&mask[0])))
	if errno != 0 {
		return nil, errno
	}
	return mask[:n], nil
}

func setAffinity(mask []byte) error {
	if _, _, errno := unix.RawSyscall(unix.SYS_SCHED_SETAFFINITY, 0, uintptr(len(mask)), uintptr(unsafe.Pointer(&mask[0]))); errno != 0 {
		return errno
	}
	return nil
}

// currentCPU is the one that this thread runs on: so the kernel spreads runs side by side over all that are allowed.
func currentCPU() int {
	var cpu uint32
	unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0)
	return int(cpu)
}

func onlyCPU(cpu, bytes int) []byte {
	mask := make([]byte, max(bytes, cpu/64*8+8))
	mask[cpu/8] = 1 << (cpu % 8)
	return mask
}
