package proc

import (
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
)

// stdio is what a program's three standard streams are connected to, and who serves them here.
type stdio struct {
	files  [3]uintptr // the program's ends
	theirs []*os.File // those of files that are closed once it has started
	null   int        // /dev/null, or -1
	in     *os.File   // the end written here, or nil
	input  io.Reader
	out    []*stream // standard output and error, those that are wanted

	serving sync.WaitGroup
	broke   chan ending // from each of the three at most one
}

// open connects the streams. On error nothing is left open.
func open(s *Spec) (std *stdio, err error) {
	std = &stdio{null: -1, broke: make(chan ending, 3)}
	defer func() {
		if err != nil {
			std.closeTheirs()
			std.closeOurs()
			err = fmt.Errorf("connecting its standard streams: %w", err)
		}
	}()
	if err = std.stdin(s); err != nil {
		return nil, err
	}
	if err = std.stdout(1, &stream{name: "standard output", take: s.Stdout, max: s.MaxOutput, over: true}); err != nil {
		return nil, err
	}
	if err = std.stdout(2, &stream{name: "standard error", take: s.Stderr, max: s.MaxStderr}); err != nil {
		return nil, err
	}
	return std, nil
}

func (std *stdio) stdin(s *Spec) error {
	switch in := s.Stdin.(type) {
	case nil:
		return std.devNull(0)
	case *os.File:
		std.files[0] = in.Fd()
		return nil
	default:
		r, w, err := os.Pipe()
		if err != nil {
			return err
		}
		std.files[0], std.in, std.input = r.Fd(), w, in
		std.theirs = append(std.theirs, r)
		return nil
	}
}

func (std *stdio) stdout(fd int, s *stream) error {
	if s.take == nil {
		return std.devNull(fd)
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	s.pipe = r
	std.files[fd] = w.Fd() // a pipe that blocks, as programs expect
	std.theirs = append(std.theirs, w)
	std.out = append(std.out, s)
	return nil
}

func (std *stdio) devNull(fd int) error {
	if std.null < 0 {
		null, err := syscall.Open(os.DevNull, syscall.O_RDWR|syscall.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("%s: %w", os.DevNull, err)
		}
		std.null = null
	}
	std.files[fd] = uintptr(std.null)
	return nil
}

// closeTheirs closes the program's ends, which it has by now: while they are open here
// no stream ever ends.
func (std *stdio) closeTheirs() {
	for _, f := range std.theirs {
		f.Close()
	}
	std.theirs = nil
	if std.null >= 0 {
		syscall.Close(std.null)
		std.null = -1
	}
}

func (std *stdio) closeOurs() {
	for _, s := range std.out {
		s.pipe.Close()
	}
	if std.in != nil {
		std.in.Close()
	}
}

// serve starts the copying. It is joined by finish.
func (std *stdio) serve() {
	start := func(copy func() ending) {
		std.serving.Go(func() {
			if e := copy(); e.status != "" {
				std.broke <- e
			}
		})
	}
	for _, s := range std.out {
		start(s.copy)
	}
	if std.in != nil {
		start(func() ending { return feed(std.in, std.input) })
	}
}

// finish ends the copying when every process of the run is dead: what they wrote is read, what
// they did not read is not waited for. It returns what the streams complained of, if they did.
func (std *stdio) finish() ending {
	for _, s := range std.out {
		s.pipe.SetReadDeadline(past)
	}
	if std.in != nil {
		std.in.SetWriteDeadline(past)
	}
	std.serving.Wait()
	std.closeOurs()
	select {
	case e := <-std.broke:
		return e
	default:
		return ending{}
	}
}

// dropped counts the bytes that were over a limit and not passed on.
func (std *stdio) dropped() (n int64) {
	for _, s := range std.out {
		n += s.dropped
	}
	return n
}
