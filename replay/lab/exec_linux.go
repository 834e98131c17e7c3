//go:build linux && (amd64 || arm64)

package lab

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// exec greets a new program. Where another thread than the first called execve it takes the place of the first, and all others have died.
func (t *tracer) exec(c *tracee) error {
	former, err := unix.PtraceGetEventMsg(c.tid)
	if err != nil {
		return err
	}
	if caller := t.tracees[int(former)]; caller != nil && caller != c {
		t.drop(c) // the former first thread
		caller.closeFiles()
		delete(t.tracees, caller.tid)
		caller.tid = c.tid
		t.tracees[c.tid] = caller
		c = caller
	}
	c.programs++
	return t.greet(c)
}

// greet prepares a thread that is about to execute the first instruction of a program.
func (t *tracer) greet(c *tracee) error {
	c.proc = &process{pid: c.tid, space: &space{}, timers: map[uint32]uint32{}}
	c.births, c.random, c.wants, c.floor = 0, nil, nil, 0
	c.leave, c.lent, c.repeated, c.asIs = nil, nil, false, false
	if err := c.regs.get(c.tid); err != nil {
		return err
	}
	if c.regs.foreign() {
		t.report.escaped("a program of another architecture, such as a 32-bit one")
		return nil
	}
	if t.noVDSO {
		if err := c.replaceAuxiliary(atVDSO, atIgnore); err != nil {
			return err
		}
	}
	for _, do := range t.execs {
		if err := do(c); err != nil {
			return err
		}
	}
	return nil
}

// Types of entries of the auxiliary vector: include/uapi/linux/auxvec.h.
const (
	atNull        = 0
	atIgnore      = 1
	atUID         = 11
	atEUID        = 12
	atGID         = 13
	atEGID        = 14
	atRandomBytes = 25
	atVDSO        = 33
)

var errNoAuxiliary = errors.New("the stack of a new program holds no auxiliary vector")

// replaceAuxiliary changes the type of an entry of the auxiliary vector of a new program, if it is there.
func (c *tracee) replaceAuxiliary(was, becomes uint64) error {
	at, _, err := c.auxiliary(was)
	if err != nil || at == 0 {
		return err
	}
	return c.write(at, binary.LittleEndian.AppendUint64(nil, becomes))
}

// auxiliary finds an entry of the auxiliary vector of a new program: where it is, 0 if nowhere, and its value.
// The vector lies behind argc, argv, a null, the environment and a null on the stack (System V ABI, x86-64 supplement, 3.4.1).
func (c *tracee) auxiliary(want uint64) (at, value uint64, err error) {
	for size := 16 << 10; size <= 64<<20; size *= 4 {
		p := make([]byte, size)
		n, err := c.readSome(c.regs.stack(), p)
		if err != nil {
			return 0, 0, err
		}
		if at, value, ended := findAuxiliary(p[:n], want); ended {
			if at != 0 {
				at += c.regs.stack()
			}
			return at, value, nil
		}
	}
	return 0, 0, errNoAuxiliary
}

// findAuxiliary looks into as much of a stack as was read; ended is false where that was too little.
func findAuxiliary(stack []byte, want uint64) (at, value uint64, ended bool) {
	word := func(n int) (uint64, bool) {
		if 8*n+8 > len(stack) {
			return 0, false
		}
		return binary.LittleEndian.Uint64(stack[8*n:]), true
	}
	argc, _ := word(0)
	n := int(argc) + 2
	for v, ok := word(n); v != 0 || !ok; v, ok = word(n) {
		if !ok {
			return 0, 0, false
		}
		n++
	}
	for n++; ; n += 2 {
		kind, _ := word(n)
		value, ok := word(n + 1)
		switch {
		case !ok:
			return 0, 0, false
		case kind == want:
			return uint64(8 * n), value, true
		case kind == atNull:
			return 0, 0, true
		}
	}
}
