package golden

import (
	"errors"
	"fmt"
	"os"
)

// Moved says where a golden went. To is the zero Ref where it was dropped.
type Moved struct{ From, To Ref }

// PruneOptions says what is pruned.
type PruneOptions struct {
	// Keep decides on each golden. It is called once for each, in order.
	Keep func(Ref) bool
	// Commit is called for each segment that something is dropped from, after what is kept of it is
	// durable in its new place and before its file is removed. The ledger must be durable when it
	// returns: From is no place to read from any more. After a kill it may be called again
	// for goldens that it had committed.
	Commit func([]Moved) error
}

// PruneStats says what [Prune] did.
type PruneStats struct {
	Segments int   // removed
	Dropped  int64 // goldens that are gone
	Moved    int64 // goldens that were kept and now lie in a new segment
	Freed    int64 // bytes, less what the moved goldens now take
	// Problems are segments that were left as they were, since not all that was to be kept
	// could be read.
	Problems []Problem
}

// Prune removes goldens. A segment of which nothing is kept is removed; one of which
// everything is kept is left alone; of any other, what is kept moves to a new segment. A seal
// that says "pruned" stays behind for each removed segment.
//
// It may be killed at any instant and run again: nothing that is to be kept is ever lost. The
// caller sees to it that no other process writes to the store.
func Prune(dir string, ring *Ring, o PruneOptions) (stats PruneStats, err error) {
	store, err := OpenSegments(dir, ring, SegmentOptions{})
	if err != nil {
		return stats, fmt.Errorf("prune: %w", err)
	}
	// What a killed soak left is sealed first, and so pruned like the rest.
	if err := store.closeTail(); err != nil {
		return stats, errors.Join(fmt.Errorf("prune: %w", err), store.release())
	}
	store.tail = nil
	p := &pruner{dir: dir, ring: ring, o: o, store: store, stats: &stats}
	err = p.segments()
	// The new segment exists for what was moved: close it, whatever happened.
	if err = errors.Join(err, store.Close()); err != nil {
		return stats, fmt.Errorf("prune: %w", err)
	}
	_, after := store.Size() // removing does not count there: this is what moving added
	stats.Freed -= after - p.before
	return stats, nil
}

type pruner struct {
	dir    string
	ring   *Ring
	o      PruneOptions
	store  *Segments
	stats  *PruneStats
	before int64 // bytes of the store, without what is moved
}

func (p *pruner) segments() error {
	_, p.before = p.store.Size()
	list, err := listSegments(p.dir)
	if err != nil {
		return err
	}
	for _, seg := range list {
		if !seg.file {
			continue
		}
		if err := p.segment(seg); err != nil {
			return fmt.Errorf("%s: %w", segmentName(seg.number), err)
		}
	}
	return nil
}

func (p *pruner) segment(seg segmentFiles) error {
	s, _, err := readSeal(p.dir, p.ring, seg.number)
	switch {
	case err != nil: // not sealed, or not to be trusted
		p.problem(seg, ProblemUnsigned, err)
		return nil
	case s.Pruned: // a kill came before the file was removed
		return p.remove(s)
	}
	kept, dropped, err := p.sort(seg.number)
	if err != nil {
		p.problem(seg, ProblemChanged, err)
		return nil
	}
	if len(dropped) == 0 {
		return nil
	}
	moved, err := p.move(kept)
	if errors.As(err, new(*unreadable)) {
		p.problem(seg, ProblemChanged, err)
		return nil
	}
	if err != nil {
		return err
	}
	for _, ref := range dropped {
		moved = append(moved, Moved{From: ref})
	}
	if err := p.o.Commit(moved); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	p.stats.Dropped += int64(len(dropped))
	p.stats.Moved += int64(len(kept))
	s.Pruned = true
	if err := putSeal(p.dir, p.ring, s); err != nil {
		return err
	}
	return p.remove(s)
}

func (p *pruner) problem(seg segmentFiles, kind ProblemKind, err error) {
	p.stats.Problems = append(p.stats.Problems, Problem{segmentName(seg.number), kind, err.Error() + ": left as it is; type `shadowrun golden verify`"})
}

// remove takes a segment's file away, whose seal says so.
func (p *pruner) remove(s seal) error {
	if err := os.Remove(segmentPath(p.dir, s.Segment)); err != nil {
		return err
	}
	p.stats.Segments++
	p.stats.Freed += s.Bytes
	return syncDir(p.dir)
}

// sort asks what to keep of a segment. Its goldens are not read, only the frames' indexes.
func (p *pruner) sort(number int) (kept, dropped []Ref, err error) {
	r, err := openSegment(p.dir, number)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	for f, err := range r.frames() {
		if err != nil {
			return nil, nil, err
		}
		if f.kind == frameChunk && f.start > 0 {
			continue
		}
		for i, e := range f.entries {
			ref := Ref{e.digest, place{number, f.offset, i}.String()}
			if p.o.Keep(ref) {
				kept = append(kept, ref)
			} else {
				dropped = append(dropped, ref)
			}
		}
	}
	return kept, dropped, nil
}

// unreadable means that a golden that is to be kept can't be read.
type unreadable struct{ err error }

func (u *unreadable) Error() string { return u.err.Error() }

func (u *unreadable) Unwrap() error { return u.err }

// pruneGroup is how many goldens, and pruneBytes how many bytes of them, are moved at a time.
const (
	pruneGroup = maxGroup
	pruneBytes = chunkSize
)

// move copies goldens behind all others.
func (p *pruner) move(refs []Ref) ([]Moved, error) {
	moved := make([]Moved, 0, len(refs))
	var group []*Trace
	var size int64
	flush := func() error {
		defer func() {
			for _, t := range group {
				t.Close()
			}
			group, size = group[:0], 0
		}()
		to, err := p.store.Add(group...)
		for _, ref := range to {
			moved = append(moved, Moved{From: refs[len(moved)], To: ref})
		}
		return err
	}
	for _, ref := range refs {
		t, err := p.store.Get(ref)
		if err != nil {
			return nil, errors.Join(&unreadable{err}, flush())
		}
		group = append(group, t)
		if size += t.Size(); size >= pruneBytes || len(group) == pruneGroup {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	return moved, flush()
}
