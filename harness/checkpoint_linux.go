package harness

import (
	"encoding/binary"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// checkpointWatch counts what is written into a folder: a file closed after writing, or renamed
// into it, is a checkpoint.
type checkpointWatch struct {
	fd      int
	events  *os.File
	done    chan struct{}
	count   int
	after   int
	reached func()
}

// watchCheckpoints counts until it is stopped and calls reached, once, at the checkpoint
// numbered after; 0 is none.
func watchCheckpoints(dir string, after int, reached func()) (*checkpointWatch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	w := &checkpointWatch{fd: fd, events: os.NewFile(uintptr(fd), "inotify"), done: make(chan struct{}), after: after, reached: reached}
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO); err != nil {
		w.events.Close()
		return nil, os.NewSyscallError("inotify_add_watch", err)
	}
	go func() {
		defer close(w.done)
		w.read(w.events.Read)
	}()
	return w, nil
}

func (w *checkpointWatch) read(read func([]byte) (int, error)) {
	buffer := make([]byte, 64<<10)
	for {
		size, err := read(buffer)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || size <= 0 {
			return
		}
		for rest := buffer[:size]; len(rest) >= unix.SizeofInotifyEvent; {
			name := int(binary.NativeEndian.Uint32(rest[12:]))
			rest = rest[unix.SizeofInotifyEvent+name:]
			if w.count++; w.count == w.after {
				w.reached()
			}
		}
	}
}

// stop returns how many checkpoints there were. What was written before is counted.
func (w *checkpointWatch) stop() int {
	w.events.SetReadDeadline(time.Unix(1, 0)) // long past: a read that waits returns
	<-w.done
	w.read(func(b []byte) (int, error) { return unix.Read(w.fd, b) })
	w.events.Close()
	return w.count
}
