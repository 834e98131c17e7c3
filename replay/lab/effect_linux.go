//go:build linux && (amd64 || arm64)

package lab

// An effect is what a factor does to a traced command. It sets up what the tracer is to do, before the command is
// started: any of
//
//   - tracer.trap: be called at a system call;
//   - tracer.redirect: give another file for a name that is opened for reading;
//   - tracer.beforeStart: change this thread for the command to inherit, and back;
//   - tracer.atExec: be called when a process has got a new program, before its first instruction;
//   - tracer.atBirth: hold a newborn thread or process back;
//   - tracer.token: have one thread at a time work;
//   - tracer.hideVDSO: make readings of the clock, and of randomness, system calls.
//
// To add one: write func(*tracer, level string) error in a file of its own, and a row here. Effects
// are set up in the order of their names.
type effect func(t *tracer, level string) error

var effects = map[string]effect{
	"address":    address,
	"at-random":  atRandom,
	"clock":      wallClock,
	"cpus":       otherNumberOfCPUs,
	"cputime":    cpuTime,
	"entropy":    entropy,
	"hostname":   hostname,
	"monotonic":  monotonic,
	"pause":      pause,
	"pid":        firstPID,
	"readdir":    readdir,
	"scheduling": scheduling,
	"umask":      umask,
	"user":       otherUser,
}
