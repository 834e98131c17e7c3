package proc

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	chunkSize = 64 << 10 // what a pipe of Linux holds: a chunk is at most one filling
	// drainMost bounds what is read when all of the run is dead. A pipe cannot hold so much; only
	// somebody outside of the run who was handed its end, and still writes, gets there.
	drainMost = 64 << 20
)

var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// long ago, as a deadline: wakes who waits on a pipe.
var past = time.Unix(1, 0)

// stream is one of the two that a program writes.
type stream struct {
	name    string
	pipe    *os.File // the end that is read here
	take    func(chunk []byte) error
	max     int64 // 0: any number
	over    bool  // what is over max: true ends the run, false is dropped
	read    int64
	dropped int64
}

// copy reads until the end, or until the deadline and then what is in the pipe. It returns
// what ends the run, if anything does.
func (s *stream) copy() ending {
	buf := chunks.Get().(*[chunkSize]byte)
	defer chunks.Put(buf)
	for {
		n, err := s.pipe.Read(buf[:])
		if n > 0 {
			if e := s.chunk(buf[:n]); e.status != "" {
				return e
			}
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			return s.drain(buf[:])
		case err == io.EOF:
			return ending{}
		case err != nil:
			return ending{status: Cancelled, err: fmt.Errorf("%s: %w", s.name, err)}
		}
	}
}

// drain reads what the pipe still holds. It is called when every writer of the run is dead, so
// all of theirs is there: an empty pipe is the end of it, even if a stranger holds it open. No
// clock is involved: a slow taker loses nothing.
func (s *stream) drain(buf []byte) ending {
	raw, err := s.pipe.SyscallConn()
	if err != nil {
		return ending{status: Cancelled, err: fmt.Errorf("%s: %w", s.name, err)}
	}
	for total := 0; total < drainMost; {
		var n int
		var readErr error
		if err := raw.Control(func(fd uintptr) { n, readErr = syscall.Read(int(fd), buf) }); err != nil {
			readErr = err
		}
		switch {
		case readErr == syscall.EINTR:
			continue
		case readErr == syscall.EAGAIN || readErr == nil && n == 0:
			return ending{}
		case readErr != nil:
			return ending{status: Cancelled, err: fmt.Errorf("%s: %w", s.name, readErr)}
		}
		if e := s.chunk(buf[:n]); e.status != "" {
			return e
		}
		total += n
	}
	return ending{status: Cancelled, err: fmt.Errorf("%s: a process outside of the run holds it open and keeps writing", s.name)}
}

// chunk passes on what is within the limit.
func (s *stream) chunk(b []byte) ending {
	over := int64(0)
	if s.max > 0 {
		over = max(0, s.read+int64(len(b))-s.max)
	}
	within := b[:int64(len(b))-over]
	s.read += int64(len(within))
	if len(within) > 0 {
		if err := s.take(within); err != nil {
			return ending{status: Cancelled, err: err}
		}
	}
	if over > 0 && s.over {
		return ending{status: Limited, limit: fmt.Sprintf("more than %d bytes of %s", s.max, s.name)}
	}
	s.dropped += over
	return ending{}
}

// feed copies r to a program's standard input. That the program reads only some of it, or has
// gone, is no error.
func feed(w *os.File, r io.Reader) ending {
	defer w.Close()
	_, err := io.Copy(w, r)
	if err == nil || errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrDeadlineExceeded) {
		return ending{}
	}
	return ending{status: Cancelled, err: fmt.Errorf("standard input: %w", err)}
}
