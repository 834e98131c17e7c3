package golden

import (
	"errors"
	"fmt"
	"os"
)

// Takeover says what [OpenSegments] found in the last segment.
type Takeover struct {
	Segment int   // 0 where the last segment was sealed, or there is none
	Cut     int64 // bytes cut off its end, none of them acknowledged
	// Damage is set where the segment holds whole frames behind something else. Nothing is cut
	// then, as evidence, and writing goes on in a new segment; [VerifySegments] names the goldens.
	Damage error
}

// takeOver finds out where to go on, and what the store holds.
func (s *Segments) takeOver() error {
	list, err := listSegments(s.dir)
	if err != nil {
		return err
	}
	s.next = 1
	for i, seg := range list {
		s.next = seg.number + 1
		if i == len(list)-1 && seg.file && !seg.seal {
			if err := s.takeTail(seg); err != nil {
				return err
			}
		}
		if err := s.count(seg); err != nil {
			return err
		}
	}
	return nil
}

// count adds a segment's goldens and bytes up. A seal that can't be read counts none: verifying
// says more about it.
func (s *Segments) count(seg segmentFiles) error {
	if s.tail != nil && seg.number == s.tail.header.number {
		s.goldens.Add(s.tail.goldens)
		s.bytes.Add(s.tail.size)
		return nil
	}
	st, err := peekSeal(s.dir, seg.number)
	if st.Pruned || !seg.file {
		return nil
	}
	if err == nil {
		s.goldens.Add(st.Goldens)
	}
	info, err := os.Stat(segmentPath(s.dir, seg.number))
	if err != nil {
		return fmt.Errorf("segments: %w", err)
	}
	s.bytes.Add(info.Size())
	return nil
}

func (s *Segments) takeTail(seg segmentFiles) error {
	s.takeover.Segment = seg.number
	found, header, err := surveyTail(s.dir, seg, s.ring)
	if errors.As(err, new(*os.PathError)) {
		return fmt.Errorf("segments: %w", err)
	}
	if err != nil {
		s.takeover.Damage = fmt.Errorf("%s: %w: shadowrun golden verify", segmentName(seg.number), err)
		return nil
	}
	if found.ended {
		return adoptSeal(s.dir, seg.number)
	}
	if s.tail, err = openTail(s.dir, header, s.ring, found.extent); err != nil {
		return err
	}
	s.takeover.Cut = found.size - found.extent.size
	if s.takeover.Cut == 0 {
		return nil
	}
	if err := s.tail.undo(false); err != nil {
		return errors.Join(err, s.tail.file.Close())
	}
	return nil
}

// survey is what an unsealed segment comes to.
type survey struct {
	extent       // up to the end of the last whole golden
	size   int64 // of the file, bytes
	ended  bool  // there is an end frame, and a pending seal that fits
}

// surveyTail reads an unsealed segment and returns how far it is good: whole frames, in their
// order, signed by keys of the ring, no run of chunks without its end. It is an error if whole
// frames follow anything else.
func surveyTail(dir string, seg segmentFiles, ring *Ring) (survey, segmentHeader, error) {
	r, err := openSegment(dir, seg.number)
	if err != nil {
		return survey{}, segmentHeader{}, err
	}
	defer r.Close()
	at := extent{size: int64(segmentHeaderSize), chain: r.header.chain()}
	good := survey{extent: at, size: r.size}
	var bad error
	var run chunkRun
	for f, err := range r.frames() {
		switch {
		case errors.As(err, new(*os.PathError)):
			return good, r.header, err
		case bad == nil && err != nil:
			bad = err
			continue
		case bad != nil:
			if err == nil || isMisplaced(err) {
				return good, r.header, fmt.Errorf("a whole frame at %d comes after %w", f.offset, bad)
			}
			continue
		}
		if err := checkFrame(&f, at.chain, r.header, ring); err != nil {
			return good, r.header, err
		}
		if err := run.next(&f); err != nil {
			return good, r.header, err
		}
		at.size, at.chain, at.frames = at.size+f.size(), f.hash, at.frames+1
		at.goldens += f.goldens()
		if f.kind == frameEnd {
			good.extent, good.ended = at, true
			return good, r.header, checkPending(dir, ring, r, at)
		}
		if run.whole() {
			good.extent = at
		}
	}
	return good, r.header, nil
}

func isMisplaced(err error) bool {
	var d *damage
	return errors.As(err, &d) && d.misplaced
}

// checkFrame makes sure that a frame follows its predecessor and is signed.
func checkFrame(f *segmentFrame, chain [32]byte, h segmentHeader, ring *Ring) error {
	if f.prev != chain {
		return fmt.Errorf("frame at %d: %w: it does not follow the one before", f.offset, errSwapped)
	}
	if err := ring.verify(f.key, f.statement(h), f.sig); err != nil {
		return fmt.Errorf("frame at %d: %w", f.offset, err)
	}
	return nil
}

// checkPending makes sure that an ended segment's pending seal is there and tells the truth.
func checkPending(dir string, ring *Ring, r *segmentReader, at extent) error {
	path := sealPath(dir, r.header.number) + tmpSuffix
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return errors.New("the segment is ended and its seal is missing")
	}
	if err != nil {
		return err
	}
	s, _, err := openSeal(ring, text, r.header.number)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if at.size != r.size || s.Bytes != at.size || s.Chain != hexString(at.chain[:]) {
		return fmt.Errorf("%s: it was made for another file", path)
	}
	return nil
}
