package lab

import "golang.org/x/sys/unix"

const nativeArch = unix.AUDIT_ARCH_X86_64

// registers are those of a stopped thread.
type registers struct{ unix.PtraceRegs }

func (r *registers) get(tid int) error { return unix.PtraceGetRegs(tid, &r.PtraceRegs) }
func (r *registers) set(tid int) error { return unix.PtraceSetRegs(tid, &r.PtraceRegs) }

func (r *registers) call() int           { return int(int64(r.Orig_rax)) }
func (r *registers) result() int64       { return int64(r.Rax) }
func (r *registers) setResult(v int64)   { r.Rax = uint64(v) }
func (r *registers) stack() uint64       { return r.Rsp }
func (r *registers) instruction() uint64 { return r.Rip }
func (r *registers) args() [6]uint64     { return [6]uint64{r.Rdi, r.Rsi, r.Rdx, r.R10, r.R8, r.R9} }
func (r *registers) foreign() bool       { return r.Cs != userCode64 }

// userCode64 is the code segment of 64-bit programs: __USER_CS in Linux's arch/x86/include/asm/segment.h.
const userCode64 = 0x33

func (r *registers) setArg(n int, v uint64) {
	*[...]*uint64{&r.Rdi, &r.Rsi, &r.Rdx, &r.R10, &r.R8, &r.R9}[n] = v
}

// setCall replaces the call that is about to be carried out; -1 is none.
func (r *registers) setCall(nr int) { r.Orig_rax = uint64(int64(nr)) }

// again makes the thread, which is stopped at or behind a call, come to the call once more.
func (r *registers) again() {
	r.Rax = r.Orig_rax
	r.Orig_rax = 1<<64 - 1
	r.Rip -= uint64(len(callInstruction))
}

// prepare makes the thread, stopped outside of any call and about to execute callInstruction, make a call.
func (r *registers) prepare(nr int, args ...uint64) {
	r.Rax, r.Orig_rax = uint64(nr), 1<<64-1
	for n, v := range args {
		r.setArg(n, v)
	}
}

// callInstruction is what a system call looks like: syscall.
var callInstruction = []byte{0x0f, 0x05}
