package golden

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
)

// SegmentOptions bounds what a store does. The zero value works.
type SegmentOptions struct {
	MaxSize int64        // of a segment in bytes, before the next one starts; 0 means 64 MiB
	Build   BuildOptions // of the traces that Get returns
}

func (o *SegmentOptions) fillDefault() {
	if o.MaxSize <= 0 {
		o.MaxSize = 64 << 20
	}
}

// Segments is a store that is written. One goroutine may call Add and Close; Get and Size may be
// called from any number, also meanwhile. Its caller sees to it that no other process writes.
type Segments struct {
	dir  string
	o    SegmentOptions
	ring *Ring
	view *SegmentView

	tail   *tail // nil before the first Add, and after a segment was sealed
	next   int   // number of the next segment
	pack   packer
	broken error // why nothing more can be added

	takeover       Takeover
	goldens, bytes atomic.Int64
}

var errStoreClosed = errors.New("segments: the store was closed")

// OpenSegments opens the store in dir, made if need be, for writing, and takes over the segment
// that a killed soak left: what is not a whole frame at its end was never acknowledged and is cut
// off. [Segments.Takeover] says what was found. The ring must be able to sign.
func OpenSegments(dir string, ring *Ring, o SegmentOptions) (*Segments, error) {
	o.fillDefault()
	if ring.current == nil {
		return nil, fmt.Errorf("segments %s: %w", dir, ErrVerifyOnly)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("segments: %w", err)
	}
	encoder, err := newEncoder()
	if err != nil {
		return nil, fmt.Errorf("segments: %w", err)
	}
	view, err := ViewSegments(dir, o.Build)
	if err != nil {
		return nil, err
	}
	s := &Segments{dir: dir, o: o, ring: ring, view: view, pack: packer{encoder: encoder}}
	if err := s.takeOver(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

// Add stores a group of goldens and returns where they are, in the same order. They are durable
// when it returns. On any error none of them is acknowledged and the store is as it was before, so
// that Add may be tried again, when there is space again, say. If even that could not be had, all
// further calls say why.
func (s *Segments) Add(traces ...*Trace) ([]Ref, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	if len(traces) == 0 {
		return nil, nil
	}
	if err := s.ready(); err != nil {
		return nil, err
	}
	before := s.tail.extent
	s.pack.reset(s.tail)
	if err := s.addAll(traces); err != nil {
		if undone := s.tail.undo(s.pack.written > before.size); undone != nil {
			s.broken = fmt.Errorf("segments: nothing more can be added to %s: %w", s.tail.file.Name(), undone)
		}
		return nil, errors.Join(err, s.broken)
	}
	s.goldens.Add(s.tail.goldens - before.goldens)
	s.bytes.Add(s.tail.size - before.size)
	return s.pack.refs, nil
}

func (s *Segments) addAll(traces []*Trace) error {
	for _, t := range traces {
		if err := s.pack.add(t); err != nil {
			return err
		}
	}
	return s.pack.commit()
}

// ready sees to it that there is a segment with room. What fails here has not touched a golden.
func (s *Segments) ready() error {
	if s.tail != nil && s.tail.size >= s.o.MaxSize {
		if err := s.sealTail(); err != nil {
			return err
		}
	}
	if s.tail != nil {
		return nil
	}
	t, err := newTail(s.dir, s.next, s.ring)
	if err != nil {
		return err
	}
	s.tail = t
	s.next++
	s.bytes.Add(t.size)
	return nil
}

func (s *Segments) sealTail() error {
	before := s.tail.size
	if err := s.tail.seal(); err != nil {
		return err
	}
	s.bytes.Add(s.tail.size - before)
	t := s.tail
	s.tail = nil
	return t.file.Close()
}

// Get returns a golden, checked against the frame's checksum and the ref's digest. The caller
// closes it.
func (s *Segments) Get(ref Ref) (*Trace, error) { return s.view.Get(ref) }

// Size returns how many goldens the store holds, and how many bytes its segments take.
func (s *Segments) Size() (goldens, bytes int64) { return s.goldens.Load(), s.bytes.Load() }

// Takeover says what [OpenSegments] found.
func (s *Segments) Takeover() Takeover { return s.takeover }

// Close seals the segment that is written. A segment that can't be sealed, for want of space, say,
// is taken over by the next [OpenSegments].
func (s *Segments) Close() error {
	if s.broken == errStoreClosed {
		return nil
	}
	err := s.closeTail()
	s.broken = errStoreClosed
	return errors.Join(err, s.release())
}

func (s *Segments) closeTail() error {
	switch {
	case s.tail == nil:
		return nil
	case s.broken != nil:
		return s.tail.file.Close()
	case s.tail.frames == 0:
		return errors.Join(s.tail.file.Close(), os.Remove(s.tail.file.Name()))
	}
	if err := s.sealTail(); err != nil {
		if s.tail != nil {
			err = errors.Join(err, s.tail.file.Close())
		}
		return err
	}
	return nil
}

func (s *Segments) release() error {
	return errors.Join(s.pack.encoder.Close(), s.view.Close())
}
