package stop

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// How long to wait for another who is enabling or disabling, and how often to try.
const (
	lockWait = 2 * time.Minute
	lockTry  = 10 * time.Millisecond
)

// lock keeps others from stopping the engine while it is let go on, and the other way round; an enabling that comes while a
// stop is being lifted is thus the last to act. The lock is on the folder itself, so that whoever may read that
// can take it. It is a courtesy: where it can't be had, or not in time, what is to be done is done without.
func lock(ctx context.Context, dir string) (unlock func()) {
	f, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	wait := time.NewTimer(lockWait)
	defer wait.Stop()
	try := time.NewTicker(lockTry)
	defer try.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err != nil && (errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR)) {
			select {
			case <-try.C:
				continue
			case <-wait.C:
			case <-ctx.Done():
			}
		}
		return func() { f.Close() }
	}
}
