package proc

import (
	"hash/fnv"
	"os"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// mark is the soft RLIMIT_RTTIME, in microseconds, that tells a run's processes from all others;
// 0 is none. From the top: a bit that makes it too large to limit anything, 38 bits of the owner, 24 of the run.
type mark uint64

const (
	markBit   mark = 1 << 62
	runBits        = 24
	runMask   mark = 1<<runBits - 1
	ownerMask mark = markBit - 1 - runMask
)

// marks are those in use by this process.
var marks = register{used: map[mark]bool{}}

type register struct {
	mu   sync.Mutex
	used map[mark]bool
}

// take returns a mark that follows from owner and environment, or the next one that is free.
func (r *register) take(owner string, env []string) mark {
	h := fnv.New64a()
	for _, entry := range env {
		h.Write([]byte(entry))
		h.Write([]byte{0})
	}
	run := mark(h.Sum64())
	r.mu.Lock()
	defer r.mu.Unlock()
	for ; ; run++ {
		m := ownerMark(owner) | run&runMask
		if !r.used[m] {
			r.used[m] = true
			return m
		}
	}
}

func (r *register) give(m mark) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.used, m)
}

// ownerMark is the part of a mark that all runs of an owner share.
func ownerMark(owner string) mark {
	h := fnv.New64a()
	h.Write([]byte(owner))
	return markBit | mark(h.Sum64())<<runBits&ownerMask
}

// wear puts the mark on this process, for its next child to inherit, and returns what takes it
// off. Where the limit may not be set, as under LimitRTTIME=, it does nothing: a session is
// then all that descendants are told by.
func (m mark) wear() (off func()) {
	var was unix.Rlimit
	if err := unix.Prlimit(0, unix.RLIMIT_RTTIME, nil, &was); err != nil {
		return func() {}
	}
	if err := unix.Prlimit(0, unix.RLIMIT_RTTIME, &unix.Rlimit{Cur: uint64(m), Max: was.Max}, nil); err != nil {
		return func() {}
	}
	return func() { _ = unix.Prlimit(0, unix.RLIMIT_RTTIME, &was, nil) }
}

// peekToken reads the limit of a process of our own user; 0 for others.
func peekToken(pid int) uint64 {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_RTTIME, nil, &limit) != nil {
		return 0
	}
	return limit.Cur
}

// tokenOf is peekToken, but for others' processes, too, such as what a set-user-id program
// became. It takes a file of /proc for them.
func tokenOf(pid int) uint64 {
	if token := peekToken(pid); token != 0 {
		return token
	}
	limits, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/limits")
	if err != nil {
		return 0
	}
	const name = "Max realtime timeout"
	_, line, _ := strings.Cut(string(limits), name)
	if fields := strings.Fields(line); len(fields) > 0 {
		token, _ := strconv.ParseUint(fields[0], 10, 64) // "unlimited" is 0: no mark
		return token
	}
	return 0
}
