package lab

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Experimental: it compiles, and was never run.

const nativeArch = unix.AUDIT_ARCH_AARCH64

const (
	ntPRStatus      = 1     // NT_PRSTATUS
	ntARMSystemCall = 0x404 // NT_ARM_SYSTEM_CALL
	statusIs32Bit   = 1 << 4
)

// registers are those of a stopped thread. x0 is the first argument and the result alike, so at
// the end of a call the first argument is gone.
type registers struct {
	unix.PtraceRegsArm64
	nr    int32
	newNr bool
}

func (r *registers) get(tid int) error {
	if err := unix.PtraceGetRegSetArm64(tid, ntPRStatus, &r.PtraceRegsArm64); err != nil {
		return err
	}
	r.nr, r.newNr = int32(r.Regs[8]), false
	return nil
}

func (r *registers) set(tid int) error {
	if r.newNr {
		iovec := unix.Iovec{Base: (*byte)(unsafe.Pointer(&r.nr)), Len: 4}
		if _, _, errno := unix.Syscall6(unix.SYS_PTRACE, unix.PTRACE_SETREGSET, uintptr(tid), ntARMSystemCall, uintptr(unsafe.Pointer(&iovec)), 0, 0); errno != 0 {
			return errno
		}
	}
	return unix.PtraceSetRegSetArm64(tid, ntPRStatus, &r.PtraceRegsArm64)
}

func (r *registers) call() int           { return int(r.nr) }
func (r *registers) result() int64       { return int64(r.Regs[0]) }
func (r *registers) setResult(v int64)   { r.Regs[0] = uint64(v) }
func (r *registers) stack() uint64       { return r.Sp }
func (r *registers) instruction() uint64 { return r.Pc }
func (r *registers) args() [6]uint64     { return [6]uint64(r.Regs[:6]) }
func (r *registers) foreign() bool       { return r.Pstate&statusIs32Bit != 0 }

func (r *registers) setArg(n int, v uint64) { r.Regs[n] = v }

// setCall replaces the call that is about to be carried out; -1 is none.
func (r *registers) setCall(nr int) { r.nr, r.newNr = int32(nr), true }

// again makes the thread, which is stopped at or behind a call, come to the call once more.
func (r *registers) again() {
	r.Regs[8] = uint64(r.nr)
	r.Pc -= uint64(len(callInstruction))
}

// prepare makes the thread, stopped outside of any call and about to execute callInstruction, make a call.
func (r *registers) prepare(nr int, args ...uint64) {
	r.Regs[8] = uint64(nr)
	for n, v := range args {
		r.setArg(n, v)
	}
}

// callInstruction is what a system call looks like: svc #0.
var callInstruction = []byte{0x01, 0x00, 0x00, 0xd4}
