//go:build unix && !(linux && (amd64 || arm64))

package lab

import (
	"os/signal"
	"syscall"
	"time"
)

// dieOf ends this process by a signal.
func dieOf(sig syscall.Signal) {
	signal.Reset(sig)
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	_ = syscall.Kill(syscall.Getpid(), sig)
	time.Sleep(100 * time.Millisecond) // it is delivered to any thread, soon
}
