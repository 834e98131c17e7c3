//go:build unix

package lab

import (
	"os"
	"os/signal"
	"syscall"
)

// forwarded are the signals that go on to the command.
var forwarded = []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// forward hands signals that this process gets on, until the function that it returns is called.
func forward(to func(syscall.Signal)) (stop func()) {
	signals := make(chan os.Signal, 16)
	done := make(chan struct{})
	signal.Notify(signals, forwarded...)
	go func() {
		defer close(done)
		for s := range signals {
			to(s.(syscall.Signal))
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
		<-done
	}
}

// endAs ends this process as another ended: it returns the exit status, or dies by the same signal.
func endAs(status syscall.WaitStatus) int {
	if !status.Signaled() {
		return status.ExitStatus()
	}
	dieOf(status.Signal())
	return 128 + int(status.Signal()) // a signal that does not end this process, as a shell puts it
}
