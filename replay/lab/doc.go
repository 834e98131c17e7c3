// Package lab starts a command under a treatment: with chosen factors of its world pinned or varied.
//
// The stages of a task, in order:
//
//  1. [Task.Command]: what to start instead of the command. That is this binary again, since a tracer within a process that also
//     uses os/exec would take the ends of its children away from it.
//  2. [RunChild], in that process: private folders and variables, then the tracer (launch_linux.go).
//  3. The command is under control before its first instruction: attached with PTRACE_SEIZE, filtered with seccomp.
//     The filter stops it at those calls that the treatment is about, and at no others.
//  4. At each new program the auxiliary vector loses what would let it read the clock, or randomness, without a call (exec_linux.go).
//  5. At each stop a trap answers, changes or holds the call (trap_linux.go; effect_linux.go lists what each factor does).
//  6. The command ends, the [Report] is written, the tracer ends as the command did, and the kernel ends what is left.
//
// Where a task has an [Entrance], the command's TCP connections are made to that (trap_connect_linux.go).
//
// What programs of seven languages look like with everything pinned, and what that costs, is in [testdata/pinned.md], which a test makes.
//
// [Probe] tells which factors can be treated on a machine.
//
// # What it does not do
//
// It is no sandbox: a program that does not want to be treated is not. It makes no program deterministic by itself: what runs at
// the same time stays so unless scheduling is pinned (token_linux.go), and then what comes from outside, or when a time is over, still comes
// when it does. The instructions RDTSC, RDRAND and CPUID are nobody's calls. Time by the monotonic clock stays real: programs wait by it.
// So do times of files, /proc/uptime and the like. Names of files are matched as they are written. 32-bit programs run untreated, and the
// report says so. arm64 is experimental: it compiles.
//
// It needs Linux 5.4 or later, for PTRACE_SEIZE with seccomp stops as they are since 4.8 and pidfds, and no privileges; elsewhere only the factors
// that need no tracing can be treated.
//
// [testdata/pinned.md]: https://github.com/shadowrun/shadowrun/blob/main/replay/lab/testdata/pinned.md
package lab
