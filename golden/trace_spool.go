package golden

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"os"
)

// spool takes the lines of one trace and digests them. It keeps them in memory and, once they
// outgrow that, in a file without a name, which is gone when its process is.
type spool struct {
	dir       string
	maxMemory int
	buf       []byte // what is not in the file
	file      *os.File
	size      int64 // of all lines
	sum       hash.Hash
}

func newSpool(o BuildOptions) spool {
	return spool{dir: o.SpoolDir, maxMemory: o.MaxMemory, sum: sha256.New()}
}

// accept takes the line that was appended to s.buf from mark on. One of more than most bytes is
// taken away again and is ErrEventTooLarge.
func (s *spool) accept(mark, most int) error {
	line := s.buf[mark:]
	if len(line) > most {
		s.buf = s.buf[:mark]
		return ErrEventTooLarge
	}
	s.sum.Write(line)
	s.size += int64(len(line))
	if len(s.buf) <= s.maxMemory {
		return nil
	}
	return s.flush()
}

// flush moves s.buf to the file.
func (s *spool) flush() error {
	if s.file == nil {
		file, err := os.CreateTemp(s.dir, "shadowrun-spool-*")
		if err != nil {
			return fmt.Errorf("trace: create its spool file: %w", err)
		}
		s.file = file
		if err := os.Remove(file.Name()); err != nil {
			return fmt.Errorf("trace: unlink its spool file: %w", err)
		}
	}
	if _, err := s.file.Write(s.buf); err != nil {
		return fmt.Errorf("trace: write its spool file (TMPDIR says where): %w", err)
	}
	if cap(s.buf) > 2*s.maxMemory {
		s.buf = nil // one large event must not stay with us
	}
	s.buf = s.buf[:0]
	return nil
}

// trace returns what was taken, and leaves the spool empty.
func (s *spool) trace(h Header, e End) (*Trace, error) {
	t := &Trace{header: h, end: e, size: s.size}
	s.sum.Sum(t.digest[:0])
	if s.file == nil {
		t.memory = s.buf
		return t, nil
	}
	if err := s.flush(); err != nil {
		s.discard()
		return nil, err
	}
	t.file = s.file
	return t, nil
}

func (s *spool) discard() {
	if s.file != nil {
		s.file.Close()
	}
	*s = spool{}
}
