package harness

import (
	"encoding/binary"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// settle is how long a checkpoint that was written is given to be renamed before the command is
// killed: one that is written beside its place and then renamed counts only from there.
const settle = 5 * time.Millisecond

// checkpointWatch counts what is written into a folder: a file closed after writing, or renamed
// into it, is a checkpoint. One that is both is one.
type checkpointWatch struct {
	fd      int
	events  *os.File
	done    chan struct{}
	count   int
	after   int
	reached func()      // may be called more than once
	settled *time.Timer // nil, or calls reached
	written map[string]bool
	moving  map[uint32]bool // by inotify's cookie: renames of what was counted as written
}

// watchCheckpoints counts until it is stopped and calls reached at the checkpoint numbered
// after; 0 is none.
func watchCheckpoints(dir string, after int, reached func()) (*checkpointWatch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	w := &checkpointWatch{
		fd: fd, events: os.NewFile(uintptr(fd), "inotify"), done: make(chan struct{}), after: after, reached: reached,
		written: map[string]bool{}, moving: map[uint32]bool{},
	}
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CLOSE_WRITE|unix.IN_MOVED_FROM|unix.IN_MOVED_TO); err != nil {
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
			mask, cookie := binary.NativeEndian.Uint32(rest[4:]), binary.NativeEndian.Uint32(rest[8:])
			end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(rest[12:]))
			w.event(mask, cookie, unix.ByteSliceToString(rest[unix.SizeofInotifyEvent:end]))
			rest = rest[end:]
		}
	}
}

func (w *checkpointWatch) event(mask, cookie uint32, name string) {
	switch {
	case mask&unix.IN_MOVED_FROM != 0:
		if w.written[name] {
			delete(w.written, name)
			w.moving[cookie] = true
		}
		return
	case mask&unix.IN_CLOSE_WRITE != 0:
		w.written[name] = true
		w.count++
	case w.moving[cookie]:
		delete(w.moving, cookie)
	default:
		w.count++
	}
	switch {
	case w.after == 0 || w.count < w.after:
	case w.count == w.after && mask&unix.IN_CLOSE_WRITE != 0 && w.settled == nil:
		w.settled = time.AfterFunc(settle, w.reached)
	default:
		w.reached()
	}
}

// stop returns how many checkpoints there were. What was written before is counted.
func (w *checkpointWatch) stop() int {
	w.events.SetReadDeadline(time.Unix(1, 0)) // long past: a read that waits returns
	<-w.done
	w.read(func(b []byte) (int, error) { return unix.Read(w.fd, b) })
	w.events.Close()
	if w.settled != nil {
		w.settled.Stop()
	}
	return w.count
}
