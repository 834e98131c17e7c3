//go:build linux && (amd64 || arm64)

package lab

import "golang.org/x/sys/unix"

// trapRivals notes programs that trace others, which fails here since a process has one tracer, or that filter
// calls, which may answer them before the lab is asked.
func (t *tracer) trapRivals() {
	note := func(what string) func(*tracee) error {
		return func(*tracee) error {
			t.report.escaped(what)
			return nil
		}
	}
	t.trap(trap{call: unix.SYS_PTRACE, enter: note("ptrace by the program: a process has one tracer, which is the lab")})
	filters := note("seccomp by the program: its filter is asked first")
	t.trap(trap{call: unix.SYS_SECCOMP, when: []condition{equals(0, unix.SECCOMP_SET_MODE_FILTER)}, enter: filters})
	t.trap(trap{call: unix.SYS_PRCTL, when: []condition{equals(0, unix.PR_SET_SECCOMP), equals(1, unix.SECCOMP_MODE_FILTER)}, enter: filters})
}
