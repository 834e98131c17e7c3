//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// trapOwners has what the command makes, or changes, seem to be a user's, and of a group with the same number. What it finds stays whose it
// is: of what is its own already nothing else tells but that it was changed since the command began.
func (t *tracer) trapOwners(factor string, id uint32) error {
	begun, err := clockNow(unix.CLOCK_REALTIME_COARSE) // as files have their times
	if err != nil {
		return err
	}
	uid, gid := uint32(os.Geteuid()), uint32(os.Getegid())
	own := func(c *tracee, changed time.Duration, at [2]uint64, of [2]uint32) error {
		if changed < begun {
			return nil
		}
		t.report.Reads[factor]++
		for n, real := range []uint32{uid, gid} {
			if of[n] != real {
				continue
			}
			if err := c.write(at[n], binary.NativeEndian.AppendUint32(nil, id)); err != nil {
				return err
			}
		}
		return nil
	}
	answered := func(n int, look func(c *tracee, at uint64) error) func(*tracee) error {
		return func(c *tracee) error {
			at := c.arg(n)
			c.after(func() error {
				if c.result() < 0 {
					return nil
				}
				return look(c, at)
			})
			return nil
		}
	}
	stat := func(c *tracee, at uint64) error {
		var s unix.Stat_t
		if err := c.read(at, unsafe.Slice((*byte)(unsafe.Pointer(&s)), unsafe.Sizeof(s))); err != nil {
			return err
		}
		return own(c, time.Duration(s.Ctim.Nano()), [2]uint64{at + uint64(unsafe.Offsetof(s.Uid)), at + uint64(unsafe.Offsetof(s.Gid))}, [2]uint32{s.Uid, s.Gid})
	}
	statx := func(c *tracee, at uint64) error {
		var s unix.Statx_t
		if err := c.read(at, unsafe.Slice((*byte)(unsafe.Pointer(&s)), unsafe.Sizeof(s))); err != nil {
			return err
		}
		return own(c, time.Duration(s.Ctime.Sec*1e9+int64(s.Ctime.Nsec)), [2]uint64{at + uint64(unsafe.Offsetof(s.Uid)), at + uint64(unsafe.Offsetof(s.Gid))}, [2]uint32{s.Uid, s.Gid})
	}
	for _, call := range []int{callStat, callLstat, unix.SYS_FSTAT} {
		if call >= 0 {
			t.trap(trap{call: call, enter: answered(1, stat)})
		}
	}
	t.trap(trap{call: unix.SYS_NEWFSTATAT, enter: answered(2, stat)})
	look := answered(4, statx)
	t.trap(trap{call: unix.SYS_STATX, enter: func(c *tracee) error {
		c.setArg(3, c.arg(3)|unix.STATX_CTIME) // kernels leave out what is not asked for
		return look(c)
	}})
	return nil
}
