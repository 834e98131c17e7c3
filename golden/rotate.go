package golden

import (
	"errors"
	"fmt"
)

// RotateStats says what [RotateKey] did.
type RotateStats struct {
	Key     string // id of the key that signs now
	New     bool   // it was made just now: false where a killed rotation is gone on with
	Signed  int    // seals that were made anew
	Already int    // seals that Key had signed before
	// Problems are segments that were left as they were: signing them again would pass off what is
	// not known to be good.
	Problems []Problem
}

// RotateKey makes a new key, puts the ring's signing on it, and signs the seal of every segment
// in dir again, having sealed the last one. The old keys stay in the ring; once nothing is signed
// by one, its files may be removed. With a shared secret the new secret is the new key, and the ring must hold
// the old one as a retired one.
//
// It may be killed at any instant and run again, when it goes on with the key that it had made.
// Every golden is signed all the time, by the old key or by the new. The caller sees to it that no
// other process writes to the store.
func RotateKey(dir string, ring *Ring) (RotateStats, error) {
	var stats RotateStats
	list, err := listSegments(dir)
	if err != nil {
		return stats, err
	}
	unfinished, err := rotationUnfinished(dir, ring, list)
	if err != nil {
		return stats, err
	}
	if !unfinished {
		if err := ring.Rotate(); err != nil {
			return stats, fmt.Errorf("rotate key: %w", err)
		}
		stats.New = ring.o.Secret == nil
	}
	stats.Key = ring.Current()
	if err := sealLast(dir, ring, list); err != nil {
		return stats, fmt.Errorf("rotate key: %w", err)
	}
	if list, err = listSegments(dir); err != nil {
		return stats, err
	}
	for _, seg := range list {
		if err := stats.sign(dir, ring, seg); err != nil {
			return stats, fmt.Errorf("rotate key: %w", err)
		}
	}
	return stats, nil
}

// rotationUnfinished reports whether a seal is signed by another key than the one that signs now:
// then a rotation was killed after it had named its new key.
func rotationUnfinished(dir string, ring *Ring, list []segmentFiles) (bool, error) {
	if ring.current == nil {
		return false, fmt.Errorf("rotate key: %w", ErrVerifyOnly)
	}
	for _, seg := range list {
		if !seg.seal {
			continue
		}
		if _, keyID, err := readSeal(dir, ring, seg.number); err == nil && keyID != ring.Current() {
			return true, nil
		}
	}
	return false, nil
}

// sealLast seals the segment that a killed soak left.
func sealLast(dir string, ring *Ring, list []segmentFiles) error {
	if len(list) == 0 || !list[len(list)-1].file || list[len(list)-1].seal {
		return nil
	}
	s, err := OpenSegments(dir, ring, SegmentOptions{})
	if err != nil {
		return err
	}
	return s.Close()
}

// sign puts a seal by the new key in place of a good one. The statement stays the same, so that
// a file that was changed since it was sealed is still seen as changed.
func (s *RotateStats) sign(dir string, ring *Ring, seg segmentFiles) error {
	if !seg.seal {
		s.Problems = append(s.Problems, Problem{segmentName(seg.number), ProblemUnsigned, "it is not sealed: type `shadowrun golden verify`"})
		return nil
	}
	statement, keyID, err := readSeal(dir, ring, seg.number)
	if err != nil {
		s.Problems = append(s.Problems, Problem{sealName(seg.number), sealProblem(err), err.Error()})
		return nil
	}
	if keyID == ring.Current() {
		s.Already++
		return nil
	}
	if err := putSeal(dir, ring, statement); err != nil {
		return errors.Join(err, fmt.Errorf("%d seals are signed by %s, the others as before: run it again", s.Signed+s.Already, ring.Current()))
	}
	s.Signed++
	return nil
}
