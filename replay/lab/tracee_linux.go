//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"
)

// tracee is a thread of the command.
type tracee struct {
	t        *tracer
	tid      int
	proc     *process
	stream   string // names it by its descent, see stream.go
	births   int    // how many threads and processes it has made
	programs int    // how many it has executed since it was born

	begun       bool           // its first stop is over
	heldAtBirth time.Duration  // how long it is to be held in its first stop
	heldAtExec  time.Duration  // how long once it has executed a program
	random      *rand.ChaCha8  // what getrandom gives it; nil: not asked yet
	wants       map[string]int // opens of files that are replaced, by name
	floor       int64          // of its frozen clock: a deadline, in ns since 1970, that it has waited for

	// Where there is a token.
	nth      int       // how-manieth birth of all it was
	standing standing  // where it is
	overdue  bool      // it is to hand the token on at its next stop
	mayBlock bool      // the call that it enters may take long
	late     bool      // the call that it was in ended by time
	signal   int       // what it is to get when it goes on
	since    time.Time // when it began to wait for the token
	callFile threadFile
	statFile threadFile

	// The call that it is stopped in or carrying out.
	regs     registers
	original registers      // as the program made the call, where arguments were changed
	changed  bool           // regs are to be set
	restore  bool           // the original arguments are to be restored at the end of the call
	pending  []*trap        // traps that have yet to be entered
	skipped  bool           // the call is not carried out
	leave    []func() error // to be called at the end of the call
	lent     []uint64       // memory that lend gave out for it
	detour   bool           // lend needs a call of its own first
	repeated bool           // it comes to the same call again, after a detour
	asIs     bool           // the call is to be let through when it comes again
}

// process is what threads share.
type process struct {
	pid      int
	readings int // of the wall clock
	space    *space
	timers   map[uint32]uint32 // POSIX timers, by id, and the clock of each
}

// arg returns an argument of the call, 0 to 5, as the program gave it.
func (c *tracee) arg(n int) uint64 {
	if c.restore {
		return c.original.args()[n]
	}
	return c.regs.args()[n]
}

// setArg changes an argument; the program finds its own in the register again afterwards, as the system's convention is.
func (c *tracee) setArg(n int, v uint64) {
	if !c.restore {
		c.original, c.restore = c.regs, true
	}
	c.regs.setArg(n, v)
	c.changed = true
}

// skip answers the call with a result, or minus an errno. The kernel does nothing.
func (c *tracee) skip(result int64) {
	c.regs.setCall(-1)
	c.regs.setResult(result)
	c.skipped, c.changed = true, true
}

// fault answers the call as the kernel does one with a bad pointer, if that is what err is about.
func (c *tracee) fault(err error) error {
	if errors.Is(err, unix.EFAULT) {
		c.skip(-int64(unix.EFAULT))
		return nil
	}
	return err
}

// after has leave called at the end of the call, once, in the order of registration.
func (c *tracee) after(leave func() error) { c.leave = append(c.leave, leave) }

// result is what the call came to, in after.
func (c *tracee) result() int64 { return c.regs.result() }

// setResult changes it, in after.
func (c *tracee) setResult(v int64) {
	c.regs.setResult(v)
	c.changed = true
}

// ordinal counts by a name, in this program of this process: 0 for the first.
func (c *tracee) ordinal(name string) int {
	if c.wants == nil {
		c.wants = map[string]int{}
	}
	n := c.wants[name]
	c.wants[name]++
	return n
}

// name says which thread it is, for a message.
func (c *tracee) name() string { return fmt.Sprintf("pid %d, thread %d", c.proc.pid, c.tid) }
