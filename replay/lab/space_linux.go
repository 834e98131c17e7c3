//go:build linux && (amd64 || arm64)

package lab

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// An argument that is replaced by a longer one, or that the program must not see changed, needs memory in the
// tracee. Its stack is none: below the stack pointer of a Go function lies another object soon. So the tracee
// is made to map some pages, the first time that they are needed, by a detour: the call that it is stopped
// at becomes mmap(2), and at its end the thread is set back to come to its own call again.

// space is that memory, of all that share an address space.
type space struct {
	all, free []uint64 // addresses of slots
	closed    error    // mmap failed
}

// copied is the memory of a process that was forked off: the same addresses, nothing lent.
func (s *space) copied() *space {
	return &space{all: slices.Clone(s.all), free: slices.Clone(s.all), closed: s.closed}
}

const (
	slotSize   = 2048 // for a path in the scratch folder, or a filter
	spaceSlots = 16
)

// errLater is returned where a trap is to return it: it is then called again from its start.
var errLater = errors.New("called again once there is memory")

// lend puts p where the tracee can read it until the call has ended. The caller hands an error on.
func (c *tracee) lend(p []byte) (addr uint64, err error) {
	s := c.proc.space
	switch {
	case len(p) > slotSize:
		return 0, fmt.Errorf("an argument of %d bytes is too long to be replaced: name a shorter scratch folder", len(p))
	case s.closed != nil:
		return 0, s.closed
	case len(s.free) == 0:
		c.detour = true
		return 0, errLater
	}
	addr = s.free[len(s.free)-1]
	if err := c.write(addr, p); err != nil {
		return 0, err
	}
	s.free = s.free[:len(s.free)-1]
	c.lent = append(c.lent, addr)
	return addr, nil
}

// giveBack ends what lend began.
func (c *tracee) giveBack() {
	c.proc.space.free = append(c.proc.space.free, c.lent...)
	c.lent = c.lent[:0]
}

// takeDetour makes the thread map memory in place of its call, which it comes to again afterwards.
func (c *tracee) takeDetour() {
	own := c.original
	if !c.restore {
		own = c.regs
	}
	c.giveBack()
	c.leave, c.pending, c.restore, c.detour = nil, nil, false, false
	c.regs = own
	c.regs.setCall(unix.SYS_MMAP)
	const size = slotSize * spaceSlots
	for n, v := range []uint64{0, size, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS, 1<<64 - 1, 0} {
		c.regs.setArg(n, v)
	}
	c.changed, c.repeated = true, true
	c.after(func() error {
		s := c.proc.space
		if at := c.result(); at < 0 && at > -pageSize {
			s.closed = fmt.Errorf("%s: no memory for a replaced argument: mmap: %w", c.name(), unix.Errno(-at))
		} else {
			for n := range uint64(spaceSlots) {
				slot := uint64(at) + (spaceSlots-1-n)*slotSize
				s.all, s.free = append(s.all, slot), append(s.free, slot)
			}
		}
		c.regs = own
		c.regs.again()
		c.changed = true
		return nil
	})
}
